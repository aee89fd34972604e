import { type Clock, errorMessage, type Logger } from "@pangaea/primitives";
import type { L1TxBackend } from "./l1-backend.ts";
import type { BatcherOptions } from "./options.ts";
import type { RollupStatusSource } from "./rollup-status.ts";
import type { Signer } from "./signer.ts";

export interface ResumeModules {
  readonly l1: L1TxBackend;
  readonly rollup: RollupStatusSource;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Whether there is still a reason to wait. */
  readonly isWanted: () => boolean;
}

/**
 * Waits until the account has nothing in L1's pool and derivation has come to L1's head, so that the safe head tells all that
 * an earlier run put on L1 and no block goes there twice. What stays in the pool for too long is replaced by what comes next. False when it ended because the wait was no longer wanted.
 */
export async function waitForEarlierTransactions({ l1, rollup, signer, clock, log, signal, isWanted }: ResumeModules, { pendingTimeoutMs, receiptPollMs }: Pick<BatcherOptions, "pendingTimeoutMs" | "receiptPollMs">): Promise<boolean> {
  const began = clock.now();
  let head: number | undefined;
  while (!signal.aborted && isWanted()) {
    try {
      if (head === undefined) {
        const [mined, sent] = await Promise.all([l1.nonce(signer.address, "latest"), l1.nonce(signer.address, "pending")]);
        const isLate = clock.now() - began >= pendingTimeoutMs;
        if (isLate && sent > mined) log.warn("transactions of an earlier run are not mined; they will be replaced", { account: signer.address, count: sent - mined });
        if (sent <= mined || isLate) head = await l1.blockNumber();
      }
      if (head !== undefined && (await rollup.syncStatus()).currentL1.number >= head) return true;
    } catch (error) {
      log.warn("the batcher cannot start yet; trying again", { error: errorMessage(error) });
    }
    await clock.sleep(receiptPollMs, signal).catch(() => undefined);
  }
  return false;
}
