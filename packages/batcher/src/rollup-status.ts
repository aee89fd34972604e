import type { BlockId, L1BlockRef, L2BlockRef } from "@pangaea/primitives";

/** What the batcher needs of the rollup node's sync status. Before the node knows L1, `headL1.hash` is zero. */
export interface RollupStatus {
  readonly headL1: L1BlockRef;
  /** The L1 block that derivation has come to. */
  readonly currentL1: BlockId;
  readonly localSafeL2: L2BlockRef;
  readonly unsafeL2: L2BlockRef;
}

export interface RollupStatusSource {
  syncStatus(): Promise<RollupStatus>;
}
