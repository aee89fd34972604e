import type { L2BlockRef } from "@pangaea/primitives";

/** A chain's heads, from the least to the most certain. Local safe is what its own derivation says, safe what the cluster grants. */
export interface Heads {
  readonly unsafe: L2BlockRef;
  readonly crossUnsafe: L2BlockRef;
  readonly localSafe: L2BlockRef;
  readonly safe: L2BlockRef;
  readonly finalized: L2BlockRef;
}
