import type { RollupConfig } from "@pangaea/config";
import type { L1BlockRef, L2BlockRef } from "@pangaea/primitives";
import { checkTransactions } from "./batch-transactions.ts";
import { epochsOf, type PlacedSpanBatch } from "./placed-span-batch.ts";
import { checkSequencerDrift } from "./sequencer-drift.ts";
import { ACCEPT, drop, type Verdict } from "./validity.ts";

/**
 * Judges the blocks of a span batch that come after the safe head all together, as it is before Holocene: one that is invalid takes the
 * whole batch with it. `parent` is the block that the batch begins after; `l1Blocks` begins with the current epoch and has no gaps.
 * Source: specs `protocol/delta/span-batches.md#span-batch-rules`.
 */
export function checkSpanBatchBlocks(config: RollupConfig, l1Blocks: readonly L1BlockRef[], parent: L2BlockRef, safeHead: L2BlockRef, span: PlacedSpanBatch): Verdict {
  const first = l1Blocks[0]?.number ?? 0;
  const epochs = epochsOf(span);
  for (const [i, block] of span.batch.blocks.entries()) {
    const timestamp = span.startTime + i * config.blockTime;
    if (timestamp <= safeHead.timestamp) continue;
    const epoch = epochs[i]!;
    const where = (verdict: Verdict): Verdict => (verdict.verdict === "accept" ? verdict : { verdict: verdict.verdict, reason: `in its block ${i} (time ${timestamp}): ${verdict.reason}` });
    const origin = l1Blocks[epoch - first];
    if (origin === undefined) return where(drop(`its epoch ${epoch} is not among the known L1 blocks from ${first} on`));
    if (epoch < safeHead.l1Origin.number) return where(drop(`its epoch ${epoch} is before the safe head's, ${safeHead.l1Origin.number}`));
    if (timestamp < origin.timestamp) return where(drop(`its time is before its L1 origin's, ${origin.timestamp}`));
    const startsEpoch = i === 0 ? epoch === parent.l1Origin.number + 1 : block.startsEpoch;
    const drift = checkSequencerDrift(config, { timestamp, origin, following: l1Blocks[epoch - first + 1], startsEpoch, isEmpty: block.transactions.length === 0 });
    if (drift.verdict !== "accept") return where(drift);
    const transactions = checkTransactions(config, block.transactions, timestamp);
    if (transactions.verdict !== "accept") return where(transactions);
  }
  return ACCEPT;
}
