import { InvalidInputError } from "@pangaea/primitives";
import type { RelayPolicy } from "./relay-policy.ts";

/** How transactions are paid for and followed. Times in milliseconds. */
export interface TransactionLineOptions {
  /** Age at which a transaction that is in no block is sent again with higher fees. */
  readonly resubmissionTimeoutMs: number;
  /** How long a start waits for transactions of an earlier run to be in blocks. */
  readonly pendingTimeoutMs: number;
  /** Fees are not raised beyond this many times the market's, once they are above `feeLimitThreshold` (wei per gas). */
  readonly feeLimitMultiplier: number;
  readonly feeLimitThreshold: bigint;
}

/** When a message is tried again. Times in milliseconds. */
export interface RetryOptions {
  /** First wait after a failed attempt; each further one is twice as long. */
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** Failed attempts after which a message waits `longWaitMs` between attempts, until it expires. */
  readonly maxAttempts: number;
  readonly longWaitMs: number;
  /** First wait when a destination cannot judge a message yet, or fails when it is asked about one. */
  readonly notYetDelayMs: number;
}

export interface RelayerOptions extends TransactionLineOptions, RetryOptions {
  readonly policy: RelayPolicy;
  readonly pollIntervalMs: number;
  /** Transactions under way at once on a destination. */
  readonly maxInFlight: number;
  /** Messages of a pair of chains that wait; with so many, no further blocks are read. */
  readonly maxQueued: number;
  /** Percent of gas above the estimate. */
  readonly gasMarginPercent: number;
  /** Most gas that a message may take: its sender chooses what it does, the relayer pays. One above it is tried again as one that fails, until it expires. */
  readonly maxGas: number;
  /** L2 blocks before the head at which a relayer that knows nothing begins to read. */
  readonly lookbackBlocks: number;
}

export const DEFAULT_RELAYER_OPTIONS: RelayerOptions = {
  policy: { kind: "none" },
  pollIntervalMs: 500,
  maxInFlight: 16,
  maxQueued: 10_000,
  gasMarginPercent: 20,
  maxGas: 5_000_000,
  lookbackBlocks: 43_200,
  retryDelayMs: 500,
  maxRetryDelayMs: 60_000,
  maxAttempts: 12,
  longWaitMs: 300_000,
  notYetDelayMs: 200,
  resubmissionTimeoutMs: 10_000,
  pendingTimeoutMs: 30_000,
  feeLimitMultiplier: 5,
  feeLimitThreshold: 100_000_000_000n,
};

/** For local chains with blocks of a second or two: every pair, a message on its way as soon as its block is there. */
export const DEVNET_RELAYER_OPTIONS: RelayerOptions = { ...DEFAULT_RELAYER_OPTIONS, policy: { kind: "all" }, pollIntervalMs: 100, maxInFlight: 64, maxGas: 30_000_000, resubmissionTimeoutMs: 5_000, pendingTimeoutMs: 5_000 };

/** The options, when they make sense. Throws `InvalidInputError` naming the field, its value and what it wants. */
export function checkRelayerOptions(options: RelayerOptions): RelayerOptions {
  const wants = (field: keyof RelayerOptions, least: number, most: number) => {
    const value = Number(options[field]);
    if (!(value >= least && value <= most)) throw new InvalidInputError(`relayer option ${field} is ${String(options[field])}; it wants ${least} to ${most}`);
  };
  wants("pollIntervalMs", 10, 600_000);
  wants("maxInFlight", 1, 1_000);
  wants("maxQueued", 1, 1_000_000);
  wants("gasMarginPercent", 0, 1_000);
  wants("maxGas", 21_000, 1_000_000_000);
  wants("lookbackBlocks", 0, Number.MAX_SAFE_INTEGER);
  wants("maxAttempts", 1, 1_000_000);
  wants("retryDelayMs", 1, options.maxRetryDelayMs);
  wants("notYetDelayMs", 1, 600_000);
  wants("longWaitMs", 1, Number.MAX_SAFE_INTEGER);
  wants("resubmissionTimeoutMs", 100, Number.MAX_SAFE_INTEGER);
  wants("pendingTimeoutMs", 0, Number.MAX_SAFE_INTEGER);
  wants("feeLimitMultiplier", 1, 1_000_000);
  return options;
}
