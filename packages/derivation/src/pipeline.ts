import { channelTimeout, isForkActiveAtInclusion, type RollupConfig } from "@pangaea/config";
import { CriticalError, type DaSource, type ExecutionLayer, formatBlock, isDepositTransaction, type L1BlockRef, type L1Source, type L2BlockRef, type PayloadAttributes, ResetError } from "@pangaea/primitives";
import { AltDa } from "./alt-da/alt-da.ts";
import { prepareAttributes } from "./attributes/prepare-attributes.ts";
import { l2BlockRefFromPayload, systemConfigFromPayload } from "./payload.ts";
import { AltDaInputs, InputPendingError } from "./stages/alt-da-inputs.ts";
import { BatchQueue } from "./stages/batch-queue.ts";
import type { BatchProvider, BatchSource, BatchStep } from "./stages/batch-source.ts";
import { BatchStage } from "./stages/batch-stage.ts";
import { ChannelAssembler } from "./stages/channel-assembler.ts";
import { ChannelBank } from "./stages/channel-bank.ts";
import type { ChannelProvider } from "./stages/channel-provider.ts";
import { type Batch, ChannelReader } from "./stages/channel-reader.ts";
import { Epochs } from "./stages/epochs.ts";
import { FrameQueue } from "./stages/frame-queue.ts";
import { retrieveL1Data } from "./stages/l1-retrieval.ts";
import { L1Traversal } from "./stages/l1-traversal.ts";
import type { Dependencies } from "./upgrades/upgrade.ts";

/** Attributes with the block they build on and the L1 block that completed them. */
export interface DerivedAttributes {
  readonly attributes: PayloadAttributes;
  readonly parent: L2BlockRef;
  readonly derivedFrom: L1BlockRef;
  /** Whether the block may count as safe once it stands. */
  readonly concluding: boolean;
}

/** advanced: the pipeline reads the next L1 block. working: call again. idle: the next L1 block is not there yet. */
export type PipelineStep =
  | { readonly kind: "attributes"; readonly attributes: DerivedAttributes }
  | { readonly kind: "advanced"; readonly origin: L1BlockRef }
  | { readonly kind: "working" }
  | { readonly kind: "idle" };

export interface PipelineModules {
  readonly config: RollupConfig;
  readonly l1: L1Source;
  readonly l2: Pick<ExecutionLayer, "payloadByHash" | "payloadByNumber">;
  /** The chain's dependency set; without it, the chain counts as one that depends on no other. */
  readonly dependencies?: Dependencies;
  /** Where the inputs of commitments are; a chain with `altDa` in its configuration needs it. */
  readonly da?: DaSource;
}

/** The stages that Holocene replaces. */
interface ForkedStages {
  readonly frames: FrameQueue;
  readonly channels: ChannelProvider;
  readonly batches: BatchProvider;
}

interface Stages extends ForkedStages {
  readonly traversal: L1Traversal;
  readonly reader: ChannelReader;
  readonly epochs: Epochs;
}

type AcceptedBatch = Omit<BatchStep & { readonly kind: "batch" }, "kind">;

/** The same attributes with deposits alone: what stands in for a block that does not execute. Source: specs `protocol/holocene/derivation.md#engine-queue`. */
export function depositsOnly(derived: DerivedAttributes): DerivedAttributes {
  return { ...derived, attributes: { ...derived.attributes, transactions: derived.attributes.transactions.filter(isDepositTransaction) } };
}

/**
 * Derives L2 blocks from L1: in, L1 blocks; out, payload attributes one block at a time. Call `reset` first, and again after a `ResetError`.
 * `step` gives the same attributes until the safe head it is called with has moved.
 * Errors: `ResetError`, `TemporaryError` (call again), `CriticalError`. Source: specs `protocol/derivation.md`, `protocol/holocene/derivation.md`.
 */
export class DerivationPipeline {
  readonly #modules: PipelineModules;
  #stages: Stages | undefined;
  /** Whether the origin's own data has been taken into the frame queue. */
  #originRead = false;
  readonly #altDa: AltDa | undefined;
  /** What the origin's commitments stand for, as far as it is not taken. */
  #inputs: AltDaInputs | undefined;
  #pending: DerivedAttributes | undefined;
  /** The batch that was accepted last, until its attributes are prepared: L1 may have to be asked more than once. */
  #accepted: AcceptedBatch | undefined;

  /** Throws `CriticalError` when the chain keeps its data elsewhere and nothing is given to fetch them. */
  constructor(modules: PipelineModules) {
    this.#modules = modules;
    const { config, l1, da } = modules;
    if (config.altDa !== undefined && da === undefined) throw new CriticalError(`chain ${config.l2ChainId} has alt_da in its rollup configuration, and no DA server is given: --altda.enabled --altda.da-server URL`);
    this.#altDa = config.altDa === undefined || da === undefined ? undefined : new AltDa({ config, altDa: config.altDa, l1, da });
  }

  /** The L1 block that is being read; undefined before the first reset. */
  origin(): L1BlockRef | undefined {
    return this.#stages?.traversal.origin;
  }

  /** Starts over so that the block after `safeHead` comes next: from far enough back that no channel open at its origin is missed. */
  async reset(safeHead: L2BlockRef): Promise<void> {
    const { config, l1, l2 } = this.#modules;
    this.#stages = undefined;
    this.dropAttributes();
    let start = safeHead;
    let startOrigin = await l1.blockRefByHash(start.l1Origin.hash);
    while (start.number > config.genesis.l2.number && start.l1Origin.number > config.genesis.l1.number && start.l1Origin.number + channelTimeout(config, startOrigin.timestamp) > safeHead.l1Origin.number) {
      start = l2BlockRefFromPayload(config, (await l2.payloadByHash(start.parentHash)).payload);
      if (start.l1Origin.hash !== startOrigin.hash) startOrigin = await l1.blockRefByHash(start.l1Origin.hash);
    }
    const system = systemConfigFromPayload(config, (await l2.payloadByHash(start.hash)).payload);
    const epochs = new Epochs(config, startOrigin);
    this.#stages = { traversal: new L1Traversal(config, l1, startOrigin, system), reader: new ChannelReader(config), epochs, ...this.#forkedStages(startOrigin, epochs) };
    this.#originRead = false;
    this.#inputs = undefined;
    this.#altDa?.reset(startOrigin);
  }

  /** The newest L1 block, of those up to one that is final, from which what was derived is final too. */
  finalizedUpTo(finalized: number): number {
    return this.#altDa?.finalizedUpTo(finalized) ?? finalized;
  }

  /** New stages by the rules at an L1 block. */
  #forkedStages(origin: L1BlockRef, epochs: Epochs): ForkedStages {
    const { config, l2 } = this.#modules;
    const source: BatchSource = { nextBatch: () => this.#nextBatch(), flushChannel: () => this.flushChannel() };
    return this.#isHolocene(origin)
      ? { frames: new FrameQueue({ contiguous: true }), channels: new ChannelAssembler(config), batches: new BatchStage(config, l2, source, epochs) }
      : { frames: new FrameQueue({ contiguous: false }), channels: new ChannelBank(config), batches: new BatchQueue(config, l2, source, epochs) };
  }

  #isHolocene(origin: L1BlockRef): boolean {
    return isForkActiveAtInclusion(this.#modules.config.forks, "holocene", origin.timestamp);
  }

  /** Forgets the attributes that were given last: their block does not hold, and the next batch is to be tried in its place. */
  dropAttributes(): void {
    this.#pending = undefined;
    this.#accepted = undefined;
  }

  /** Forgets the open channel, the one being read and the span batch in hand: called when a derived block was replaced. */
  flushChannel(): void {
    this.#accepted = undefined;
    this.#stages?.channels.flush();
    this.#stages?.reader.flush();
    this.#stages?.batches.flush();
  }

  async step(safeHead: L2BlockRef): Promise<PipelineStep> {
    try {
      return await this.#step(safeHead);
    } catch (error) {
      if (error instanceof InputPendingError) return { kind: "working" };
      throw error;
    }
  }

  async #step(safeHead: L2BlockRef): Promise<PipelineStep> {
    const stages = this.#requireStages();
    if (this.#pending?.parent.hash === safeHead.hash) return { kind: "attributes", attributes: this.#pending };
    this.#pending = undefined;
    const { origin } = stages.traversal;
    if (this.#accepted?.batch.parentHash === safeHead.hash) return { kind: "attributes", attributes: await this.#derive(safeHead, this.#accepted, origin) };
    const next = await stages.batches.next(safeHead, origin);
    if (next.kind === "working") return { kind: "working" };
    if (next.kind === "batch") {
      this.#accepted = next;
      return { kind: "attributes", attributes: await this.#derive(safeHead, next, origin) };
    }
    if (!(await stages.traversal.advance())) return { kind: "idle" };
    this.#originRead = false;
    // Frames, channels and batches that were kept under the rules before are lost; what is known of L1 is not.
    if (this.#isHolocene(stages.traversal.origin) && !this.#isHolocene(origin)) this.#stages = { ...stages, ...this.#forkedStages(stages.traversal.origin, stages.epochs) };
    return { kind: "advanced", origin: stages.traversal.origin };
  }

  async #derive(parent: L2BlockRef, { batch, concluding }: AcceptedBatch, derivedFrom: L1BlockRef): Promise<DerivedAttributes> {
    const attributes = await prepareAttributes(this.#modules, parent, { hash: batch.epochHash, number: batch.epochNumber });
    if (attributes.timestamp !== batch.timestamp) throw new ResetError(`a batch for time ${batch.timestamp} met L2 block ${formatBlock(parent)}, whose child is due at ${attributes.timestamp}`);
    this.#pending = { attributes: { ...attributes, noTxPool: true, transactions: [...attributes.transactions, ...batch.transactions] }, parent, derivedFrom, concluding };
    this.#accepted = undefined;
    return this.#pending;
  }

  #requireStages(): Stages {
    if (this.#stages === undefined) throw new ResetError("the derivation pipeline has not been reset to a safe head yet");
    return this.#stages;
  }

  /** The next batch of the data that L1 has given so far. */
  async #nextBatch(): Promise<Batch | undefined> {
    const { traversal, frames, channels, reader } = this.#requireStages();
    for (;;) {
      const batch = reader.next();
      if (batch !== undefined) return batch;
      const channel = channels.next(traversal.origin);
      if (channel !== undefined) {
        await reader.open(channel, traversal.origin);
        continue;
      }
      const frame = frames.next();
      if (frame !== undefined) {
        channels.add(frame, traversal.origin);
        continue;
      }
      if (this.#originRead) return undefined;
      await this.#readOrigin(traversal, frames);
    }
  }

  /** Takes the origin's data into the frame queue: all at once from L1, input by input where they are kept elsewhere. */
  async #readOrigin(traversal: L1Traversal, frames: FrameQueue): Promise<void> {
    const { config, l1 } = this.#modules;
    const retrieve = () => retrieveL1Data(config, l1, traversal.origin, traversal.systemConfig.batcherAddress);
    if (this.#altDa === undefined) frames.add(await retrieve());
    else {
      this.#inputs ??= new AltDaInputs(this.#altDa, traversal.origin, await retrieve());
      const input = await this.#inputs.next();
      if (input !== undefined) return frames.add([input]);
      this.#inputs = undefined;
    }
    this.#originRead = true;
  }
}
