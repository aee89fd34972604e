import { type BlockHeader, bytesToHex, encodeTransaction, type Hex, hexToBytes, headerHash, InvalidInputError, type L1BlockInfo, quantityToBigInt, quantityToNumber, type Receipt, type ReceiptLogs, shorten, type Authorization } from "@pangaea/primitives";
import { z } from "zod";

const hex = z.string().regex(/^0x[0-9a-fA-F]*$/);
const block = z.object({
  hash: hex, parentHash: hex, sha3Uncles: hex, miner: hex, stateRoot: hex, transactionsRoot: hex, receiptsRoot: hex, logsBloom: hex, difficulty: hex, number: hex, gasLimit: hex, gasUsed: hex,
  timestamp: hex, extraData: hex, mixHash: hex, nonce: hex, baseFeePerGas: hex.nullish(), withdrawalsRoot: hex.nullish(), blobGasUsed: hex.nullish(), excessBlobGas: hex.nullish(), parentBeaconBlockRoot: hex.nullish(), requestsHash: hex.nullish(),
  transactions: z.array(z.unknown()),
});
const log = z.object({ address: hex, topics: z.array(hex), data: hex });
const receipt = z.object({ transactionHash: hex, type: hex.default("0x0"), status: hex, cumulativeGasUsed: hex, logs: z.array(log) });
const transaction = z.object({
  type: hex.default("0x0"), chainId: hex.nullish(), nonce: hex, gasPrice: hex.nullish(), maxPriorityFeePerGas: hex.nullish(), maxFeePerGas: hex.nullish(), gas: hex, to: hex.nullish(), value: hex, input: hex,
  accessList: z.array(z.object({ address: hex, storageKeys: z.array(hex) })).nullish(), maxFeePerBlobGas: hex.nullish(), blobVersionedHashes: z.array(hex).nullish(),
  authorizationList: z.array(z.object({ chainId: hex, address: hex, nonce: hex, yParity: hex.nullish(), v: hex.nullish(), r: hex, s: hex })).nullish(),
  v: hex.nullish(), yParity: hex.nullish(), r: hex, s: hex,
});

function parse<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const result = schema.safeParse(json);
  if (!result.success) throw new InvalidInputError(`L1 gave a malformed ${what}: ${result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).slice(0, 3).join("; ")} in ${shorten(JSON.stringify(json) ?? "nothing")}`);
  return result.data;
}

const lower = (value: string): Hex => value.toLowerCase() as Hex;
const wide = (value: string | null | undefined): bigint => (value === null || value === undefined ? 0n : quantityToBigInt(value));

export interface L1Block {
  readonly info: L1BlockInfo;
  readonly header: BlockHeader;
  readonly transactions: readonly unknown[];
}

/** A block of L1's RPC, its hash made anew from its fields. Throws `InvalidInputError` when they do not give the hash it claims. */
export function parseL1Block(json: unknown): L1Block {
  const b = parse(block, json, "block");
  const header: BlockHeader = {
    parentHash: lower(b.parentHash), ommersHash: lower(b.sha3Uncles), coinbase: lower(b.miner), stateRoot: lower(b.stateRoot), transactionsRoot: lower(b.transactionsRoot), receiptsRoot: lower(b.receiptsRoot),
    logsBloom: hexToBytes(b.logsBloom), difficulty: wide(b.difficulty), number: quantityToNumber(b.number), gasLimit: quantityToNumber(b.gasLimit), gasUsed: quantityToNumber(b.gasUsed), timestamp: quantityToNumber(b.timestamp),
    extraData: hexToBytes(b.extraData), mixHash: lower(b.mixHash), nonce: lower(b.nonce),
    ...(b.baseFeePerGas == null ? {} : { baseFeePerGas: wide(b.baseFeePerGas) }),
    ...(b.withdrawalsRoot == null ? {} : { withdrawalsRoot: lower(b.withdrawalsRoot) }),
    ...(b.blobGasUsed == null ? {} : { blobGasUsed: quantityToNumber(b.blobGasUsed) }),
    ...(b.excessBlobGas == null ? {} : { excessBlobGas: wide(b.excessBlobGas) }),
    ...(b.parentBeaconBlockRoot == null ? {} : { parentBeaconBlockRoot: lower(b.parentBeaconBlockRoot) }),
    ...(b.requestsHash == null ? {} : { requestsHash: lower(b.requestsHash) }),
  };
  const hash = headerHash(header);
  if (hash !== lower(b.hash)) throw new InvalidInputError(`L1 block ${header.number} claims the hash ${b.hash}, its fields give ${hash}: the endpoint is faulty or of an unknown fork`);
  const info: L1BlockInfo = {
    hash, number: header.number, parentHash: header.parentHash, timestamp: header.timestamp, mixHash: header.mixHash, baseFee: header.baseFeePerGas ?? 0n, stateRoot: header.stateRoot,
    ...(header.excessBlobGas === undefined ? {} : { excessBlobGas: header.excessBlobGas }),
    ...(header.parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
  };
  return { info, header, transactions: b.transactions };
}

export function parseL1Receipts(json: unknown): readonly (ReceiptLogs & Receipt)[] {
  return parse(z.array(receipt), json, "list of receipts").map((r) => ({
    transactionHash: lower(r.transactionHash),
    type: quantityToNumber(r.type),
    status: quantityToNumber(r.status) === 1 ? 1 : 0,
    cumulativeGasUsed: quantityToNumber(r.cumulativeGasUsed),
    logs: r.logs.map((one) => ({ address: hexToBytes(one.address, 20), topics: one.topics.map((topic) => hexToBytes(topic, 32)), data: hexToBytes(one.data) })),
  }));
}

/** The encoded form of a transaction of L1's RPC. Throws `InvalidInputError`. */
export function parseL1Transaction(json: unknown): Uint8Array {
  const t = parse(transaction, json, "transaction");
  const type = quantityToNumber(t.type);
  const v = wide(t.v);
  const parity = t.yParity == null ? (type === 0 ? (v >= 35n ? (v - 35n) % 2n : v - 27n) : v) : wide(t.yParity);
  const common = {
    nonce: quantityToNumber(t.nonce), gas: quantityToNumber(t.gas), value: wide(t.value), data: hexToBytes(t.input), r: wide(t.r), s: wide(t.s), yParity: parity === 0n ? (0 as const) : (1 as const),
    ...(t.to == null ? {} : { to: lower(t.to) }),
  };
  const chainId = Number(wide(t.chainId));
  const accessList = (t.accessList ?? []).map(({ address, storageKeys }) => ({ address: lower(address), storageKeys: storageKeys.map(lower) }));
  if (type === 0) return encodeTransaction({ type, ...common, gasPrice: wide(t.gasPrice), ...(v >= 35n ? { chainId: Number((v - 35n) / 2n) } : {}) });
  if (type === 1) return encodeTransaction({ type, ...common, chainId, gasPrice: wide(t.gasPrice), accessList });
  const fees = { chainId, maxPriorityFeePerGas: wide(t.maxPriorityFeePerGas), maxFeePerGas: wide(t.maxFeePerGas), accessList };
  if (type === 2) return encodeTransaction({ type, ...common, ...fees });
  const to = lower(t.to ?? "0x");
  if (type === 3) return encodeTransaction({ type, ...common, ...fees, to, maxFeePerBlobGas: wide(t.maxFeePerBlobGas), blobVersionedHashes: (t.blobVersionedHashes ?? []).map(lower) });
  if (type === 4) {
    const authorizationList: Authorization[] = (t.authorizationList ?? []).map((a) => ({ chainId: wide(a.chainId), address: lower(a.address), nonce: wide(a.nonce), yParity: Number(wide(a.yParity ?? a.v)), r: wide(a.r), s: wide(a.s) }));
    return encodeTransaction({ type, ...common, ...fees, to, authorizationList });
  }
  throw new InvalidInputError(`L1 transaction type ${type} is unknown: ${bytesToHex(common.data).slice(0, 20)}`);
}
