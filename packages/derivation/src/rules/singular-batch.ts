import { isForkActiveAtBlock, maxSequencerDrift, type RollupConfig } from "@pangaea/config";
import { type L1BlockRef, type L2BlockRef, type SingularBatch, TX_DEPOSIT, TX_SET_CODE } from "@pangaea/primitives";
import { mustBeEmptyOfUserTransactions } from "../payload.ts";
import { ACCEPT, drop, past, undecided, type Verdict } from "./validity.ts";

/**
 * Judges a singular batch as the block after `parent`. `l1Blocks` begins with the current epoch; `inclusion` is the L1 block
 * in which the batch was completed. Holocene's rules: a batch of the future is dropped.
 * Source: specs `protocol/derivation.md#batch-queue`, `protocol/holocene/derivation.md#batch-queue`.
 */
export function checkSingularBatch(config: RollupConfig, l1Blocks: readonly L1BlockRef[], parent: L2BlockRef, batch: SingularBatch, inclusion: L1BlockRef): Verdict {
  const epoch = l1Blocks[0];
  if (epoch === undefined) return undecided("no L1 block is known to build on");
  const nextTime = parent.timestamp + config.blockTime;
  if (batch.timestamp > nextTime) return drop(`its time ${batch.timestamp} is after the next block's, ${nextTime}`);
  if (batch.timestamp < nextTime) return past(`its time ${batch.timestamp} is before the next block's, ${nextTime}`);
  if (batch.parentHash !== parent.hash) return drop(`its parent is ${batch.parentHash}, the safe head is ${parent.hash}`);
  if (batch.epochNumber + config.seqWindowSize < inclusion.number) return drop(`its epoch ${batch.epochNumber} left the sequencing window before L1 block ${inclusion.number}`);
  if (batch.epochNumber < epoch.number) return drop(`its epoch ${batch.epochNumber} is before the current one, ${epoch.number}`);
  const isNext = batch.epochNumber === epoch.number + 1;
  if (batch.epochNumber > epoch.number + 1) return drop(`its epoch ${batch.epochNumber} is more than one after the current one, ${epoch.number}`);
  if (isNext && l1Blocks[1] === undefined) return undecided(`its epoch ${batch.epochNumber} is not known yet`);
  const origin = isNext ? l1Blocks[1]! : epoch;
  const following = isNext ? l1Blocks[2] : l1Blocks[1];
  if (batch.epochHash !== origin.hash) return drop(`its epoch hash is ${batch.epochHash}, L1 block ${origin.number} is ${origin.hash}`);
  if (batch.timestamp < origin.timestamp) return drop(`its time ${batch.timestamp} is before its L1 origin's, ${origin.timestamp}`);
  if (batch.transactions.length > 0 && mustBeEmptyOfUserTransactions(config, batch.timestamp)) return drop("it has transactions in a fork's activation block");
  if (batch.timestamp > origin.timestamp + maxSequencerDrift(config, origin.timestamp)) {
    if (batch.transactions.length > 0) return drop(`its time ${batch.timestamp} is past the sequencer drift, and it has transactions`);
    if (!isNext) {
      if (following === undefined) return undecided("it is past the sequencer drift, and the next L1 block is not known yet");
      if (batch.timestamp >= following.timestamp) return drop("it is past the sequencer drift, and could have taken the next L1 origin");
    }
  }
  return checkTransactions(config, batch.transactions, batch.timestamp);
}

/** Judges the transactions of a batch: none empty, no deposit, none of a type that is not yet allowed. */
export function checkTransactions(config: RollupConfig, transactions: readonly Uint8Array[], time: number): Verdict {
  for (const [i, transaction] of transactions.entries()) {
    if (transaction.length === 0) return drop(`transaction ${i} is empty`);
    if (transaction[0] === TX_DEPOSIT) return drop(`transaction ${i} is a deposit`);
    if (transaction[0] === TX_SET_CODE && !isForkActiveAtBlock(config.forks, "isthmus", time)) return drop(`transaction ${i} sets code before Isthmus`);
  }
  return ACCEPT;
}
