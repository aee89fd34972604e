import { isForkActiveAtInclusion, type RollupConfig } from "@pangaea/config";
import type { L1BlockRef, L2BlockRef, SingularBatch } from "@pangaea/primitives";
import { mustBeEmptyOfUserTransactions } from "../payload.ts";
import { checkTransactions } from "./batch-transactions.ts";
import { checkSequencerDrift } from "./sequencer-drift.ts";
import { drop, future, past, undecided, type Verdict } from "./validity.ts";

/**
 * Judges a singular batch as the block after `parent`. `l1Blocks` begins with the current epoch; `inclusion` is the L1 block
 * in which the batch was completed: before Holocene a batch of the future is kept and one of the past dropped, from then on it is the
 * other way round.
 * Source: specs `protocol/derivation.md#batch-queue`, `protocol/holocene/derivation.md#batch-queue`.
 */
export function checkSingularBatch(config: RollupConfig, l1Blocks: readonly L1BlockRef[], parent: L2BlockRef, batch: SingularBatch, inclusion: L1BlockRef): Verdict {
  const epoch = l1Blocks[0];
  if (epoch === undefined) return undecided("no L1 block is known to build on");
  const isHolocene = isForkActiveAtInclusion(config.forks, "holocene", inclusion.timestamp);
  const nextTime = parent.timestamp + config.blockTime;
  if (batch.timestamp > nextTime) return (isHolocene ? drop : future)(`its time ${batch.timestamp} is after the next block's, ${nextTime}`);
  if (batch.timestamp < nextTime) return (isHolocene ? past : drop)(`its time ${batch.timestamp} is before the next block's, ${nextTime}`);
  if (batch.parentHash !== parent.hash) return drop(`its parent is ${batch.parentHash}, the safe head is ${parent.hash}`);
  if (batch.epochNumber + config.seqWindowSize < inclusion.number) return drop(`its epoch ${batch.epochNumber} left the sequencing window before L1 block ${inclusion.number}`);
  if (batch.epochNumber < epoch.number) return drop(`its epoch ${batch.epochNumber} is before the current one, ${epoch.number}`);
  const startsEpoch = batch.epochNumber === epoch.number + 1;
  if (batch.epochNumber > epoch.number + 1) return drop(`its epoch ${batch.epochNumber} is more than one after the current one, ${epoch.number}`);
  if (startsEpoch && l1Blocks[1] === undefined) return undecided(`its epoch ${batch.epochNumber} is not known yet`);
  const origin = startsEpoch ? l1Blocks[1]! : epoch;
  const following = startsEpoch ? l1Blocks[2] : l1Blocks[1];
  if (batch.epochHash !== origin.hash) return drop(`its epoch hash is ${batch.epochHash}, L1 block ${origin.number} is ${origin.hash}`);
  if (batch.timestamp < origin.timestamp) return drop(`its time ${batch.timestamp} is before its L1 origin's, ${origin.timestamp}`);
  const isEmpty = batch.transactions.length === 0;
  if (!isEmpty && mustBeEmptyOfUserTransactions(config, batch.timestamp)) return drop("it has transactions in a fork's activation block");
  const drift = checkSequencerDrift(config, { timestamp: batch.timestamp, origin, following, startsEpoch, isEmpty });
  return drift.verdict === "accept" ? checkTransactions(config, batch.transactions, batch.timestamp) : drift;
}
