import type { RollupConfig } from "@pangaea/config";
import {
  type BlockHeader, bytesToHex, encodeTransaction, headerHash, type Hex, keccak256, type Log, signTransaction, TX_ACCESS_LIST, TX_BLOB, TX_DEPOSIT, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE, toQuantity, ZERO_HASH,
} from "@pangaea/primitives";
import { configOf } from "../../../packages/execution/test/fixture.ts";

export const KEY = new Uint8Array(32).fill(7);
export const HASH: Hex = `0x${"ab".repeat(32)}`;
export const ADDRESS: Hex = `0x${"cd".repeat(20)}`;
export const L2_CHAIN_ID = 901;

/** A chain with every fork up to Jovian from genesis. */
const plain = configOf();
export const CONFIG: RollupConfig = {
  ...plain, genesis: { ...plain.genesis, systemConfig: { ...plain.genesis.systemConfig, batcherAddress: ADDRESS, scalar: `0x01${"00".repeat(31)}` }, l1: { hash: HASH, number: 1 }, l2: { hash: `0x${"12".repeat(32)}`, number: 0 } },
  batchInboxAddress: ADDRESS, depositContractAddress: ADDRESS, l1SystemConfigAddress: ADDRESS,
};
/** The same before Holocene: other derivation stages. */
export const CONFIG_BEFORE_HOLOCENE: RollupConfig = { ...CONFIG, forks: { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0 } };

/** Big-endian bytes of 32. */
export const word = (value: number | bigint): Uint8Array => {
  const out = new Uint8Array(32);
  new DataView(out.buffer).setBigUint64(24, BigInt(value));
  return out;
};

const common = { chainId: L2_CHAIN_ID, nonce: 1, gas: 21_000, to: ADDRESS, value: 5n, data: Uint8Array.of(1, 2, 3) };
const accessList = [{ address: ADDRESS, storageKeys: [HASH] }];
const fees = { maxFeePerGas: 9n, maxPriorityFeePerGas: 1n };
const authorizationList = [{ chainId: 901n, address: ADDRESS, nonce: 0n, yParity: 1, r: 1n, s: 2n }];

export const LEGACY = encodeTransaction(signTransaction({ type: TX_LEGACY, ...common, gasPrice: 7n }, KEY));
const { chainId: _, ...unprotected } = common;
export const UNPROTECTED = encodeTransaction(signTransaction({ type: TX_LEGACY, ...unprotected, gasPrice: 7n }, KEY));
export const LISTED = encodeTransaction(signTransaction({ type: TX_ACCESS_LIST, ...common, gasPrice: 7n, accessList }, KEY));
export const FEE_MARKET = encodeTransaction(signTransaction({ type: TX_FEE_MARKET, ...common, ...fees, accessList }, KEY));
export const BLOB_CARRIER = encodeTransaction(signTransaction({ type: TX_BLOB, ...common, ...fees, accessList, maxFeePerBlobGas: 3n, blobVersionedHashes: [HASH] }, KEY));
export const SET_CODE = encodeTransaction(signTransaction({ type: TX_SET_CODE, ...common, ...fees, accessList, authorizationList }, KEY));
export const DEPOSIT = encodeTransaction({ type: TX_DEPOSIT, sourceHash: HASH, from: ADDRESS, to: ADDRESS, mint: 1n, value: 2n, gas: 100_000, isSystemTx: false, data: Uint8Array.of(9) });
export const TRANSACTIONS = [LEGACY, UNPROTECTED, LISTED, FEE_MARKET, BLOB_CARRIER, SET_CODE, DEPOSIT];
/** Those that a span batch carries. */
export const BATCHED = [LEGACY, UNPROTECTED, LISTED, FEE_MARKET, SET_CODE];

export const HEADER: BlockHeader = {
  parentHash: HASH, ommersHash: HASH, coinbase: ADDRESS, stateRoot: HASH, transactionsRoot: HASH, receiptsRoot: HASH, logsBloom: new Uint8Array(256), difficulty: 0n, number: 7, gasLimit: 30_000_000, gasUsed: 21_000,
  timestamp: 1_700_000_000, extraData: Uint8Array.of(1), mixHash: HASH, nonce: "0x0000000000000000", baseFeePerGas: 9n, withdrawalsRoot: HASH, blobGasUsed: 0, excessBlobGas: 0n, parentBeaconBlockRoot: HASH, requestsHash: HASH,
};

/** `TransactionDeposited` of a portal. */
export const DEPOSIT_LOG: Log = {
  address: Buffer.from(ADDRESS.slice(2), "hex"), topics: [keccak256(Buffer.from("TransactionDeposited(address,address,uint256,bytes)")), word(1), word(2), word(0)],
  data: Buffer.concat([word(32), word(75), word(3), word(4), Uint8Array.of(0, 0, 0, 0, 0, 1, 0x86, 0xa0, 0), Uint8Array.of(1, 2), new Uint8Array(21)]),
};
/** `ConfigUpdate` logs of every type. */
export const CONFIG_LOGS: readonly Log[] = Array.from({ length: 8 }, (_, kind) => ({
  address: Buffer.from(ADDRESS.slice(2), "hex"), topics: [keccak256(Buffer.from("ConfigUpdate(uint256,uint8,bytes)")), word(0), word(kind)],
  data: Buffer.concat([word(32), word(kind === 1 ? 64 : 32), kind === 4 ? word((50n << 32n) | 6n) : word(5), ...(kind === 1 ? [word(7)] : [])]),
}));

/** A log laid out as bytes: 20 of address, 1 for the number of topics, the topics, the data. */
export const packLog = ({ address, topics, data }: Log): Uint8Array => new Uint8Array(Buffer.concat([address, Uint8Array.of(topics.length), ...topics, data]));

/** What `packLog` laid out; any bytes are some log. */
export function unpackLog(bytes: Uint8Array): Log {
  const padded = bytes.length < 21 ? new Uint8Array(Buffer.concat([bytes, new Uint8Array(21 - bytes.length)])) : bytes;
  const count = Math.min(padded[20]! % 6, Math.floor((padded.length - 21) / 32));
  return { address: padded.subarray(0, 20), topics: Array.from({ length: count }, (_, i) => padded.subarray(21 + 32 * i, 53 + 32 * i)), data: padded.subarray(21 + 32 * count) };
}

export const L1_REF = { hash: HASH, number: 100, parentHash: ZERO_HASH, timestamp: 1_700_000_000 };

/** A header's fields as JSON-RPC has them. */
export function headerJson({ ommersHash, coinbase, ...header }: BlockHeader): Readonly<Record<string, unknown>> {
  const json = (value: unknown) => (value instanceof Uint8Array ? bytesToHex(value) : typeof value === "string" ? value : toQuantity(value as number | bigint));
  return Object.fromEntries(Object.entries({ ...header, sha3Uncles: ommersHash, miner: coinbase }).map(([key, value]) => [key, json(value)]));
}
/** A block as JSON-RPC has it. */
export const blockJson = (header: BlockHeader): Readonly<Record<string, unknown>> => ({ ...headerJson(header), hash: headerHash(header), transactions: [HASH] });
