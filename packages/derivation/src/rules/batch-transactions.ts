import { isForkActiveAtBlock, type RollupConfig } from "@pangaea/config";
import { TX_DEPOSIT, TX_SET_CODE } from "@pangaea/primitives";
import { ACCEPT, drop, type Verdict } from "./validity.ts";

/** Judges the transactions of a batch: none empty, no deposit, none of a type that is not yet allowed. Source: specs `protocol/derivation.md#batch-queue`, `protocol/isthmus/derivation.md`. */
export function checkTransactions(config: RollupConfig, transactions: readonly Uint8Array[], time: number): Verdict {
  for (const [i, transaction] of transactions.entries()) {
    if (transaction.length === 0) return drop(`transaction ${i} is empty`);
    if (transaction[0] === TX_DEPOSIT) return drop(`transaction ${i} is a deposit`);
    if (transaction[0] === TX_SET_CODE && !isForkActiveAtBlock(config.forks, "isthmus", time)) return drop(`transaction ${i} sets code before Isthmus`);
  }
  return ACCEPT;
}
