import type { L1BlockRef, L2BlockRef, SingularBatch } from "@pangaea/primitives";
import type { Batch } from "./channel-reader.ts";

/** Where batches come from: the next one that was read, or undefined when the stages before have no more data. */
export interface BatchSource {
  nextBatch(): Promise<Batch | undefined>;
  /** Forgets the channel that the last batch came from. */
  flushChannel(): void;
}

/** batch: the next block's; `concluding` when nothing of its batch comes after it. working: call again. out-of-data: the next L1 block is needed. */
export type BatchStep = { readonly kind: "batch"; readonly batch: SingularBatch; readonly concluding: boolean } | { readonly kind: "working" } | { readonly kind: "out-of-data" };
export const WORKING: BatchStep = { kind: "working" };
export const OUT_OF_DATA: BatchStep = { kind: "out-of-data" };

/** What gives the batch of the next block: the batch queue before Holocene, the batch stage from then on. */
export interface BatchProvider {
  next(parent: L2BlockRef, origin: L1BlockRef): Promise<BatchStep>;
  flush(): void;
}
