import type { RollupConfig } from "@pangaea/config";
import type { ExecutionLayer, L1BlockRef, L2BlockRef } from "@pangaea/primitives";
import { checkSingularBatch } from "../rules/singular-batch.ts";
import { checkSpanBatch, expandSpanBatch } from "../rules/span-batch.ts";
import type { Verdict } from "../rules/validity.ts";
import { type BatchProvider, type BatchSource, type BatchStep, OUT_OF_DATA, WORKING } from "./batch-source.ts";
import type { Batch } from "./channel-reader.ts";
import type { Epochs } from "./epochs.ts";
import { SpanRemainder } from "./span-remainder.ts";

/** A batch with the L1 block in which it was completed. */
interface Included {
  readonly batch: Batch;
  readonly inclusion: L1BlockRef;
}

/**
 * Gives the batch of the next block, before Holocene: in, batches in any order; out, the first by inclusion that is valid, or an empty one
 * when the sequencing window has passed without it. Batches of later blocks wait here; one that cannot be judged yet keeps back those after it.
 * Errors: `ResetError` when the parent's L1 origin is not where the queue stands, `TemporaryError` while the safe chain cannot be read.
 * Source: specs `protocol/derivation.md#batch-queue`.
 */
export class BatchQueue implements BatchProvider {
  readonly #config: RollupConfig;
  readonly #l2: Pick<ExecutionLayer, "payloadByNumber">;
  readonly #source: BatchSource;
  readonly #epochs: Epochs;
  readonly #span: SpanRemainder;
  // Bounded by what the batcher has put on L1 alone: a batch leaves when the safe head has come to its time, and to drop one before would derive other blocks than the reference.
  #batches: Included[] = [];
  /** A batch that has come and could not be judged yet because the safe chain could not be read. */
  #unjudged: Included | undefined;

  constructor(config: RollupConfig, l2: Pick<ExecutionLayer, "payloadByNumber">, source: BatchSource, epochs: Epochs) {
    this.#config = config;
    this.#l2 = l2;
    this.#source = source;
    this.#epochs = epochs;
    this.#span = new SpanRemainder(config);
  }

  /** Before Holocene a batch that is refused takes no other with it but the rest of its span. */
  flush(): void {
    this.#span.clear();
  }

  async next(parent: L2BlockRef, origin: L1BlockRef): Promise<BatchStep> {
    // Epochs stay as they are until the whole span stands: it may have to be taken back, and another tried in its place.
    const rest = this.#span.next(parent);
    if (rest !== undefined) return { kind: "batch", batch: rest, concluding: this.#span.isEmpty };
    this.#epochs.follow(parent, origin);
    const isBehind = origin.number < parent.l1Origin.number;
    const outOfData = !(await this.#take(parent, isBehind));
    const waiting = outOfData ? OUT_OF_DATA : WORKING;
    if (isBehind) return waiting;

    this.#epochs.current(parent);
    const found = await this.#firstValid(parent);
    if (found === "undecided") return waiting;
    if (found === undefined) {
      const batch = this.#epochs.emptyBatch(parent, outOfData);
      return batch === undefined ? waiting : { kind: "batch", batch, concluding: true };
    }
    if (found.kind === "singular") return { kind: "batch", batch: found.batch, concluding: true };
    this.#span.set(expandSpanBatch(this.#config, found.batch, this.#epochs.blocks, parent));
    const batch = this.#span.next(parent);
    return batch === undefined ? WORKING : { kind: "batch", batch, concluding: this.#span.isEmpty };
  }

  /** Takes one batch from the stages before, and keeps it unless it can never be valid; false when they have none. */
  async #take(parent: L2BlockRef, isBehind: boolean): Promise<boolean> {
    if (this.#unjudged === undefined) {
      const batch = await this.#source.nextBatch();
      if (batch === undefined) return false;
      if (isBehind) return true;
      this.#unjudged = { batch, inclusion: this.#epochs.origin };
    }
    const judged = await this.#judge(parent, this.#unjudged);
    if (judged.verdict !== "drop") this.#batches.push(this.#unjudged);
    this.#unjudged = undefined;
    return true;
  }

  /** The first batch that is valid as the next block; what can never be valid leaves the queue. */
  async #firstValid(parent: L2BlockRef): Promise<Batch | "undecided" | undefined> {
    const remaining: Included[] = [];
    for (const [i, included] of this.#batches.entries()) {
      const { verdict } = await this.#judge(parent, included);
      if (verdict === "future") remaining.push(included);
      if (verdict === "accept" || verdict === "undecided") {
        this.#batches = [...remaining, ...this.#batches.slice(verdict === "accept" ? i + 1 : i)];
        return verdict === "accept" ? included.batch : verdict;
      }
    }
    this.#batches = remaining;
    return undefined;
  }

  async #judge(parent: L2BlockRef, { batch, inclusion }: Included): Promise<Verdict> {
    const { blocks } = this.#epochs;
    return batch.kind === "singular" ? checkSingularBatch(this.#config, blocks, parent, batch.batch, inclusion) : checkSpanBatch(this.#config, blocks, parent, batch.batch, inclusion, this.#l2);
  }
}
