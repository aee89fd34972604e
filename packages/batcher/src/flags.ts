import { choice, decimal, duration, flag, type OptionTable, type OptionValues, whole } from "@pangaea/config";
import { type BatcherOptions, DEFAULT_BATCHER_OPTIONS, MAX_BROTLI_QUALITY } from "./options.ts";

const ALGORITHMS = ["zlib", "brotli", ...Array.from({ length: MAX_BROTLI_QUALITY + 1 }, (_, quality) => `brotli-${quality}`)];
const GWEI = 1_000_000_000;

/** The batcher's flags with the defaults of some options. Names, units and values are op-batcher's. */
export function batcherFlagTable(defaults: BatcherOptions) {
  return {
    "data-availability-type": choice("where batches go on L1; auto takes what is cheaper, channel by channel", ["blobs", "calldata", "auto"], defaults.dataAvailability),
    "batch-type": choice("how blocks are encoded", ["singular", "span"], defaults.batchFormat),
    "compression-algo": choice("how channels are compressed; the number is the quality", ALGORITHMS, defaults.compression === "zlib" ? "zlib" : `brotli-${defaults.brotliQuality}`),
    "approx-compr-ratio": decimal("compressed by uncompressed size, until it has been measured", defaults.initialRatio, 0.01, 2),
    "max-channel-duration": whole("L1 blocks that a channel stays open at most; 0 is no limit", defaults.maxChannelDuration, 0, 1_000_000),
    "sub-safety-margin": whole("L1 blocks taken off the channel timeout and the sequencing window", defaults.subSafetyMargin, 0, 1_000_000),
    "target-num-frames": whole("frames that a channel should fill; of blobs, up to 6 go in one transaction", defaults.targetFrames, 1, 1_000),
    "max-blocks-per-span-batch": whole("L2 blocks in a span batch; 0 is no limit", defaults.maxBlocksPerSpanBatch, 0, 1_000_000),
    "max-l1-tx-size-bytes": whole("bytes of data in a calldata transaction", defaults.maxCalldataBytes, 100, 128_000),
    "max-pending-tx": whole("L1 transactions under way at once", defaults.maxPendingTransactions, 1, 64),
    "poll-interval": duration("time between looks at the rollup node", defaults.pollIntervalMs, 50, 600_000),
    "num-confirmations": whole("L1 blocks until a transaction counts as included", defaults.confirmations, 1, 1_000),
    "resubmission-timeout": duration("age at which an L1 transaction is sent again with higher fees", defaults.resubmissionTimeoutMs, 100, 86_400_000),
    "txmgr.receipt-query-interval": duration("time between looks for receipts", defaults.receiptPollMs, 50, 600_000),
    "fee-limit-multiplier": whole("fees are not raised beyond this many times the market's", defaults.feeLimitMultiplier, 1, 1_000_000),
    "txmgr.fee-limit-threshold": decimal("gwei a gas below which fees are raised without that limit", Number(defaults.feeLimitThreshold) / GWEI, 0, 1_000_000),
    stopped: flag("start with the batcher stopped; admin_startBatcher starts it"),
  } as const satisfies OptionTable;
}

export type BatcherFlagTable = ReturnType<typeof batcherFlagTable>;
export type BatcherFlags = OptionValues<BatcherFlagTable>;

/** The options that flags ask for; what no flag sets is as in `base`. */
export function batcherOptions(flags: BatcherFlags, base: BatcherOptions = DEFAULT_BATCHER_OPTIONS): BatcherOptions {
  const [compression, quality] = flags["compression-algo"].split("-");
  return {
    ...base,
    dataAvailability: flags["data-availability-type"],
    batchFormat: flags["batch-type"],
    compression: compression === "zlib" ? "zlib" : "brotli",
    brotliQuality: quality === undefined ? base.brotliQuality : Number(quality),
    initialRatio: flags["approx-compr-ratio"],
    maxChannelDuration: flags["max-channel-duration"],
    subSafetyMargin: flags["sub-safety-margin"],
    targetFrames: flags["target-num-frames"],
    maxBlocksPerSpanBatch: flags["max-blocks-per-span-batch"],
    maxCalldataBytes: flags["max-l1-tx-size-bytes"],
    maxPendingTransactions: flags["max-pending-tx"],
    pollIntervalMs: flags["poll-interval"],
    confirmations: flags["num-confirmations"],
    resubmissionTimeoutMs: flags["resubmission-timeout"],
    receiptPollMs: flags["txmgr.receipt-query-interval"],
    feeLimitMultiplier: flags["fee-limit-multiplier"],
    feeLimitThreshold: BigInt(Math.round(flags["txmgr.fee-limit-threshold"] * GWEI)),
  };
}
