import type { Random } from "@pangaea/primitives";
import type { RetryOptions } from "./options.ts";

/** Longest wait when a destination does not know a message's block yet, ms. */
const MAX_NOT_YET_DELAY_MS = 5_000;
const MAX_DOUBLINGS = 30;

/** Waits that double from `first` to `most` milliseconds, by the number of failures so far (from 1). */
export function doublingDelay(first: number, most: number, failures: number): number {
  return Math.min(most, first * 2 ** Math.min(failures - 1, MAX_DOUBLINGS));
}

/** From three quarters of a wait to five quarters of it, so that messages that failed together do not come back together. */
function spread(ms: number, random: Random): number {
  return ms * (0.75 + random.bytes(1)[0]! / 510);
}

/** The wait of a message after so many failed attempts, ms. */
export function retryDelay(attempts: number, { retryDelayMs, maxRetryDelayMs, maxAttempts, longWaitMs }: RetryOptions, random: Random): number {
  return spread(attempts >= maxAttempts ? longWaitMs : doublingDelay(retryDelayMs, maxRetryDelayMs, attempts), random);
}

/** The wait of a message that its destination cannot judge yet, ms; `delays` counts those in a row. */
export function notYetDelay(delays: number, { notYetDelayMs }: RetryOptions): number {
  return doublingDelay(notYetDelayMs, Math.max(notYetDelayMs, MAX_NOT_YET_DELAY_MS), delays);
}
