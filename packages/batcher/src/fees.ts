import type { L1Fees } from "./l1-backend.ts";
import { type BatchData, frameCapacity } from "./channel.ts";
import { type ChannelOptions, type FrameCarrier, MAX_BLOBS_PER_TRANSACTION, type TxManagerOptions } from "./options.ts";

/** What a transaction offers, in wei per gas. */
export interface FeeCaps {
  readonly maxPriorityFeePerGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxFeePerBlobGas: bigint;
}

const TRANSACTION_GAS = 21_000;
/** Floor price of a calldata token; a zero byte is one token, another four. Source: EIP-7623. */
const GAS_PER_TOKEN = 10;
const TOKENS_PER_NONZERO = 4;
const GAS_PER_BLOB = 131_072n;
const LEAST_BLOB_FEE_CAP = 1_000_000_000n;
/** What pools demand of a replacement, in percent of what it replaces. */
const BUMP_PERCENT = { calldata: 110n, blobs: 200n } as const;

/** Gas of a calldata transaction's data, without what every transaction costs. */
function calldataGas(data: Uint8Array): number {
  let tokens = 0;
  for (const byte of data) tokens += byte === 0 ? 1 : TOKENS_PER_NONZERO;
  return tokens * GAS_PER_TOKEN;
}

/** Gas of a transaction with this data to an account without code. */
export function batchGas(data: BatchData): number {
  return TRANSACTION_GAS + (data.kind === "calldata" ? calldataGas(data.data) : 0);
}

/** The carrier that puts a channel's data on L1 for less. */
export function cheaperCarrier(data: Uint8Array, { baseFee, priorityFee, blobBaseFee }: L1Fees, options: Pick<ChannelOptions, "maxCalldataBytes">): FrameCarrier {
  const frames = (carrier: FrameCarrier) => Math.max(1, Math.ceil(data.length / frameCapacity(carrier, options)));
  const perGas = baseFee + priorityFee;
  const blobs = frames("blobs");
  const blobCost = BigInt(Math.ceil(blobs / MAX_BLOBS_PER_TRANSACTION) * TRANSACTION_GAS) * perGas + BigInt(blobs) * GAS_PER_BLOB * blobBaseFee;
  const calldataCost = BigInt(frames("calldata") * TRANSACTION_GAS + calldataGas(data)) * perGas;
  return calldataCost < blobCost ? "calldata" : "blobs";
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Fee caps that outlast several full blocks. */
export function marketCaps({ baseFee, priorityFee, blobBaseFee }: L1Fees): FeeCaps {
  return { maxPriorityFeePerGas: priorityFee, maxFeePerGas: 2n * baseFee + priorityFee, maxFeePerBlobGas: larger(2n * blobBaseFee, LEAST_BLOB_FEE_CAP) };
}

/**
 * Fee caps of a replacement: every one raised by what pools demand, or to the market where that is more.
 * The old ones when the raise would pass the limit.
 */
export function bumpedCaps(old: FeeCaps, fees: L1Fees, kind: BatchData["kind"], { feeLimitMultiplier, feeLimitThreshold }: Pick<TxManagerOptions, "feeLimitMultiplier" | "feeLimitThreshold">): FeeCaps {
  const market = marketCaps(fees);
  const raise = (value: bigint) => (value * BUMP_PERCENT[kind] + 99n) / 100n + (value === 0n ? 1n : 0n);
  const caps = {
    maxPriorityFeePerGas: larger(raise(old.maxPriorityFeePerGas), market.maxPriorityFeePerGas),
    maxFeePerGas: larger(raise(old.maxFeePerGas), market.maxFeePerGas),
    maxFeePerBlobGas: larger(raise(old.maxFeePerBlobGas), market.maxFeePerBlobGas),
  };
  const limit = BigInt(feeLimitMultiplier);
  const passes = (cap: bigint, marketCap: bigint) => cap > feeLimitThreshold && cap > marketCap * limit;
  const over = passes(caps.maxFeePerGas, market.maxFeePerGas) || (kind === "blobs" && passes(caps.maxFeePerBlobGas, market.maxFeePerBlobGas));
  return over ? old : { ...caps, maxFeePerGas: larger(caps.maxFeePerGas, caps.maxPriorityFeePerGas) };
}
