import type { RollupConfig } from "@pangaea/config";
import { WorldState } from "@pangaea/evm";
import { type BlockHeader, bytesToHex, encodeTransaction, headerHash, type Hex, hexToBytes, quantityToBigInt, quantityToNumber, type SignedTransaction, TX_FEE_MARKET, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { BlockBuilder } from "../src/index.ts";
import { configOf, forksTo } from "./fixture.ts";
import { haveVectors, vectorJson } from "./vectors.ts";

const FOLDER = "ethereum-optimism-tests-2024-08";
type Alloc = Readonly<Record<Hex, { readonly balance?: Hex; readonly nonce?: Hex | number; readonly code?: Hex; readonly storage?: Readonly<Record<Hex, Hex>> }>>;

function stateOf(alloc: Alloc): WorldState {
  const nodes = new Map<string, Uint8Array>();
  const state = new WorldState({ get: (hash) => nodes.get(bytesToHex(hash)) });
  for (const [address, { balance = "0x0", nonce = 0, code = "0x", storage = {} }] of Object.entries(alloc) as [Hex, Alloc[Hex]][]) {
    state.setBalance(address, BigInt(balance));
    state.setNonce(address, Number(nonce));
    if (code !== "0x") state.setCode(address, hexToBytes(code));
    for (const [slot, value] of Object.entries(storage)) state.setStorage(address, BigInt(slot), BigInt(value));
  }
  for (const [hash, node] of state.commit().nodes) nodes.set(bytesToHex(hash), node);
  return state;
}

interface DepositVector {
  readonly env: { readonly genesis: { readonly config: { readonly chainId: number } }; readonly previousHeader: Readonly<Record<string, Hex>>; readonly currentCoinbase: Hex; readonly currentDifficulty: Hex; readonly currentGasLimit: Hex; readonly currentTimestamp: Hex; readonly parentBeaconBlockRoot: Hex; readonly blockHashes: Readonly<Record<Hex, Hex>> };
  readonly alloc: Alloc;
  readonly txs: readonly Hex[];
  readonly result: { readonly stateRoot: Hex; readonly txRoot: Hex; readonly receiptRoot: Hex; readonly receipts: readonly Hex[] };
}

function headerOf(json: Readonly<Record<string, Hex>>): BlockHeader {
  const n = (key: string) => quantityToNumber(json[key]);
  return {
    parentHash: json.parentHash!, ommersHash: json.ommersHash!, coinbase: json.beneficiary!, stateRoot: json.stateRoot!, transactionsRoot: json.transactionsRoot!, receiptsRoot: json.receiptsRoot!,
    logsBloom: hexToBytes(json.logsBloom!), difficulty: 0n, number: n("number"), gasLimit: n("gasLimit"), gasUsed: n("gasUsed"), timestamp: n("timestamp"), extraData: hexToBytes(json.extraData!), mixHash: json.mixHash!, nonce: json.nonce!,
    baseFeePerGas: quantityToBigInt(json.baseFeePerGas), withdrawalsRoot: json.withdrawalsRoot!, blobGasUsed: n("blobGasUsed"), excessBlobGas: quantityToBigInt(json.excessBlobGas), parentBeaconBlockRoot: json.parentBeaconBlockRoot!,
  };
}

interface CallVector {
  readonly env: { readonly currentCoinbase: Hex; readonly currentDifficulty: Hex; readonly currentGasLimit: Hex; readonly currentNumber: Hex; readonly currentTimestamp: Hex };
  readonly alloc: Alloc;
  readonly outAlloc: Alloc;
  readonly txs: readonly [{ readonly EIP1559: Readonly<Record<string, Hex>> & { readonly accessList: readonly never[] } }];
  readonly result: { readonly stateRoot: Hex; readonly txRoot: Hex; readonly receipts: readonly [{ readonly gasUsed: Hex; readonly status: Hex; readonly contractAddress?: Hex; readonly logs: readonly { readonly topics: readonly Hex[]; readonly data: Hex }[] }] };
}

function signedOf(json: CallVector["txs"][0]["EIP1559"]): SignedTransaction {
  return {
    type: TX_FEE_MARKET, chainId: quantityToNumber(json.chainId), nonce: quantityToNumber(json.nonce), gas: quantityToNumber(json.gasLimit), maxFeePerGas: BigInt(json.maxFeePerGas!), maxPriorityFeePerGas: BigInt(json.maxPriorityFeePerGas!),
    ...(json.to === undefined ? {} : { to: json.to }), value: BigInt(json.value!), data: hexToBytes(json.input!), accessList: json.accessList, r: BigInt(json.r!), s: BigInt(json.s!), yParity: json.yParity === "0x1" ? 1 : 0,
  };
}

/** The calls' vectors name no base fee: parent headers that give one of 1 wei keep every other figure of theirs. */
function parentOf({ env }: CallVector, baseFeePerGas: bigint): BlockHeader {
  const gasLimit = quantityToNumber(env.currentGasLimit);
  return {
    parentHash: ZERO_HASH, ommersHash: ZERO_HASH, coinbase: env.currentCoinbase, stateRoot: ZERO_HASH, transactionsRoot: ZERO_HASH, receiptsRoot: ZERO_HASH, logsBloom: new Uint8Array(256), difficulty: 0n, mixHash: ZERO_HASH, nonce: "0x0000000000000000",
    number: quantityToNumber(env.currentNumber) - 1, gasLimit, gasUsed: gasLimit / 6, timestamp: quantityToNumber(env.currentTimestamp) - 2, extraData: new Uint8Array(0), baseFeePerGas,
  };
}

function runCall(vector: CallVector, baseFee: bigint) {
  const transaction = signedOf(vector.txs[0].EIP1559);
  const config: RollupConfig = { ...configOf(forksTo("canyon")), l2ChainId: quantityToNumber(vector.txs[0].EIP1559.chainId) };
  const state = stateOf(vector.alloc);
  const builder = new BlockBuilder(state, {
    config, parent: parentOf(vector, baseFee), parentHash: ZERO_HASH,
    attributes: { timestamp: quantityToNumber(vector.env.currentTimestamp), prevRandao: ZERO_HASH, suggestedFeeRecipient: vector.env.currentCoinbase, withdrawals: [], gasLimit: quantityToNumber(vector.env.currentGasLimit) },
    blockHash: () => undefined,
  });
  return { state, outcome: builder.add(encodeTransaction(transaction)), block: builder.seal() };
}

describe.skipIf(!haveVectors)("ethereum-optimism/tests", () => {
  it("simple_deposit: the L1 attributes deposit in a block of Fjord", () => {
    const vector = vectorJson<DepositVector>(`${FOLDER}/simple_deposit.json.gz`);
    const { env, result } = vector;
    const parent = headerOf(env.previousHeader);
    const state = stateOf(vector.alloc);
    const config: RollupConfig = { ...configOf(forksTo("fjord")), l2ChainId: env.genesis.config.chainId };
    expect(headerHash(parent)).toBe(Object.values(env.blockHashes)[0]);
    const builder = new BlockBuilder(state, {
      config, parent, parentHash: headerHash(parent),
      attributes: { timestamp: quantityToNumber(env.currentTimestamp), prevRandao: env.currentDifficulty, suggestedFeeRecipient: env.currentCoinbase, withdrawals: [], parentBeaconBlockRoot: env.parentBeaconBlockRoot, gasLimit: quantityToNumber(env.currentGasLimit) },
      blockHash: () => undefined,
    });
    for (const transaction of vector.txs) builder.add(hexToBytes(transaction));
    const { header } = builder.seal();
    expect([header.stateRoot, header.transactionsRoot, header.receiptsRoot]).toEqual([result.stateRoot, result.txRoot, result.receiptRoot]);
  });

  it.each(["GovernanceTokenPrecompile", "Weth9Precompile"])("%s: gas, logs and storage of a call", (name) => {
    const vector = vectorJson<CallVector>(`${FOLDER}/${name}.json`);
    const [expected] = vector.result.receipts;
    const { state, outcome, block } = runCall(vector, 1n);
    expect(outcome).toMatchObject({ gasUsed: quantityToNumber(expected.gasUsed), status: quantityToNumber(expected.status) });
    expect(outcome.logs.map(({ topics, data }) => ({ topics: topics.map(bytesToHex), data: bytesToHex(data) }))).toEqual(expected.logs.map(({ topics, data }) => ({ topics, data })));
    expect(block.header.transactionsRoot).toBe(vector.result.txRoot);
    for (const [address, { storage = {} }] of Object.entries(vector.outAlloc) as [Hex, Alloc[Hex]][]) for (const [slot, value] of Object.entries(storage)) expect(state.storage(address, BigInt(slot))).toBe(BigInt(value));
  });

  it.skip("Multicall3Preinstall: its alloc lacks the code of the contract that it calls", () => {});

  it.each(["SelfDestructPrecompile", "SelfDestructPrecompilePostRegolith"])("%s: a creation, its fees and balances", (name) => {
    const vector = vectorJson<CallVector>(`${FOLDER}/${name}.json`);
    const [expected] = vector.result.receipts;
    const { state, outcome } = runCall(vector, 10n ** 9n);
    expect(outcome).toMatchObject({ gasUsed: quantityToNumber(expected.gasUsed), status: 1, contractAddress: expected.contractAddress });
    for (const [address, { balance }] of Object.entries(vector.outAlloc) as [Hex, Alloc[Hex]][]) expect(state.balance(address), address).toBe(BigInt(balance!));
  });
});
