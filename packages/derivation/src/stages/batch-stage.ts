import type { RollupConfig } from "@pangaea/config";
import { CriticalError, type ExecutionLayer, formatBlock, InvalidInputError, type L1BlockRef, type L2BlockRef, ResetError, type SingularBatch } from "@pangaea/primitives";
import { checkSingularBatch } from "../rules/singular-batch.ts";
import { checkSpanBatch, expandSpanBatch } from "../rules/span-batch.ts";
import type { Batch } from "./channel-reader.ts";

/** Where the batch stage gets its batches: the next one of the open channel, or undefined when the stages before have no more data. */
export interface BatchSource {
  nextBatch(): Promise<Batch | undefined>;
  /** Forgets the channel that the last batch came from. */
  flushChannel(): void;
}

export type BatchStep = { readonly kind: "batch"; readonly batch: SingularBatch } | { readonly kind: "working" } | { readonly kind: "out-of-data" };
const WORKING: BatchStep = { kind: "working" };

/**
 * Gives the batch of the next block: in, batches in the order of the channel; out, the one that is valid, or an empty one when the
 * sequencing window has passed without it. Resets when the parent's L1 origin is not where the stage stands.
 * Source: specs `protocol/holocene/derivation.md#batch-queue`.
 */
export class BatchStage {
  readonly #config: RollupConfig;
  readonly #l2: Pick<ExecutionLayer, "payloadByNumber">;
  readonly #source: BatchSource;
  #origin: L1BlockRef;
  /** L1 blocks from the current epoch on, without gaps. */
  #l1Blocks: L1BlockRef[];
  #span: SingularBatch[] = [];
  /** A span batch that could not be judged yet because the safe chain could not be read. */
  #unjudged: (Batch & { readonly kind: "span" }) | undefined;

  constructor(config: RollupConfig, l2: Pick<ExecutionLayer, "payloadByNumber">, source: BatchSource, base: L1BlockRef) {
    this.#config = config;
    this.#l2 = l2;
    this.#source = source;
    this.#origin = base;
    this.#l1Blocks = [base];
  }

  flush(): void {
    this.#span = [];
    this.#unjudged = undefined;
  }

  async next(parent: L2BlockRef, origin: L1BlockRef): Promise<BatchStep> {
    this.#followOrigin(parent, origin);
    if (origin.number <= parent.l1Origin.number) return (await this.#source.nextBatch()) === undefined ? { kind: "out-of-data" } : WORKING;
    const [epoch] = this.#l1Blocks;
    if (epoch === undefined || this.#l1Blocks.length < 2) throw new CriticalError(`derivation did not start at a safe head: at L1 block ${formatBlock(origin)} only ${this.#l1Blocks.length} L1 blocks are known after the origin of ${formatBlock(parent)}`);
    if (parent.l1Origin.hash !== epoch.hash && parent.l1Origin.number !== epoch.number - 1) throw new ResetError(`the origin ${formatBlock(parent.l1Origin)} of L2 block ${formatBlock(parent)} is not the current epoch ${formatBlock(epoch)}`);

    const candidate = this.#fromSpan(parent) ?? (await this.#fromSource(parent));
    if (candidate === "working") return WORKING;
    if (candidate === undefined) return this.#emptyBatch(parent, epoch);
    const judged = checkSingularBatch(this.#config, this.#l1Blocks, parent, candidate, this.#origin);
    if (judged.verdict === "accept") return { kind: "batch", batch: candidate };
    if (judged.verdict === "drop") this.#flushAll();
    return WORKING;
  }

  #flushAll(): void {
    this.flush();
    this.#source.flushChannel();
  }

  #followOrigin(parent: L2BlockRef, origin: L1BlockRef): void {
    if (origin.hash !== this.#origin.hash) {
      this.#origin = origin;
      if (origin.number < parent.l1Origin.number) this.#l1Blocks = [];
      else this.#l1Blocks.push(origin);
    }
    const at = this.#l1Blocks.findIndex((block) => block.number === parent.l1Origin.number);
    if (at > 0) this.#l1Blocks.splice(0, at);
  }

  /** The next block of the span batch in hand. When the parent is not where it goes on, the last one was refused: the rest falls. */
  #fromSpan(parent: L2BlockRef): SingularBatch | undefined {
    const next = this.#span[0];
    if (next === undefined) return undefined;
    if (next.timestamp !== parent.timestamp + this.#config.blockTime) {
      this.#span = [];
      return undefined;
    }
    this.#span.shift();
    return { ...next, parentHash: parent.hash };
  }

  async #fromSource(parent: L2BlockRef): Promise<SingularBatch | "working" | undefined> {
    const next = this.#unjudged ?? (await this.#source.nextBatch());
    if (next === undefined) return undefined;
    if (next.kind === "singular") return next.batch;
    this.#unjudged = next;
    const judged = await checkSpanBatch(this.#config, this.#l1Blocks, parent, next.batch, this.#origin, this.#l2);
    this.#unjudged = undefined;
    if (judged.verdict === "drop") this.#flushAll();
    if (judged.verdict !== "accept") return "working";
    try {
      this.#span = expandSpanBatch(this.#config, next.batch, this.#l1Blocks, parent);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      this.#flushAll();
      return "working";
    }
    return this.#fromSpan(parent) ?? "working";
  }

  #emptyBatch(parent: L2BlockRef, epoch: L1BlockRef): BatchStep {
    const expiry = epoch.number + this.#config.seqWindowSize;
    if (expiry > this.#origin.number) return { kind: "out-of-data" };
    const nextEpoch = this.#l1Blocks[1];
    if (nextEpoch === undefined) return { kind: "out-of-data" };
    const timestamp = parent.timestamp + this.#config.blockTime;
    if (timestamp < nextEpoch.timestamp || epoch.number === parent.l1Origin.number + 1) {
      return { kind: "batch", batch: { parentHash: parent.hash, epochNumber: epoch.number, epochHash: epoch.hash, timestamp, transactions: [] } };
    }
    this.#l1Blocks.shift();
    return { kind: "out-of-data" };
  }
}
