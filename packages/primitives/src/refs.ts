import type { Hex } from "./bytes.ts";

/** A block by hash and number. */
export interface BlockId {
  readonly hash: Hex;
  readonly number: number;
}

/** An L1 block with its link and time (Unix seconds). */
export interface L1BlockRef extends BlockId {
  readonly parentHash: Hex;
  readonly timestamp: number;
}

/** An L2 block with its link, time (Unix seconds), L1 origin and place within its epoch. */
export interface L2BlockRef extends BlockId {
  readonly parentHash: Hex;
  readonly timestamp: number;
  readonly l1Origin: BlockId;
  readonly sequenceNumber: number;
}

export function sameBlock(a: BlockId, b: BlockId): boolean {
  return a.number === b.number && a.hash === b.hash;
}

/** Number and short hash, for messages. */
export function formatBlock(block: BlockId): string {
  return `${block.number} (${block.hash.slice(0, 10)}…)`;
}
