import { PREDEPLOYS } from "@pangaea/config";
import { GAS, WorldState } from "@pangaea/evm";
import {
  type BlockHeader, bytesToHex, concatBytes, EMPTY_OMMERS_HASH, EMPTY_REQUESTS_HASH, EMPTY_TRIE_ROOT, encodeReceipt, encodeTransaction, type Hex, hexToBytes, keccak256, logsBloom, orderedTrieRoot, rlpEncode, rlpInteger, signHash, signTransaction, transactionHash, TX_ACCESS_LIST, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE,
  type UnsignedTransaction, ZERO_HASH,
} from "@pangaea/primitives";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assemble } from "../../evm/test/support/assembler.ts";
import { commitTo, memoryNodes } from "../../evm/test/support/memory-nodes.ts";
import { PRECOMPILE_INPUTS } from "../../evm/test/support/precompile-inputs.ts";
import { creation, program } from "../../evm/test/support/programs.ts";
import { BlockBuilder, nextBaseFee } from "../src/index.ts";
import { configOf, deposit, forksTo, type Key, keyOf, l1BlockStorage, NOTHING, word } from "./fixture.ts";
import { type AnvilAccount, type AnvilBlock, type OptimismAnvil, startOptimismAnvil } from "./support/optimism-anvil.ts";

const CHAIN_ID = 901;
const GAS_LIMIT = 30_000_000;
const GENESIS_TIME = 1_700_000_000;
const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
const CALL_GAS = 400_000;
/** anvil has the fees of Isthmus whatever it is told, and so have we here. */
const config = { ...configOf(forksTo("isthmus")), l2ChainId: CHAIN_ID };
const HOLOCENE_EXTRA_DATA = Uint8Array.of(0, 0, 0, 0, 250, 0, 0, 0, 6);
const KEYS: readonly Key[] = ["ann", "ben", "cleo", "dora"].map(keyOf);
const [ANN, BEN, CLEO] = KEYS as readonly [Key, Key, Key, Key];
const NEWCOMER: Hex = "0x00000000000000000000000000000000000a11ce";

/** Writes what it is called with to slot 1, logs it under two topics, and gives it back. */
const WRITER: Hex = "0x0000000000000000000000000000000000111111";
const WRITER_CODE = assemble(0n, 0x35, 0x80, 1n, 0x55, 0n, 0x52, 7n, 8n, 32n, 0n, 0xa2, 32n, 0n, 0xf3);
/** Writes, then reverts with what it was called with. */
const REVERTER: Hex = "0x0000000000000000000000000000000000222222";
const REVERTER_CODE = assemble(9n, 1n, 0x55, 0n, 0x35, 0n, 0x52, 32n, 0n, 0xfd);
/** Keeps the hashes of the last three blocks, the randomness, the coinbase, the base fee, the blob base fee and the chain id. */
const OBSERVER: Hex = "0x0000000000000000000000000000000000333333";
const OBSERVER_CODE = assemble(
  ...[1n, 2n, 3n].flatMap((back) => [back, 0x43, 0x03, 0x40, back, 0x55]), 0x44, 4n, 0x55, 0x41, 5n, 0x55, 0x48, 6n, 0x55, 0x4a, 7n, 0x55, 0x46, 8n, 0x55, 0x42, 9n, 0x55, 0x45, 10n, 0x55, 0x3a, 11n, 0x55,
);
/** Clears its slot 1, which is set at first: a refund. */
const CLEARER: Hex = "0x0000000000000000000000000000000000444444";
const CLEARER_CODE = assemble(0n, 1n, 0x55, 0n, 2n, 0x55, 5n, 2n, 0x55, 0n, 2n, 0x55);

interface Send {
  readonly by: Key;
  readonly fields: { readonly to?: Hex; readonly value?: bigint; readonly data?: Uint8Array; readonly gas?: number };
  readonly type?: typeof TX_LEGACY | typeof TX_ACCESS_LIST | typeof TX_FEE_MARKET | typeof TX_SET_CODE;
  readonly authorizations?: readonly { readonly by: Key; readonly address: Hex; readonly nonce?: number; readonly chainId?: bigint }[];
}

/** What anvil and we have in common: the state before, our header of the last block, and the hashes of anvil's. */
class Pair {
  readonly anvil: OptimismAnvil;
  readonly state: WorldState;
  readonly #nodes = memoryNodes();
  readonly #hashes: Hex[] = [];
  readonly #nonces = new Map<Hex, number>();
  #parent: BlockHeader;

  constructor(anvil: OptimismAnvil, genesis: AnvilBlock, accounts: Readonly<Record<Hex, AnvilAccount>>) {
    this.anvil = anvil;
    this.state = new WorldState(this.#nodes);
    load(this.state, accounts);
    commitTo(this.state, this.#nodes);
    this.#hashes.push(genesis.hash);
    this.#parent = {
      parentHash: ZERO_HASH, ommersHash: EMPTY_OMMERS_HASH, coinbase: genesis.miner, stateRoot: genesis.stateRoot, transactionsRoot: EMPTY_TRIE_ROOT, receiptsRoot: EMPTY_TRIE_ROOT, logsBloom: new Uint8Array(256), difficulty: 0n, number: 0, gasLimit: GAS_LIMIT, gasUsed: 0,
      timestamp: genesis.timestamp, extraData: HOLOCENE_EXTRA_DATA, mixHash: genesis.mixHash, nonce: "0x0000000000000000", baseFeePerGas: genesis.baseFeePerGas, withdrawalsRoot: EMPTY_TRIE_ROOT, blobGasUsed: 0, excessBlobGas: 0n, parentBeaconBlockRoot: ZERO_HASH, requestsHash: EMPTY_REQUESTS_HASH,
    };
  }

  nonce({ address }: Key): number {
    return this.#nonces.get(address) ?? 0;
  }

  #encode({ by, fields, type = TX_FEE_MARKET, authorizations = [] }: Send): Uint8Array {
    const nonce = this.nonce(by);
    this.#nonces.set(by.address, nonce + 1);
    const payload = { nonce, gas: fields.gas ?? CALL_GAS, value: fields.value ?? 0n, data: fields.data ?? NOTHING, ...(fields.to === undefined ? {} : { to: fields.to }) };
    const accessList = [{ address: WRITER, storageKeys: [word(1n), word(5n)] }, { address: NEWCOMER, storageKeys: [] }];
    const market = { ...payload, chainId: CHAIN_ID, maxFeePerGas: 5n * GWEI, maxPriorityFeePerGas: GWEI };
    const unsigned = (): UnsignedTransaction => {
      if (type === TX_LEGACY) return { ...payload, type, chainId: CHAIN_ID, gasPrice: 3n * GWEI };
      if (type === TX_ACCESS_LIST) return { ...payload, type, chainId: CHAIN_ID, gasPrice: 3n * GWEI, accessList };
      if (type === TX_FEE_MARKET) return { ...market, type, accessList: [] };
      return { ...market, type, to: fields.to ?? WRITER, accessList, authorizationList: authorizations.map((one) => this.#authorize(one)) };
    };
    return encodeTransaction(signTransaction(unsigned(), by.key));
  }

  #authorize({ by, address, nonce: given, chainId = BigInt(CHAIN_ID) }: NonNullable<Send["authorizations"]>[number]) {
    const nonce = given ?? this.nonce(by);
    if (given === undefined) this.#nonces.set(by.address, nonce + 1);
    const { signature, recovery } = signHash(keccak256(concatBytes(Uint8Array.of(5), rlpEncode([rlpInteger(chainId), hexToBytes(address), rlpInteger(nonce)]))), by.key);
    return { chainId, address, nonce: BigInt(nonce), yParity: recovery, r: BigInt(bytesToHex(signature.subarray(0, 32))), s: BigInt(bytesToHex(signature.subarray(32))) };
  }

  /** Has anvil mine a block of what is given, executes the same block, and holds everything of the two against one another. */
  async extend(sends: readonly (Send | Uint8Array)[]): Promise<readonly { readonly status: number; readonly gasUsed: number }[]> {
    const { anvil } = this;
    const encoded = sends.map((send) => (send instanceof Uint8Array ? send : this.#encode(send)));
    for (const one of encoded) await anvil.send(bytesToHex(one));
    const byHash = new Map(encoded.map((one) => [transactionHash(one), one]));
    const timestamp = this.#parent.timestamp + 2;
    const block = await anvil.mine(timestamp, nextBaseFee(config, this.#parent, timestamp));
    expect(block.transactions).toHaveLength(sends.length);
    const builder = new BlockBuilder(this.state, {
      config, parent: this.#parent, parentHash: block.parentHash, blockHash: (number) => this.#hashes[number],
      attributes: { timestamp: block.timestamp, prevRandao: block.mixHash, suggestedFeeRecipient: block.miner, withdrawals: [], parentBeaconBlockRoot: block.parentBeaconBlockRoot, gasLimit: block.gasLimit, eip1559Params: new Uint8Array(8) },
    });
    expect(builder.context.baseFee).toBe(block.baseFeePerGas);
    for (const hash of block.transactions) builder.add(byHash.get(hash)!);
    const ours = builder.seal();
    for (const [hash, encoded] of ours.nodes) this.#nodes.keep(hash, encoded);
    this.#hashes.push(block.hash);
    this.#parent = ours.header;
    const theirs = await Promise.all(block.transactions.map((hash) => anvil.receipt(hash)));
    expect(ours.receipts.map(({ status, gasUsed, cumulativeGasUsed, effectiveGasPrice, contractAddress, logs }) => ({
      status, gasUsed, cumulativeGasUsed, effectiveGasPrice, contractAddress: contractAddress ?? null, logs: logs.map((log) => ({ address: bytesToHex(log.address), topics: log.topics.map(bytesToHex), data: bytesToHex(log.data) })),
    }))).toEqual(theirs);
    expect(ours.header.gasUsed).toBe(block.gasUsed);
    // anvil puts the nonce after a deposit where the one before it belongs.
    expect(orderedTrieRoot(ours.receipts.map((one) => encodeReceipt(one.depositNonce === undefined ? one : { ...one, depositNonce: one.depositNonce + 1 }, logsBloom(one.logs))))).toBe(block.receiptsRoot);
    await this.#compareStates(ours.header.stateRoot);
    return theirs;
  }

  /** Account by account, so that a difference has a name; then by root, which sees accounts that anvil does not have. anvil's own root counts slots that are zero. */
  async #compareStates(root: Hex): Promise<void> {
    const accounts = await this.anvil.dump();
    for (const [address, theirs] of accountsOf(accounts)) {
      const storage = Object.fromEntries(Object.keys(theirs.storage).map((slot) => [slot, word(this.state.storage(address, BigInt(slot)))]));
      expect({ nonce: this.state.nonce(address), balance: this.state.balance(address), code: bytesToHex(this.state.code(address)), storage }, address).toEqual(theirs);
    }
    const theirs = new WorldState(memoryNodes());
    load(theirs, accounts);
    expect(root).toBe(bytesToHex(theirs.commit().root));
  }
}

const accountsOf = (accounts: Readonly<Record<Hex, AnvilAccount>>) => Object.entries(accounts) as [Hex, AnvilAccount][];

/** Puts anvil's accounts into a state; those that are empty are none. */
function load(state: WorldState, accounts: Readonly<Record<Hex, AnvilAccount>>): void {
  state.beginTransaction();
  for (const [address, { nonce, balance, code, storage }] of accountsOf(accounts)) {
    state.setNonce(address, nonce);
    state.setBalance(address, balance);
    if (code !== "0x") state.setCode(address, hexToBytes(code));
    for (const [slot, value] of Object.entries(storage)) state.setStorage(address, BigInt(slot), BigInt(value));
  }
  state.endTransaction();
}

async function open(): Promise<Pair> {
  const anvil = await startOptimismAnvil({ chainId: CHAIN_ID, gasLimit: GAS_LIMIT, genesisTime: GENESIS_TIME, hardfork: "isthmus" });
  const { rpc } = anvil;
  for (const { address } of KEYS) await rpc.call("anvil_setBalance", [address, `0x${(1_000n * ETHER).toString(16)}`]);
  const l1Block = l1BlockStorage({ baseFee: 2n * GWEI, blobBaseFee: 3n, baseFeeScalar: 1_368, blobBaseFeeScalar: 810_949, operatorFeeScalar: 1_500_000, operatorFeeConstant: 77n });
  for (const [slot, value] of Object.entries(l1Block)) await rpc.call("anvil_setStorageAt", [PREDEPLOYS.l1Block, slot, value]);
  await rpc.call("anvil_setNonce", [PREDEPLOYS.l1Block, "0x1"]);
  for (const [address, code] of [[WRITER, WRITER_CODE], [REVERTER, REVERTER_CODE], [OBSERVER, OBSERVER_CODE], [CLEARER, CLEARER_CODE]] as const) {
    await rpc.call("anvil_setCode", [address, bytesToHex(code)]);
    await rpc.call("anvil_setNonce", [address, "0x1"]);
  }
  await rpc.call("anvil_setStorageAt", [CLEARER, word(1n), word(9n)]);
  return new Pair(anvil, await anvil.block("latest"), await anvil.dump());
}

describe("whole blocks have the receipts and the state that anvil as an OP Stack chain gives them", () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await open();
  });
  afterAll(() => pair.anvil.stop());

  it("an empty block", async () => {
    await pair.extend([]);
  });

  it("transfers, to those who are there and who are not, with L1 and operator fee", async () => {
    const receipts = await pair.extend([
      { by: ANN, fields: { to: BEN.address, value: ETHER, gas: 21_000 } }, { by: ANN, fields: { to: NEWCOMER, value: 1n, gas: 21_000 } }, { by: BEN, fields: { to: NEWCOMER, gas: 50_000 }, type: TX_LEGACY },
      { by: CLEO, fields: { to: CLEO.address, value: 5n }, type: TX_ACCESS_LIST },
    ]);
    expect(receipts.map(({ status }) => status)).toEqual([1, 1, 1, 1]);
  });

  it("storage, logs, refunds and reverts, with and without access lists", async () => {
    const receipts = await pair.extend([
      { by: ANN, fields: { to: WRITER, data: hexToBytes(word(5n)) } }, { by: ANN, fields: { to: WRITER, data: hexToBytes(word(6n)) }, type: TX_ACCESS_LIST }, { by: BEN, fields: { to: WRITER, data: NOTHING }, type: TX_LEGACY },
      { by: CLEO, fields: { to: REVERTER, data: hexToBytes(word(3n)), value: 0n } }, { by: CLEO, fields: { to: CLEARER } }, { by: BEN, fields: { to: OBSERVER, gas: 900_000 } }, { by: ANN, fields: { to: WRITER, data: hexToBytes(word(9n)), gas: 25_000 } },
    ]);
    expect(receipts.map(({ status }) => status)).toEqual([1, 1, 1, 0, 1, 1, 0]);
  });

  it("creations that succeed, revert, run out of gas, and may not be", async () => {
    const deploy = (code: Uint8Array) => concatBytes(assemble(BigInt(code.length), 12n, 0n, 0x39, BigInt(code.length), 0n, 0xf3), code);
    const receipts = await pair.extend([
      { by: ANN, fields: { data: deploy(WRITER_CODE) } }, { by: ANN, fields: { data: deploy(WRITER_CODE), gas: 57_000 } }, { by: BEN, fields: { data: assemble(1n, 1n, 0x55, 0n, 0n, 0xfd) } }, { by: BEN, fields: { data: deploy(Uint8Array.of(0xef, 0)) } },
      { by: CLEO, fields: { data: NOTHING, value: 7n }, type: TX_LEGACY }, { by: CLEO, fields: { data: assemble(0x33, 0xff), value: 7n } },
    ]);
    expect(receipts.map(({ status }) => status)).toEqual([1, 0, 0, 0, 1, 1]);
  });

  it("long calldata, which costs at least its floor", async () => {
    await pair.extend([{ by: ANN, fields: { to: NEWCOMER, data: new Uint8Array(3_000).fill(7), gas: 500_000 } }, { by: BEN, fields: { to: WRITER, data: new Uint8Array(3_000), gas: 500_000 } }]);
  });

  it.each(Object.entries(PRECOMPILE_INPUTS))("the precompile %s on good inputs, cut ones and too little gas", async (number, inputs) => {
    const to: Hex = `0x${Number(number).toString(16).padStart(40, "0")}`;
    const datas = inputs.map((input) => hexToBytes(`0x${input}`));
    await pair.extend([...datas, ...datas.map((data) => data.subarray(0, -1)), ...datas.map((data) => concatBytes(data, Uint8Array.of(1)))].map((data) => ({ by: ANN, fields: { to, data, gas: 2_000_000 } })));
    await pair.extend(datas.map((data) => ({ by: BEN, fields: { to, data, gas: floorGas(data) } })));
  });

  it("delegations set, used, replaced, refused and taken back", async () => {
    const set = (authorizations: NonNullable<Send["authorizations"]>, to: Hex = WRITER): Send => ({ by: ANN, fields: { to, data: hexToBytes(word(8n)) }, type: TX_SET_CODE, authorizations });
    // One a block where the next one's nonce depends on it: anvil's pool counts no delegation. Who signs one has ether: anvil refunds as if everyone had.
    const newcomer = keyOf("a new one");
    const blocks: readonly (readonly Send[])[] = [
      [set([{ by: BEN, address: WRITER }], BEN.address), { by: CLEO, fields: { to: newcomer.address, value: 1n } }],
      [set([{ by: BEN, address: CLEARER }, { by: CLEO, address: OBSERVER, chainId: 0n }, { by: newcomer, address: WRITER }]), set([{ by: CLEO, address: WRITER, nonce: 1_000 }, { by: CLEO, address: WRITER, nonce: 0, chainId: 5n }])],
      [{ by: CLEO, fields: { to: BEN.address } }, { by: CLEO, fields: { to: newcomer.address, data: hexToBytes(word(4n)) } }, { by: BEN, fields: { to: CLEO.address, gas: 900_000 } }],
      [set([{ by: ANN, address: REVERTER }], ANN.address)],
      [set([{ by: BEN, address: `0x${"00".repeat(20)}` }, { by: CLEO, address: "0x0000000000000000000000000000000000000001" }], CLEO.address)],
      [set([{ by: BEN, address: BEN.address }, { by: CLEO, address: ANN.address }], BEN.address)],
      [{ by: ANN, fields: { to: CLEO.address } }, { by: ANN, fields: { to: BEN.address } }],
    ];
    const statuses: number[] = [];
    for (const block of blocks) statuses.push(...(await pair.extend(block)).map(({ status }) => status));
    expect(statuses).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0]);
  });

  it("deposits: value out of what they mint, a mint that stands when the call fails, creations, and gas that runs out", async () => {
    const { to: _, ...base } = deposit({ from: keyOf("a depositor").address });
    const statuses: number[] = [];
    for (const one of [
      { to: NEWCOMER, mint: ETHER, value: 5n }, { to: REVERTER, mint: 7n }, { to: WRITER, data: hexToBytes(word(4n)), gas: 300_000 }, { to: WRITER, data: hexToBytes(word(5n)), gas: 23_000 }, { data: WRITER_CODE, value: 1n }, { to: OBSERVER, gas: 900_000 }, { to: CLEARER },
    ]) {
      const [receipt] = await pair.extend([encodeTransaction({ ...base, sourceHash: word(BigInt(statuses.length + 1)), ...one })]);
      statuses.push(receipt!.status);
    }
    expect(statuses).toEqual([1, 0, 1, 0, 1, 1, 1]);
  });

  it("generated contracts that call one another, and creations", async () => {
    const addresses = Array.from({ length: 4 }, (_, i): Hex => `0x${(0xc0de_0000 + i).toString(16).padStart(40, "0")}`);
    for (const seed of [11, 12, 13, 14, 15, 16, 17, 18]) {
      const codes = fc.sample(program, { seed, numRuns: addresses.length });
      const creations = fc.sample(creation, { seed, numRuns: 4 });
      for (const [i, address] of addresses.entries()) await replaceCode(pair, address, codes[i]!);
      await pair.extend([
        ...addresses.flatMap((to, i): Send[] => [{ by: ANN, fields: { to, data: hexToBytes(word(BigInt(seed))), gas: 600_000 } }, { by: BEN, fields: { to, value: BigInt(i), gas: 120_000 }, type: TX_ACCESS_LIST }]),
        ...creations.map((data): Send => ({ by: CLEO, fields: { data, value: 3n, gas: 700_000 } })),
      ]);
    }
  });
});

/** The least that a call with data may ask for. */
const floorGas = (data: Uint8Array): number => GAS.transaction + GAS.floorToken * data.reduce((tokens, byte) => tokens + (byte === 0 ? 1 : 4), 0);

/** Puts a contract into both states, outside of any block. */
async function replaceCode({ anvil, state }: Pair, address: Hex, code: Uint8Array): Promise<void> {
  await anvil.rpc.call("anvil_setCode", [address, bytesToHex(code)]);
  await anvil.rpc.call("anvil_setNonce", [address, "0x1"]);
  state.beginTransaction();
  state.setCode(address, code);
  state.setNonce(address, 1);
  state.endTransaction();
}
