import { type BlockId, formatBlock, type L2BlockRef, sameBlock, ZERO_HASH } from "@pangaea/primitives";
import type { RollupStatus } from "./rollup-status.ts";

/** What the decision needs of a channel that is closed. */
export interface ChannelProgress {
  readonly lastBlock: BlockId;
  readonly isFullySubmitted: boolean;
  /** L1 block of its last frame; meaningful once it is fully submitted. */
  readonly lastInclusion: number;
}

/** Numbers of L2 blocks, both inclusive. */
export interface BlockRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What to do on a new sync status. wait: leave everything as it is. restart: forget all blocks and channels, then load.
 * advance: forget the first so many blocks and channels, then load. Without `load` there is nothing to load.
 */
export type SyncActions =
  | { readonly kind: "wait"; readonly reason: string }
  | { readonly kind: "restart"; readonly reason: string; readonly load?: BlockRange }
  | { readonly kind: "advance"; readonly pruneBlocks: number; readonly pruneChannels: number; readonly load?: BlockRange };

const range = (first: number, last: number): { readonly load?: BlockRange } => (first <= last ? { load: { first, last } } : {});

/**
 * Compares what the rollup node says with what the batcher holds: `blocks` from the oldest to the newest, `channels` in the order of their closing,
 * `lastCurrentL1` from the status that was acted upon before. Source: op-batcher `computeSyncActions`.
 */
export function computeSyncActions(status: RollupStatus, { blocks, channels, lastCurrentL1 }: { readonly blocks: readonly L2BlockRef[]; readonly channels: readonly ChannelProgress[]; readonly lastCurrentL1: number }): SyncActions {
  if (status.headL1.hash === ZERO_HASH) return { kind: "wait", reason: "the rollup node does not know L1's head yet" };
  if (status.currentL1.number < lastCurrentL1) return { kind: "wait", reason: `derivation went back from L1 block ${lastCurrentL1} to ${status.currentL1.number}` };

  const safe = status.localSafeL2;
  const unsafe = status.unsafeL2;
  const restart = (reason: string): SyncActions => ({ kind: "restart", reason, ...range(safe.number + 1, unsafe.number) });
  const oldest = blocks[0];
  const newest = blocks.at(-1);
  if (oldest === undefined || newest === undefined) return { kind: "advance", pruneBlocks: 0, pruneChannels: 0, ...range(safe.number + 1, unsafe.number) };

  if (safe.number < oldest.number - 1) return restart(`the safe head ${formatBlock(safe)} fell behind the oldest block held, ${formatBlock(oldest)}`);
  if (safe.number > newest.number) return restart(`the safe head ${formatBlock(safe)} is ahead of the newest block held, ${formatBlock(newest)}`);
  const held = safe.number === oldest.number - 1 ? oldest.parentHash : blocks[safe.number - oldest.number]!.hash;
  if (held !== safe.hash) return restart(`the safe head is ${formatBlock(safe)}, the block held at its height ${held.slice(0, 10)}…`);
  const replaced = unsafe.number < newest.number || (unsafe.number === newest.number && !sameBlock(unsafe, newest));
  if (replaced) return restart(`the unsafe head ${formatBlock(unsafe)} replaces the newest block held, ${formatBlock(newest)}`);
  const lost = channels.find((channel) => channel.isFullySubmitted && channel.lastInclusion < status.currentL1.number && channel.lastBlock.number > safe.number);
  if (lost !== undefined) return restart(`a channel up to L2 block ${lost.lastBlock.number} was in L1 block ${lost.lastInclusion}; derivation has passed it and the safe head is ${formatBlock(safe)}`);

  const unfinished = channels.findIndex((channel) => !channel.isFullySubmitted || channel.lastBlock.number > safe.number);
  return { kind: "advance", pruneBlocks: Math.max(0, safe.number - oldest.number + 1), pruneChannels: unfinished === -1 ? channels.length : unfinished, ...range(newest.number + 1, unsafe.number) };
}
