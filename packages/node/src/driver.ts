import type { RollupConfig } from "@pangaea/config";
import { challengeLookback, type Dependencies, DerivationPipeline, type SyncStart, type SyncStartOptions } from "@pangaea/derivation";
import type { EngineController, SafetyAuthority } from "@pangaea/engine";
import { type Clock, type DaSource, errorKind, errorMessage, type ExecutionLayer, type ExecutionPayloadEnvelope, formatBlock, type L1BlockRef, type L1Heads, type L1Source, type Logger, ResetError, Rest } from "@pangaea/primitives";
import { Finality, type FinalityOptions } from "./finality.ts";
import { findResetPoint, type ResetPoint } from "./reset-point.ts";
import type { SafeHeadDb } from "./safe-head-db.ts";
import type { Sequencer } from "./sequencer/sequencer.ts";
import { UnsafePayloads } from "./unsafe-payloads.ts";

export interface DriverModules {
  readonly config: RollupConfig;
  readonly l1: L1Source;
  readonly l1Heads: { heads(): L1Heads | undefined; subscribe(listener: (heads: L1Heads) => void): () => void };
  readonly execution: ExecutionLayer;
  readonly engine: EngineController;
  readonly authority: SafetyAuthority;
  readonly safeHeads: SafeHeadDb;
  readonly sequencer: Sequencer | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where the inputs of commitments are, for a chain that keeps its data elsewhere than on L1. */
  readonly da?: DaSource;
  /** The chain's dependency set; without it, the chain counts as one that depends on no other. */
  readonly dependencies?: Dependencies;
}

export interface DriverOptions {
  readonly finality?: Omit<FinalityOptions, "lag">;
  readonly syncStart?: Omit<SyncStartOptions, "proven">;
}

const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 10_000;
const IDLE_MS = 60_000;
/** How often an execution layer that syncs by itself is asked whether it is done. */
const EL_SYNC_POLL_MS = 2_000;

/**
 * One chain's loop. It does one thing at a time, the most urgent first: a due block of the sequencer, a reset, an unsafe block that was
 * handed in, finality, a step of derivation; with nothing to do it sleeps until something happens.
 */
export class Driver {
  readonly #modules: DriverModules;
  readonly #options: DriverOptions;
  readonly #pipeline: DerivationPipeline;
  readonly #finality: Finality;
  readonly #unsafePayloads = new UnsafePayloads();
  #needsReset = true;
  /** Whether derivation has read all of L1 that there is. */
  #idle = false;
  /** Whether L1 has moved since derivation last looked for its next block. */
  #needsLook = false;
  #authorityMoved = false;
  /** What the execution layer is to sync to by itself. */
  #target: ExecutionPayloadEnvelope | undefined;
  /** Where it has synced to: derivation goes on from there. */
  #synced: SyncStart | undefined;
  #retryAt = 0;
  #retryDelay = RETRY_FIRST_MS;
  readonly #rest: Rest;

  constructor(modules: DriverModules, options: DriverOptions = {}) {
    this.#modules = modules;
    this.#options = options;
    this.#rest = new Rest(modules.clock);
    this.#pipeline = new DerivationPipeline({ ...modules, l2: modules.execution });
    this.#finality = new Finality({ ...options.finality, lag: challengeLookback(modules.config) });
  }

  /** The L1 block that derivation reads. */
  get currentL1(): L1BlockRef | undefined {
    return this.#needsReset ? undefined : this.#pipeline.origin();
  }

  addUnsafePayload(envelope: ExecutionPayloadEnvelope): void {
    if (this.#unsafePayloads.add(envelope)) this.wake();
  }

  requestReset(): void {
    this.#needsReset = true;
    this.wake();
  }

  /** Tells that the authority may grant other heads than before. */
  authorityMoved(): void {
    this.#authorityMoved = true;
    this.wake();
  }

  wake(): void {
    this.#rest.wake();
  }

  /** Runs until the signal aborts. Throws what cannot be handled here: `CriticalError`. */
  async run(signal: AbortSignal): Promise<void> {
    const unsubscribe = this.#modules.l1Heads.subscribe(() => {
      this.#idle = false;
      this.#needsLook = true;
      this.wake();
    });
    signal.addEventListener("abort", () => this.wake(), { once: true });
    try {
      while (!signal.aborted) {
        if (!(await this.#turn())) await this.#rest.for(this.#pause(), signal);
      }
    } finally {
      unsubscribe();
    }
  }

  /** Does what is most urgent; false when there was nothing. */
  async #turn(): Promise<boolean> {
    try {
      const due = this.#needsReset ? undefined : this.#modules.sequencer?.due();
      if (due !== undefined && due <= 0) {
        await this.#modules.sequencer?.act();
        return true;
      }
      if (this.#modules.clock.now() < this.#retryAt) return false;
      const worked = await this.#work();
      this.#retryDelay = RETRY_FIRST_MS;
      return worked;
    } catch (error) {
      return this.#handle(error);
    }
  }

  async #work(): Promise<boolean> {
    if (this.#modules.engine.isElSyncing) return this.#syncExecution();
    if (this.#needsReset) {
      await this.#reset();
      return true;
    }
    const next = this.#unsafePayloads.next(this.#modules.engine.requireHeads().unsafe);
    if (next !== undefined) {
      await this.#modules.engine.insertUnsafe(next);
      return true;
    }
    if (this.#authorityMoved) {
      this.#authorityMoved = false;
      await this.#modules.engine.followAuthority();
      return true;
    }
    if (await this.#finalize()) return true;
    if (this.#idle) return false;
    return this.#derive();
  }

  /** Has the execution layer sync by itself to the highest unsafe block that was handed in; false while there is none, or it is on its way. */
  async #syncExecution(): Promise<boolean> {
    const { engine } = this.#modules;
    const { heads } = engine;
    if (heads === undefined) {
      await engine.beginElSync();
      return true;
    }
    this.#target = this.#unsafePayloads.highestAbove(heads.unsafe.number) ?? this.#target;
    if (this.#target === undefined) return false;
    try {
      if (await engine.syncTo(this.#target)) {
        this.#synced = engine.requireHeads();
        this.#needsReset = true;
        return true;
      }
    } catch (error) {
      if (["invalid", "input"].includes(errorKind(error))) this.#target = undefined;
      throw error;
    }
    this.#retryAt = this.#modules.clock.now() + EL_SYNC_POLL_MS;
    return false;
  }

  /** Where to go on from: where the execution layer has just synced to, else what is found on L1. */
  async #resetPoint(): Promise<ResetPoint> {
    const synced = this.#synced;
    this.#synced = undefined;
    return synced === undefined ? findResetPoint({ ...this.#modules, ...(this.#options.syncStart === undefined ? {} : { syncStart: this.#options.syncStart }) }) : { ...synced, isTrusted: true, replaces: undefined };
  }

  async #reset(): Promise<void> {
    const { engine, safeHeads, sequencer, log } = this.#modules;
    sequencer?.cancel();
    const start = await this.#resetPoint();
    sequencer?.waitForSafe(start.replaces);
    await engine.reset(start);
    await this.#pipeline.reset(start.safe);
    this.#finality.clear();
    if (start.isTrusted === true) safeHeads.beginAnew(start.safe);
    else {
      safeHeads.truncate({ ...start.safe, number: start.safe.number + 1 });
      safeHeads.begin(start.safe.number);
    }
    this.#needsReset = false;
    this.#idle = false;
    this.#authorityMoved = true;
    log.info("derivation starts", { unsafe: formatBlock(start.unsafe), safe: formatBlock(start.safe), finalized: formatBlock(start.finalized), l1: formatBlock(this.#pipeline.origin() ?? start.safe.l1Origin) });
  }

  async #derive(): Promise<boolean> {
    const { engine, safeHeads } = this.#modules;
    this.#needsLook = false;
    const step = await this.#pipeline.step(engine.requireHeads().pendingSafe);
    if (step.kind === "idle") {
      this.#idle = !this.#needsLook;
      return false;
    }
    if (step.kind !== "attributes") return true;
    const result = await engine.applyDerived(step.attributes);
    if (result === undefined) {
      this.#pipeline.dropAttributes();
      return true;
    }
    const { block, replaced } = result;
    if (replaced) this.#pipeline.flushChannel();
    if (!replaced && !step.attributes.concluding) return true;
    this.#finality.record(step.attributes.derivedFrom, block);
    safeHeads.record(step.attributes.derivedFrom, block);
    return true;
  }

  async #finalize(): Promise<boolean> {
    const { engine, l1, l1Heads, log } = this.#modules;
    const reached = this.#pipeline.origin();
    const finalized = l1Heads.heads()?.finalized;
    if (reached === undefined || finalized === undefined) return false;
    if (!this.#finality.signal(finalized)) {
      log.debug("L1 names an older finalized block than before", { finalized: formatBlock(finalized) });
      return false;
    }
    const due = this.#finality.due({ reached, finalized: engine.requireHeads().finalized, isIdle: this.#idle, settledUpTo: (number) => this.#pipeline.finalizedUpTo(number) });
    if (due === undefined) return false;
    for (const block of [due.signal, due.l1]) {
      const canonical = await l1.blockRefByNumber(block.number);
      if (canonical.hash === block.hash) continue;
      this.#finality.distrust();
      throw new ResetError(`L1 block ${formatBlock(block)} was taken for final, and L1 has ${canonical.hash} there`);
    }
    await engine.followAuthority(due.l2);
    this.#finality.tried(reached);
    return true;
  }

  /** What to do about an error, by its kind. */
  #handle(error: unknown): boolean {
    const { log } = this.#modules;
    switch (errorKind(error)) {
      case "critical":
        throw error;
      case "reset":
        log.warn("derivation starts over", { reason: errorMessage(error) });
        this.#needsReset = true;
        break;
      case "invalid":
      case "input":
        log.warn("an unsafe block is refused", { reason: errorMessage(error) });
        return true;
      case "not-found":
      case "temporary":
        log.debug("waiting", { reason: errorMessage(error), delayMs: this.#retryDelay });
    }
    this.#retryAt = this.#modules.clock.now() + this.#retryDelay;
    this.#retryDelay = Math.min(this.#retryDelay * 2, RETRY_MOST_MS);
    return false;
  }

  /** How long the driver rests when nothing comes, in milliseconds. */
  #pause(): number {
    const now = this.#modules.clock.now();
    const due = this.#needsReset ? undefined : this.#modules.sequencer?.due();
    const retry = this.#retryAt > now ? this.#retryAt - now : IDLE_MS;
    return Math.max(Math.min(due ?? IDLE_MS, retry), 0);
  }
}
