import { resolveOptions } from "@pangaea/config";
import { describe, expect, it } from "vitest";
import { type BatcherOptions, batcherFlagTable, batcherOptions, checkBatcherOptions, DEFAULT_BATCHER_OPTIONS, DEVNET_BATCHER_OPTIONS } from "../src/index.ts";

const TABLE = batcherFlagTable(DEFAULT_BATCHER_OPTIONS);
const read = (flag: string, text: string) => batcherOptions(resolveOptions(TABLE, { [flag]: { text, source: `--${flag}` } }));

describe("the batcher's flags", () => {
  it.each<readonly [string, BatcherOptions]>([["op-batcher's", DEFAULT_BATCHER_OPTIONS], ["the devnet's", DEVNET_BATCHER_OPTIONS]])("left out give %s options", (_, options) => {
    expect(batcherOptions(resolveOptions(batcherFlagTable(options), {}), options)).toEqual(options);
  });

  it.each<readonly [string, string, Partial<BatcherOptions>]>([
    ["data-availability-type", "calldata", { dataAvailability: "calldata" }],
    ["data-availability-type", "auto", { dataAvailability: "auto" }],
    ["batch-type", "singular", { batchFormat: "singular" }],
    ["compression-algo", "zlib", { compression: "zlib" }],
    ["compression-algo", "brotli", { compression: "brotli", brotliQuality: DEFAULT_BATCHER_OPTIONS.brotliQuality }],
    ["compression-algo", "brotli-11", { compression: "brotli", brotliQuality: 11 }],
    ["approx-compr-ratio", "0.4", { initialRatio: 0.4 }],
    ["max-channel-duration", "25", { maxChannelDuration: 25 }],
    ["sub-safety-margin", "4", { subSafetyMargin: 4 }],
    ["target-num-frames", "3", { targetFrames: 3 }],
    ["max-blocks-per-span-batch", "12", { maxBlocksPerSpanBatch: 12 }],
    ["max-l1-tx-size-bytes", "90000", { maxCalldataBytes: 90_000 }],
    ["max-pending-tx", "5", { maxPendingTransactions: 5 }],
    ["poll-interval", "2s", { pollIntervalMs: 2_000 }],
    ["num-confirmations", "3", { confirmations: 3 }],
    ["resubmission-timeout", "30s", { resubmissionTimeoutMs: 30_000 }],
    ["txmgr.receipt-query-interval", "12s", { receiptPollMs: 12_000 }],
    ["fee-limit-multiplier", "7", { feeLimitMultiplier: 7 }],
    ["txmgr.fee-limit-threshold", "0.5", { feeLimitThreshold: 500_000_000n }],
  ])("--%s %s sets its option and no other", (flag, text, expected) => {
    const options = read(flag, text);
    expect(options).toEqual({ ...DEFAULT_BATCHER_OPTIONS, ...expected });
    expect(checkBatcherOptions(options)).toEqual(options);
  });

  it.each([
    ["data-availability-type", "pigeons", /wants one of blobs, calldata, auto, not "pigeons"/],
    ["batch-type", "2", /wants one of singular, span, not "2"/],
    ["compression-algo", "brotli-12", /not "brotli-12"/],
    ["target-num-frames", "0", /from 1 to 1000, not "0"/],
    ["max-pending-tx", "0", /from 1 to 64, not "0"/],
    ["max-l1-tx-size-bytes", "200000", /from 100 to 128000/],
  ])("--%s %s is refused", (flag, text, message) => {
    expect(() => read(flag, text)).toThrow(message);
  });
});
