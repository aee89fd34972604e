import { type L2Genesis, PREDEPLOYS } from "@pangaea/config";
import { type CallResult, Evm, rulesOf, WorldState } from "@pangaea/evm";
import { bytesToHex, EMPTY_BYTES, type Hex, type Log, ZERO_HASH } from "@pangaea/primitives";
import { type AbiValue, buildL2Genesis, encodeCall, type L2GenesisInput } from "../../src/index.ts";

export const ALICE: Hex = `0x${"a1".repeat(20)}`;
export const OWNER: Hex = `0x${"0e".repeat(20)}`;
export const RECIPIENT: Hex = `0x${"fe".repeat(20)}`;
export const ETHER = 10n ** 18n;
/** Unix seconds of genesis and of every block. */
export const TIMESTAMP = 1_700_000_000;

const JOVIAN = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0 } as const;
export const genesisInput = (change: Partial<L2GenesisInput> = {}): L2GenesisInput => ({
  chainId: 901, timestamp: TIMESTAMP, forks: JOVIAN, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 }, gasLimit: 60_000_000,
  funded: { [ALICE]: 10n * ETHER }, owner: OWNER, feeRecipient: RECIPIENT, ...change,
});

export interface Call {
  readonly from?: Hex;
  readonly to: Hex;
  readonly data?: Uint8Array;
  readonly value?: bigint;
  readonly gas?: number;
  /** Slots that the transaction declares, by address. */
  readonly accessList?: Readonly<Record<Hex, readonly Hex[]>>;
}

export type Outcome = CallResult & { readonly logs: readonly Log[] };

interface Committed {
  readonly root: Uint8Array;
  readonly nodes: ReadonlyMap<Hex, Uint8Array>;
}

const DEFAULT_GENESIS = buildL2Genesis(genesisInput());
const committed = new WeakMap<L2Genesis, Committed>();

function commit(genesis: L2Genesis): Committed {
  const state = new WorldState({ get: () => undefined });
  for (const [address, { balance, nonce, code, storage }] of Object.entries(genesis.alloc) as [Hex, L2Genesis["alloc"][Hex]][]) {
    state.setBalance(address, balance);
    state.setNonce(address, nonce);
    if (code.length > 0) state.setCode(address, code);
    for (const [slot, value] of Object.entries(storage)) state.setStorage(address, BigInt(slot), BigInt(value));
  }
  const { root, nodes } = state.commit();
  return { root, nodes: new Map(nodes.map(([hash, bytes]) => [bytesToHex(hash), bytes])) };
}

/** Contracts on the embedded EVM: each call is a transaction without fees. */
export class TestChain {
  readonly state: WorldState;
  readonly chainId: number;
  blockNumber = 100;
  baseFee = 10n ** 9n;

  constructor(state = new WorldState({ get: () => undefined }), chainId = 901) {
    this.state = state;
    this.chainId = chainId;
  }

  static fromGenesis(genesis: L2Genesis = DEFAULT_GENESIS): TestChain {
    let known = committed.get(genesis);
    if (known === undefined) {
      known = commit(genesis);
      committed.set(genesis, known);
    }
    const { root, nodes } = known;
    return new TestChain(new WorldState({ get: (hash) => nodes.get(bytesToHex(hash)) }, root), genesis.chainId);
  }

  #evm(origin: Hex): Evm {
    const evm = new Evm({
      state: this.state,
      rules: rulesOf("prague"),
      block: { number: this.blockNumber, timestamp: TIMESTAMP, coinbase: PREDEPLOYS.sequencerFeeVault, gasLimit: 60_000_000, baseFee: this.baseFee, blobBaseFee: 1n, prevRandao: ZERO_HASH, chainId: this.chainId, blockHash: () => ZERO_HASH },
    });
    evm.transaction = { origin, gasPrice: this.baseFee, blobHashes: [] };
    this.state.beginTransaction();
    return evm;
  }

  call({ from = ALICE, to, data = EMPTY_BYTES, value = 0n, gas = 100_000_000, accessList = {} }: Call): Outcome {
    const evm = this.#evm(from);
    for (const [address, slots] of Object.entries(accessList) as [Hex, readonly Hex[]][]) {
      this.state.warmAddress(address);
      for (const slot of slots) this.state.warmSlot(address, BigInt(slot));
    }
    const result = evm.call({ type: "CALL", codeAddress: to, address: to, caller: from, value, transfersValue: true, data, gas, isStatic: false, depth: 0 });
    const logs = [...this.state.logs];
    this.state.endTransaction();
    return { ...result, logs };
  }

  /** Calls a function and throws when it fails. */
  run(from: Hex, to: Hex, signature: string, values: readonly AbiValue[] = [], value = 0n): Outcome {
    const outcome = this.call({ from, to, data: encodeCall(signature, values), value });
    if (!outcome.success) throw new Error(`${signature} failed: ${outcome.error} ${Buffer.from(outcome.output).toString("latin1")}`);
    return outcome;
  }

  /** The first word that a function gives. */
  word(to: Hex, signature: string, values: readonly AbiValue[] = []): bigint {
    return BigInt(`0x${Buffer.from(this.run(ALICE, to, signature, values).output.subarray(0, 32)).toString("hex")}`);
  }

  create(from: Hex, initcode: Uint8Array): Hex {
    const nonce = this.state.nonce(from);
    const evm = this.#evm(from);
    this.state.setNonce(from, nonce + 1);
    const result = evm.create({ type: "CREATE", caller: from, nonce, salt: undefined, value: 0n, initcode, gas: 100_000_000, depth: 0 });
    this.state.endTransaction();
    if (!result.success) throw new Error(`creation failed: ${result.error} ${Buffer.from(result.output).toString("latin1")}`);
    return result.address;
  }

  storage(address: Hex, slot: number): Hex {
    return `0x${this.state.storage(address, BigInt(slot)).toString(16).padStart(64, "0")}`;
  }
}
