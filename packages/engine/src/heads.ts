import { CriticalError, formatBlock, type L2BlockRef } from "@pangaea/primitives";

/**
 * A chain's heads, from the least to the most certain. Pending safe is what derivation has reached within a batch, local safe what its
 * own derivation says, safe what the cluster grants.
 */
export interface Heads {
  readonly unsafe: L2BlockRef;
  readonly crossUnsafe: L2BlockRef;
  readonly pendingSafe: L2BlockRef;
  readonly localSafe: L2BlockRef;
  readonly safe: L2BlockRef;
  readonly finalized: L2BlockRef;
}

const ORDER = ["finalized", "safe", "localSafe", "pendingSafe", "unsafe"] as const;

/** Throws `CriticalError` when a more certain head stands above a less certain one: to go on would mislabel blocks. */
export function checkOrder(heads: Heads): void {
  for (const [i, lower] of ORDER.slice(0, -1).entries()) {
    const upper = ORDER[i + 1]!;
    if (heads[lower].number > heads[upper].number) throw new CriticalError(`the ${lower} head ${formatBlock(heads[lower])} would stand above the ${upper} head ${formatBlock(heads[upper])}; restart the node, and empty the execution layer if it comes back`);
  }
}
