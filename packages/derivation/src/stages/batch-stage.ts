import type { RollupConfig } from "@pangaea/config";
import { CriticalError, type ExecutionLayer, formatBlock, InvalidInputError, type L1BlockRef, type L2BlockRef, type SingularBatch } from "@pangaea/primitives";
import { checkSingularBatch } from "../rules/singular-batch.ts";
import { checkSpanBatch, expandSpanBatch } from "../rules/span-batch.ts";
import { type BatchProvider, type BatchSource, type BatchStep, OUT_OF_DATA, WORKING } from "./batch-source.ts";
import type { Batch } from "./channel-reader.ts";
import type { Epochs } from "./epochs.ts";
import { SpanRemainder } from "./span-remainder.ts";

/**
 * Gives the batch of the next block: in, batches in the order of the channel; out, the one that is valid, or an empty one when the
 * sequencing window has passed without it. Resets when the parent's L1 origin is not where the stage stands.
 * Source: specs `protocol/holocene/derivation.md#batch-queue`.
 */
export class BatchStage implements BatchProvider {
  readonly #config: RollupConfig;
  readonly #l2: Pick<ExecutionLayer, "payloadByNumber">;
  readonly #source: BatchSource;
  readonly #epochs: Epochs;
  readonly #span: SpanRemainder;
  /** A span batch that could not be judged yet because the safe chain could not be read. */
  #unjudged: (Batch & { readonly kind: "span" }) | undefined;

  constructor(config: RollupConfig, l2: Pick<ExecutionLayer, "payloadByNumber">, source: BatchSource, epochs: Epochs) {
    this.#config = config;
    this.#l2 = l2;
    this.#source = source;
    this.#epochs = epochs;
    this.#span = new SpanRemainder(config);
  }

  flush(): void {
    this.#span.clear();
    this.#unjudged = undefined;
  }

  async next(parent: L2BlockRef, origin: L1BlockRef): Promise<BatchStep> {
    this.#epochs.follow(parent, origin);
    if (origin.number <= parent.l1Origin.number) return (await this.#source.nextBatch()) === undefined ? OUT_OF_DATA : WORKING;
    if (this.#epochs.blocks.length < 2) throw new CriticalError(`derivation did not start at a safe head: at L1 block ${formatBlock(origin)} only ${this.#epochs.blocks.length} L1 blocks are known after the origin of ${formatBlock(parent)}`);
    this.#epochs.current(parent);

    const candidate = this.#span.next(parent) ?? (await this.#fromSource(parent));
    if (candidate === "working") return WORKING;
    if (candidate === undefined) {
      const batch = this.#epochs.emptyBatch(parent, true);
      return batch === undefined ? OUT_OF_DATA : { kind: "batch", batch, concluding: true };
    }
    const judged = checkSingularBatch(this.#config, this.#epochs.blocks, parent, candidate, origin);
    if (judged.verdict === "accept") return { kind: "batch", batch: candidate, concluding: true };
    if (judged.verdict === "drop") this.#flushAll();
    return WORKING;
  }

  #flushAll(): void {
    this.flush();
    this.#source.flushChannel();
  }

  async #fromSource(parent: L2BlockRef): Promise<SingularBatch | "working" | undefined> {
    const next = this.#unjudged ?? (await this.#source.nextBatch());
    if (next === undefined) return undefined;
    if (next.kind === "singular") return next.batch;
    this.#unjudged = next;
    const { blocks, origin } = this.#epochs;
    const judged = await checkSpanBatch(this.#config, blocks, parent, next.batch, origin, this.#l2);
    this.#unjudged = undefined;
    if (judged.verdict === "drop") this.#flushAll();
    if (judged.verdict !== "accept") return "working";
    try {
      this.#span.set(expandSpanBatch(this.#config, next.batch, blocks, parent));
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      this.#flushAll();
      return "working";
    }
    return this.#span.next(parent) ?? "working";
  }
}
