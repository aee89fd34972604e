import { type Hex, InvalidInputError } from "@pangaea/primitives";

export type BatchFormat = "span" | "singular";
export type CompressionName = "brotli" | "zlib";
export type DataAvailability = "blobs" | "calldata" | "auto";
/** How one channel's frames reach L1. */
export type FrameCarrier = Exclude<DataAvailability, "auto">;

/** How L2 blocks become channels and frames. L1 distances in L1 blocks. */
export interface ChannelOptions {
  readonly batchFormat: BatchFormat;
  readonly compression: CompressionName;
  /** 0 … 11 for brotli; zlib always compresses best. */
  readonly brotliQuality: number;
  readonly dataAvailability: DataAvailability;
  /** Frames that a channel should fill; of blobs, all of them go in one transaction. */
  readonly targetFrames: number;
  /** Longest a channel stays open; 0 for no limit. */
  readonly maxChannelDuration: number;
  /** Taken off the channel timeout and the sequencing window. */
  readonly subSafetyMargin: number;
  /** 0 for no limit. */
  readonly maxBlocksPerSpanBatch: number;
  /** Most bytes of a calldata transaction's data. */
  readonly maxCalldataBytes: number;
  /** Compressed by uncompressed size, before anything has been measured. */
  readonly initialRatio: number;
}

/** How transactions are paid for and followed. Times in milliseconds. */
export interface TxManagerOptions {
  readonly confirmations: number;
  /** Age at which an unmined transaction is sent again with higher fees. */
  readonly resubmissionTimeoutMs: number;
  readonly receiptPollMs: number;
  /** Fees are not raised beyond this many times the market's, once they are above `feeLimitThreshold` (wei per gas). */
  readonly feeLimitMultiplier: number;
  readonly feeLimitThreshold: bigint;
}

export interface BatcherOptions extends ChannelOptions, TxManagerOptions {
  readonly pollIntervalMs: number;
  readonly maxPendingTransactions: number;
  /** Data put at once to a DA server, where they go to one; no more than there may be transactions. */
  readonly maxConcurrentDaRequests: number;
  /** No further blocks are loaded while this many bytes of transactions wait to be safe. */
  readonly maxBufferedBytes: number;
  /** How long an orderly stop waits for inclusion. */
  readonly flushTimeoutMs: number;
  /** How long a start waits for transactions of an earlier run to be mined. */
  readonly pendingTimeoutMs: number;
}

/** The reference's defaults, with its usual settings for blobs after Fjord. */
export const DEFAULT_BATCHER_OPTIONS: BatcherOptions = {
  batchFormat: "span",
  compression: "brotli",
  brotliQuality: 10,
  dataAvailability: "blobs",
  targetFrames: 6,
  maxChannelDuration: 0,
  subSafetyMargin: 10,
  maxBlocksPerSpanBatch: 0,
  maxCalldataBytes: 120_000,
  initialRatio: 0.6,
  confirmations: 10,
  resubmissionTimeoutMs: 48_000,
  receiptPollMs: 4_000,
  feeLimitMultiplier: 5,
  feeLimitThreshold: 100_000_000_000n,
  pollIntervalMs: 6_000,
  maxPendingTransactions: 1,
  maxConcurrentDaRequests: 1,
  maxBufferedBytes: 64_000_000,
  flushTimeoutMs: 30_000,
  pendingTimeoutMs: 120_000,
};

/** For a local L1 with blocks of a second or two: one channel an L1 block, inclusion at once. */
export const DEVNET_BATCHER_OPTIONS: BatcherOptions = {
  ...DEFAULT_BATCHER_OPTIONS,
  brotliQuality: 6,
  maxChannelDuration: 1,
  confirmations: 1,
  resubmissionTimeoutMs: 10_000,
  receiptPollMs: 300,
  pollIntervalMs: 500,
  flushTimeoutMs: 2_500,
  pendingTimeoutMs: 10_000,
};

/** Most blobs that a transaction may carry. Source: EIP-7691, EIP-7594. */
export const MAX_BLOBS_PER_TRANSACTION = 6;
export const MAX_BROTLI_QUALITY = 11;
const LEAST_CALLDATA_BYTES = 100;

/** The options, when they make sense. Throws `InvalidInputError` naming the field, its value and what it wants. */
export function checkBatcherOptions(options: BatcherOptions): BatcherOptions {
  const wants = (field: keyof BatcherOptions, least: number, most: number) => {
    const value = Number(options[field]);
    if (!(value >= least && value <= most)) throw new InvalidInputError(`batcher option ${field} is ${String(options[field])}; it wants ${least} to ${most}`);
  };
  wants("brotliQuality", 0, MAX_BROTLI_QUALITY);
  wants("targetFrames", 1, 1_000);
  wants("maxCalldataBytes", LEAST_CALLDATA_BYTES, 128_000);
  wants("initialRatio", 0.01, 2);
  wants("confirmations", 1, 1_000);
  wants("maxPendingTransactions", 1, 64);
  wants("maxConcurrentDaRequests", 1, 64);
  wants("maxChannelDuration", 0, Number.MAX_SAFE_INTEGER);
  wants("subSafetyMargin", 0, Number.MAX_SAFE_INTEGER);
  return options;
}

/** Whose transactions, to where, on which L1. */
export interface BatchDestination {
  readonly l1ChainId: number;
  readonly inbox: Hex;
}
