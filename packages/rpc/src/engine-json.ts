import { bytesToHex, type ExecutionPayload, type ForkchoiceState, type ForkchoiceUpdated, type PayloadAttributes, type PayloadStatus, toQuantity } from "@pangaea/primitives";
import { z } from "zod";
import { addressJson, bigQuantityJson, bytesJson, hashJson, hexJson, parseJson, quantityJson, withoutNull } from "./json.ts";

/** The Engine API's JSON, for the side that asks and the side that answers. Source: execution-apis `engine`, specs `protocol/exec-engine.md`. */
type Json = Readonly<Record<string, unknown>>;

const noWithdrawals = z.array(z.never("OP blocks have no withdrawals"));
const EIP1559_PARAMS_BYTES = 8;
const BLOOM_BYTES = 256;

const payloadSchema = z.object({
  parentHash: hashJson, feeRecipient: addressJson, stateRoot: hashJson, receiptsRoot: hashJson, logsBloom: bytesJson.refine((bytes) => bytes.length === BLOOM_BYTES, `is not ${BLOOM_BYTES} bytes`), prevRandao: hashJson,
  blockNumber: quantityJson, gasLimit: quantityJson, gasUsed: quantityJson, timestamp: quantityJson, extraData: bytesJson, baseFeePerGas: bigQuantityJson, blockHash: hashJson, transactions: z.array(bytesJson),
  withdrawals: noWithdrawals.nullish(), blobGasUsed: quantityJson.nullish(), excessBlobGas: quantityJson.nullish(), withdrawalsRoot: hashJson.nullish(),
});

const attributesSchema = z.object({
  timestamp: quantityJson, prevRandao: hashJson, suggestedFeeRecipient: addressJson, withdrawals: noWithdrawals.nullish(), parentBeaconBlockRoot: hashJson.nullish(), transactions: z.array(bytesJson).nullish(), noTxPool: z.boolean().nullish(),
  gasLimit: quantityJson, eip1559Params: bytesJson.refine((bytes) => bytes.length === EIP1559_PARAMS_BYTES, `is not ${EIP1559_PARAMS_BYTES} bytes`).nullish(),
  // op-node writes a JSON number here, the specification a quantity.
  minBaseFee: z.union([bigQuantityJson, z.number().int().nonnegative().transform(BigInt)], "is not a quantity").nullish(),
});

const forkchoiceSchema = z.object({ headBlockHash: hashJson, safeBlockHash: hashJson, finalizedBlockHash: hashJson });
const statusSchema = z.object({ status: z.enum(["VALID", "INVALID", "INVALID_BLOCK_HASH", "SYNCING", "ACCEPTED"]), latestValidHash: hashJson.nullish(), validationError: z.string().nullish() });
const updatedSchema = z.object({ payloadStatus: z.unknown(), payloadId: hexJson.nullish() });
const envelopeSchema = z.object({ executionPayload: z.unknown(), parentBeaconBlockRoot: hashJson.nullish() });

const optionalQuantity = (name: string, value: number | undefined): Json => (value === undefined ? {} : { [name]: toQuantity(value) });

export function payloadToJson(payload: ExecutionPayload): Json {
  const { blobGasUsed, excessBlobGas, withdrawals, withdrawalsRoot, ...rest } = payload;
  return {
    ...rest,
    logsBloom: bytesToHex(payload.logsBloom), blockNumber: toQuantity(payload.blockNumber), gasLimit: toQuantity(payload.gasLimit), gasUsed: toQuantity(payload.gasUsed), timestamp: toQuantity(payload.timestamp),
    extraData: bytesToHex(payload.extraData), baseFeePerGas: toQuantity(payload.baseFeePerGas), transactions: payload.transactions.map(bytesToHex),
    ...(withdrawals === undefined ? {} : { withdrawals }), ...optionalQuantity("blobGasUsed", blobGasUsed), ...optionalQuantity("excessBlobGas", excessBlobGas), ...(withdrawalsRoot === undefined ? {} : { withdrawalsRoot }),
  };
}

/** Throws `InvalidInputError`. */
export const payloadFromJson = (json: unknown): ExecutionPayload => withoutNull(parseJson(payloadSchema, json, "execution payload"));

/** The answer to `engine_getPayload`: the payload as JSON still stands in `executionPayload`. Throws `InvalidInputError`. */
export function payloadEnvelopeFromJson(json: unknown): { readonly payload: ExecutionPayload; readonly parentBeaconBlockRoot?: `0x${string}` } {
  const { executionPayload, parentBeaconBlockRoot } = parseJson(envelopeSchema, json, "payload envelope");
  return { payload: payloadFromJson(executionPayload), ...(parentBeaconBlockRoot == null ? {} : { parentBeaconBlockRoot }) };
}

export function attributesToJson(attributes: PayloadAttributes): Json {
  const { eip1559Params, minBaseFee, ...rest } = attributes;
  return {
    ...rest,
    timestamp: toQuantity(attributes.timestamp), gasLimit: toQuantity(attributes.gasLimit), transactions: attributes.transactions.map(bytesToHex),
    ...(eip1559Params === undefined ? {} : { eip1559Params: bytesToHex(eip1559Params) }),
    // op-geth and op-reth read a JSON number.
    ...(minBaseFee === undefined ? {} : { minBaseFee: Number(minBaseFee) }),
  };
}

/** Throws `InvalidInputError`. */
export function attributesFromJson(json: unknown): PayloadAttributes {
  const { transactions, noTxPool, ...rest } = parseJson(attributesSchema, json, "payload attributes");
  return { ...withoutNull(rest), transactions: transactions ?? [], noTxPool: noTxPool ?? false };
}

export function forkchoiceToJson({ head, safe, finalized }: ForkchoiceState): Json {
  return { headBlockHash: head, safeBlockHash: safe, finalizedBlockHash: finalized };
}

/** Throws `InvalidInputError`. */
export function forkchoiceFromJson(json: unknown): ForkchoiceState {
  const state = parseJson(forkchoiceSchema, json, "forkchoice state");
  return { head: state.headBlockHash, safe: state.safeBlockHash, finalized: state.finalizedBlockHash };
}

export function payloadStatusToJson(status: PayloadStatus): Json {
  return { latestValidHash: null, validationError: null, ...status };
}

/** Throws `InvalidInputError`. */
export function payloadStatusFromJson(json: unknown): PayloadStatus {
  const { status, latestValidHash, validationError } = parseJson(statusSchema, json, "payload status");
  const why = validationError ?? "the execution layer gives no reason";
  switch (status) {
    case "VALID":
      return { status, latestValidHash: parseJson(hashJson, latestValidHash, "payload status: latestValidHash") };
    case "INVALID":
      return { status, validationError: why, ...(latestValidHash == null ? {} : { latestValidHash }) };
    case "INVALID_BLOCK_HASH":
      return { status, validationError: why };
    default:
      return { status };
  }
}

export function forkchoiceUpdatedToJson({ payloadStatus, payloadId }: ForkchoiceUpdated): Json {
  return { payloadStatus: payloadStatusToJson(payloadStatus), payloadId: payloadId ?? null };
}

/** Throws `InvalidInputError`. */
export function forkchoiceUpdatedFromJson(json: unknown): ForkchoiceUpdated {
  const { payloadStatus, payloadId } = parseJson(updatedSchema, json, "answer to forkchoiceUpdated");
  return { payloadStatus: payloadStatusFromJson(payloadStatus), ...(payloadId == null ? {} : { payloadId }) };
}
