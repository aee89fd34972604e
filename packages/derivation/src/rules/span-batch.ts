import { isForkActiveAtInclusion, isForkActiveAtOrigin, l2BlockNumberAt, type RollupConfig } from "@pangaea/config";
import { bytesEqual, type ExecutionLayer, hexToBytes, InvalidInputError, type L1BlockRef, type L2BlockRef, type SingularBatch, ZERO_HASH } from "@pangaea/primitives";
import { l2BlockRefFromPayload } from "../payload.ts";
import { epochsOf, type PlacedSpanBatch } from "./placed-span-batch.ts";
import { safePayloadByNumber } from "./safe-payload.ts";
import { checkSpanBatchBlocks } from "./span-batch-blocks.ts";
import { checkSpanBatchOverlap } from "./span-batch-overlap.ts";
import { ACCEPT, drop, future, past, undecided, type Verdict } from "./validity.ts";

/**
 * Judges a span batch as a whole. Before Holocene that takes in all of its blocks; from then on they are judged one by one afterwards.
 * Throws `TemporaryError` when the safe chain cannot be read.
 * Source: specs `protocol/delta/span-batches.md#span-batch-rules`, `protocol/holocene/derivation.md#span-batches`.
 */
export async function checkSpanBatch(config: RollupConfig, l1Blocks: readonly L1BlockRef[], safeHead: L2BlockRef, span: PlacedSpanBatch, inclusion: L1BlockRef, l2: Pick<ExecutionLayer, "payloadByNumber">): Promise<Verdict> {
  const epoch = l1Blocks[0];
  if (epoch === undefined) return undecided("no L1 block is known to build on");
  const { startTime, lastTime, startEpoch, lastEpoch } = span;
  const isHolocene = isForkActiveAtInclusion(config.forks, "holocene", inclusion.timestamp);
  const nextTime = safeHead.timestamp + config.blockTime;
  if (startEpoch === epoch.number + 1 && l1Blocks[1] === undefined) return undecided(`its first epoch ${startEpoch} is not known yet`);
  const startOrigin = startEpoch === epoch.number + 1 ? l1Blocks[1]! : epoch;
  if (!isForkActiveAtOrigin(config.forks, "delta", startOrigin.timestamp)) return drop("span batches are not yet allowed");
  if (startTime > nextTime) return (isHolocene ? drop : future)(`its first time ${startTime} is after the next block's, ${nextTime}`);
  if (lastTime < nextTime) return (isHolocene ? past : drop)(`its last time ${lastTime} is before the next block's, ${nextTime}`);
  let parent = safeHead;
  if (startTime < nextTime) {
    if (startTime > safeHead.timestamp || (safeHead.timestamp - startTime) % config.blockTime !== 0) return drop(`its first time ${startTime} does not fall on a block`);
    const parentNumber = l2BlockNumberAt(config, startTime) - 1;
    if (parentNumber < config.genesis.l2.number) return (isHolocene ? undecided : drop)(`its parent would be L2 block ${parentNumber}, before genesis`);
    parent = l2BlockRefFromPayload(config, await safePayloadByNumber(l2, parentNumber));
  }
  if (!bytesEqual(span.batch.parentCheck, hexToBytes(parent.hash).subarray(0, 20))) return drop(`its parent is not ${parent.hash}`);
  if (startEpoch + config.seqWindowSize < inclusion.number) return drop(`its first epoch ${startEpoch} left the sequencing window before L1 block ${inclusion.number}`);
  if (startEpoch > parent.l1Origin.number + 1) return drop(`its first epoch ${startEpoch} is more than one after its parent's, ${parent.l1Origin.number}`);
  const lastOrigin = l1Blocks.find((block) => block.number === lastEpoch);
  if (lastOrigin === undefined) return undecided(`its last epoch ${lastEpoch} is not among the known L1 blocks from ${epoch.number} on`);
  if (!bytesEqual(span.batch.l1OriginCheck, hexToBytes(lastOrigin.hash).subarray(0, 20))) return drop(`its last epoch is not ${lastOrigin.hash}`);
  if (startEpoch < parent.l1Origin.number) return drop(`its first epoch ${startEpoch} is before its parent's, ${parent.l1Origin.number}`);
  const blocks = isHolocene ? ACCEPT : checkSpanBatchBlocks(config, l1Blocks, parent, safeHead, span);
  return blocks.verdict !== "accept" ? blocks : checkSpanBatchOverlap(config, parent, safeHead, span, l2);
}

/**
 * The blocks of a span batch that come after the safe head, as singular batches; each parent hash is filled in when its turn comes.
 * Throws `InvalidInputError` when one names an L1 origin that is not known.
 */
export function expandSpanBatch(config: RollupConfig, span: PlacedSpanBatch, l1Blocks: readonly L1BlockRef[], safeHead: L2BlockRef): SingularBatch[] {
  const batches: SingularBatch[] = [];
  const epochs = epochsOf(span);
  for (const [i, block] of span.batch.blocks.entries()) {
    const epochNumber = epochs[i]!;
    const timestamp = span.startTime + i * config.blockTime;
    if (timestamp <= safeHead.timestamp) continue;
    if (epochNumber < safeHead.l1Origin.number) throw new InvalidInputError(`the span batch has epoch ${epochNumber} behind the safe head's, ${safeHead.l1Origin.number}`);
    const origin = l1Blocks.find((one) => one.number === epochNumber);
    if (origin === undefined) throw new InvalidInputError(`the span batch has the unknown epoch ${epochNumber}`);
    batches.push({ parentHash: ZERO_HASH, epochNumber, epochHash: origin.hash, timestamp, transactions: block.transactions });
  }
  return batches;
}
