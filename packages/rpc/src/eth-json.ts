import { type Authorization, type BlockHeader, encodeTransaction, headerHash, type Hex, InvalidInputError, type Receipt, type ReceiptLogs, toSafeNumber } from "@pangaea/primitives";
import { z } from "zod";
import { addressJson, bigQuantityJson, bytesJson, hashJson, hexJson, parseJson, quantityJson, withoutNull } from "./json.ts";

/** What `eth_*` of an execution client answers with, read strictly. Source: execution-apis `eth`, op-geth for deposits. */
const blockSchema = z.object({
  hash: hashJson, parentHash: hashJson, sha3Uncles: hashJson, miner: addressJson, stateRoot: hashJson, transactionsRoot: hashJson, receiptsRoot: hashJson, logsBloom: bytesJson, difficulty: bigQuantityJson, number: quantityJson,
  gasLimit: quantityJson, gasUsed: quantityJson, timestamp: quantityJson, extraData: bytesJson, mixHash: hashJson, nonce: hexJson, baseFeePerGas: bigQuantityJson.nullish(), withdrawalsRoot: hashJson.nullish(), blobGasUsed: quantityJson.nullish(),
  excessBlobGas: bigQuantityJson.nullish(), parentBeaconBlockRoot: hashJson.nullish(), requestsHash: hashJson.nullish(), transactions: z.array(z.unknown()),
});
const logSchema = z.object({ address: addressJson.pipe(bytesJson), topics: z.array(hashJson.pipe(bytesJson)), data: bytesJson });
const receiptSchema = z.object({
  transactionHash: hashJson, type: quantityJson.default(0), status: quantityJson, cumulativeGasUsed: quantityJson, logs: z.array(logSchema), depositNonce: quantityJson.nullish(), depositReceiptVersion: quantityJson.nullish(),
});
export const accessListJson = z.array(z.object({ address: addressJson, storageKeys: z.array(hashJson) }));
const authorizationSchema = z
  .object({ chainId: bigQuantityJson, address: addressJson, nonce: bigQuantityJson, yParity: quantityJson.nullish(), v: quantityJson.nullish(), r: bigQuantityJson, s: bigQuantityJson })
  .transform(({ v, yParity, ...one }): Authorization => ({ ...one, yParity: yParity ?? v ?? 0 }));
export const authorizationListJson = z.array(authorizationSchema);
const zero = z.union([bigQuantityJson, z.null().transform(() => 0n)]).default(0n);
const transactionSchema = z.object({
  type: quantityJson.default(0), chainId: quantityJson.nullish(), nonce: bigQuantityJson.default(0n), gasPrice: zero, maxPriorityFeePerGas: zero, maxFeePerGas: zero, gas: quantityJson, to: addressJson.nullish(), value: bigQuantityJson, input: bytesJson,
  accessList: accessListJson.nullish(), maxFeePerBlobGas: zero, blobVersionedHashes: z.array(hashJson).nullish(), authorizationList: authorizationListJson.nullish(), v: zero, yParity: bigQuantityJson.nullish(), r: zero, s: zero,
  sourceHash: hashJson.nullish(), from: addressJson.nullish(), mint: zero, isSystemTx: z.boolean().nullish(),
});

/** A block whose hash has been made anew from its fields; the transactions are as they came. */
export interface BlockJson {
  readonly hash: Hex;
  readonly header: BlockHeader;
  readonly transactions: readonly unknown[];
}

/** Reads a block. Throws `InvalidInputError`, also when its fields do not give the hash it claims. */
export function blockFromJson(json: unknown, what = "block"): BlockJson {
  const { hash: claimed, sha3Uncles, miner, transactions, ...fields } = parseJson(blockSchema, json, what);
  const header: BlockHeader = { ...withoutNull(fields), ommersHash: sha3Uncles, coinbase: miner };
  const hash = headerHash(header);
  if (hash !== claimed) throw new InvalidInputError(`${what} ${header.number} claims the hash ${claimed}, its fields give ${hash}: the endpoint is faulty or of an unknown fork`);
  return { hash, header, transactions };
}

/** Reads the receipts of a block. Throws `InvalidInputError`. */
export function receiptsFromJson(json: unknown, what = "list of receipts"): readonly (ReceiptLogs & Receipt)[] {
  return parseJson(z.array(receiptSchema), json, what).map(({ status, ...receipt }) => ({ ...withoutNull(receipt), status: status === 1 ? 1 : 0 }));
}

/** The EIP-2718 encoding of a transaction with its full fields. Throws `InvalidInputError`. */
export function transactionFromJson(json: unknown, what = "transaction"): Uint8Array {
  const { type, nonce: wideNonce, ...t } = parseJson(transactionSchema, json, what);
  const nonce = toSafeNumber(wideNonce, `nonce of the ${what}`);
  const target = t.to == null ? {} : { to: t.to };
  const common = { gas: t.gas, value: t.value, data: t.input };
  if (type === 0x7e) {
    if (t.sourceHash == null || t.from == null) throw new InvalidInputError(`malformed ${what}: a deposit has a sourceHash and a from`);
    return encodeTransaction({ type, ...common, ...target, sourceHash: t.sourceHash, from: t.from, mint: t.mint, isSystemTx: t.isSystemTx ?? false });
  }
  const parity = t.yParity ?? (type !== 0 ? t.v : t.v >= 35n ? (t.v - 35n) % 2n : t.v - 27n);
  const signed = { ...common, ...target, nonce, r: t.r, s: t.s, yParity: parity === 0n ? (0 as const) : (1 as const) };
  if (type === 0) return encodeTransaction({ type, ...signed, gasPrice: t.gasPrice, ...(t.v >= 35n ? { chainId: toSafeNumber((t.v - 35n) / 2n, `chain id of the ${what}`) } : {}) });
  const listed = { ...signed, chainId: t.chainId ?? 0, accessList: t.accessList ?? [] };
  if (type === 1) return encodeTransaction({ type, ...listed, gasPrice: t.gasPrice });
  const fees = { ...listed, maxPriorityFeePerGas: t.maxPriorityFeePerGas, maxFeePerGas: t.maxFeePerGas };
  if (type === 2) return encodeTransaction({ type, ...fees });
  if (t.to == null) throw new InvalidInputError(`malformed ${what}: type ${type} has no recipient`);
  if (type === 3) return encodeTransaction({ type, ...fees, to: t.to, maxFeePerBlobGas: t.maxFeePerBlobGas, blobVersionedHashes: t.blobVersionedHashes ?? [] });
  if (type !== 4) throw new InvalidInputError(`malformed ${what}: its type ${type} is unknown`);
  return encodeTransaction({ type, ...fees, to: t.to, authorizationList: t.authorizationList ?? [] });
}
