import { maxSequencerDrift, type RollupConfig } from "@pangaea/config";
import { type Dependencies, isQuietActivationBlock, prepareAttributes } from "@pangaea/derivation";
import type { Building, EngineController, Heads } from "@pangaea/engine";
import { type Clock, errorKind, errorMessage, type ExecutionLayer, type ExecutionPayloadEnvelope, formatBlock, type Hex, InvalidInputError, type L1Heads, type L1Source, type L2BlockRef, type Logger, TemporaryError } from "@pangaea/primitives";
import { type ForcedInclusion, ForcedTransactions } from "./forced-transactions.ts";
import { selectOrigin } from "./origin-selector.ts";

export interface SequencerModules {
  readonly config: RollupConfig;
  readonly l1: L1Source;
  readonly l1Heads: () => L1Heads | undefined;
  readonly execution: ExecutionLayer;
  readonly engine: EngineController;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hands a sealed block on, to gossip for example. */
  readonly publish?: (envelope: ExecutionPayloadEnvelope) => Promise<void>;
  /** The chain's dependency set; without it, the chain counts as one that depends on no other. */
  readonly dependencies?: Dependencies;
}

export interface SequencerOptions {
  readonly l1Confs: number;
  /** Stop building when unsafe is this many blocks ahead of safe; 0 is off. */
  readonly maxSafeLag: number;
  readonly recover: boolean;
  readonly stopped: boolean;
}

/** How long before a block's time it is sealed. */
const SEALING_MS = 50;
const RETRY_MS = 1_000;

/** Builds the unsafe chain, one block each block time. `act` does the next thing that is due; the driver calls it. */
export class Sequencer {
  readonly #modules: SequencerModules;
  readonly #options: SequencerOptions;
  readonly #forced = new ForcedTransactions();
  #active: boolean;
  #recover: boolean;
  #building: Building | undefined;
  #notBefore = 0;
  #awaited: number | undefined;

  constructor(modules: SequencerModules, options: SequencerOptions) {
    this.#modules = modules;
    this.#options = options;
    this.#active = !options.stopped;
    this.#recover = options.recover;
  }

  get active(): boolean {
    return this.#active;
  }

  setRecoverMode(on: boolean): void {
    this.#recover = on;
  }

  /** Starts sequencing on a head, which must be the unsafe head. Throws `InvalidInputError`. */
  start(head: Hex): void {
    const { unsafe } = this.#modules.engine.requireHeads();
    if (this.#active) throw new InvalidInputError("sequencer already running");
    if (head !== unsafe.hash) throw new InvalidInputError(`block hash does not match: head ${unsafe.hash}, received ${head}`);
    this.#active = true;
  }

  /** Stops sequencing; gives the unsafe head. Throws `InvalidInputError` when it does not run. */
  stop(): Hex {
    if (!this.#active) throw new InvalidInputError("sequencer not running");
    this.#active = false;
    this.close("the sequencer was stopped before it built the block");
    return this.#modules.engine.requireHeads().unsafe.hash;
  }

  /** Drops the block under construction: the heads have changed. */
  cancel(): void {
    this.#building = undefined;
    this.#forced.giveBack();
  }

  /** Drops the block under construction and refuses all forced transactions, with the reason. */
  close(reason: string): void {
    this.#building = undefined;
    this.#forced.close(new TemporaryError(reason));
  }

  /**
   * Has the next block with user transactions hold these signed ones, after its deposits and whatever the pool thinks of them; a sequencer
   * that is stopped takes them into the first block after its start. Rejects with `InvalidInputError` when it cannot take them,
   * `InvalidBlockError` when they cannot be executed there, `TemporaryError` when it stops or closes before. With `at`, only the block of that height will do, be it
   * one that should have no user transactions; `TemporaryError` when it has gone by.
   */
  async force(transactions: readonly Uint8Array[], at?: number): Promise<ForcedInclusion> {
    return this.#forced.add(transactions, at === undefined ? {} : { at });
  }

  /**
   * As `force`, but the block is published, then taken back and replaced by a sibling of its deposits alone: one thing is told, another will be posted.
   * Rejects with `InvalidBlockError` too when the block was on L1 before it could be taken back, with `InvalidInputError` when the sequencer does not run.
   */
  async equivocate(transactions: readonly Uint8Array[]): Promise<ForcedInclusion> {
    if (!this.#active) throw new InvalidInputError("sequencer not running: start it with admin_startSequencer");
    return this.#forced.add(transactions, { takesBack: true });
  }

  /** Builds nothing until the block of this height is local safe. */
  waitForSafe(number: number | undefined): void {
    this.#awaited = number;
  }

  /** Milliseconds until there is something to do; undefined when there is nothing. */
  due(): number | undefined {
    const heads = this.#modules.engine.heads;
    if (!this.#active || heads === undefined || this.#lagsTooFar(heads) || this.#waits(heads)) return undefined;
    const now = this.#modules.clock.now();
    const { unsafe } = heads;
    if (this.#building !== undefined && this.#building.parent.hash !== unsafe.hash) this.cancel();
    const at = this.#building === undefined ? unsafe.timestamp * 1_000 : this.#building.attributes.timestamp * 1_000 - SEALING_MS;
    return Math.max(at, this.#notBefore) - now;
  }

  #waits({ localSafe }: Heads): boolean {
    if (this.#awaited !== undefined && localSafe.number >= this.#awaited) this.#awaited = undefined;
    return this.#awaited !== undefined;
  }

  #lagsTooFar({ unsafe, safe }: Heads): boolean {
    return this.#options.maxSafeLag > 0 && unsafe.number - safe.number >= this.#options.maxSafeLag;
  }

  /** Begins or seals a block. Resets and critical errors are the driver's; anything else is tried again a little later. */
  async act(): Promise<void> {
    try {
      if (this.#building === undefined) await this.#begin();
      else await this.#seal(this.#building);
    } catch (error) {
      if (errorKind(error) === "invalid") this.#forced.refuse(error);
      this.cancel();
      if (errorKind(error) === "reset" || errorKind(error) === "critical") throw error;
      this.#notBefore = this.#modules.clock.now() + RETRY_MS;
      this.#modules.log.warn("sequencing failed, trying again", { error: errorMessage(error) });
    }
  }

  async #begin(): Promise<void> {
    const { config, execution, engine } = this.#modules;
    const parent = engine.requireHeads().unsafe;
    const origin = await this.#origin(parent);
    const attributes = await prepareAttributes({ ...this.#modules, l2: execution }, parent, origin);
    const time = attributes.timestamp;
    const isSibling = this.#forced.awaitsSibling(parent);
    const noTxPool = isSibling || this.#recover || isQuietActivationBlock(config, time) || time > origin.timestamp + maxSequencerDrift(config, origin.timestamp);
    const forced = isSibling ? [] : this.#forced.take(parent.number + 1, { isEmpty: noTxPool });
    this.#building = await engine.startBuild({ ...attributes, transactions: [...attributes.transactions, ...forced], noTxPool });
  }

  async #origin(parent: L2BlockRef) {
    const { config, l1, l1Heads } = this.#modules;
    const heads = l1Heads();
    const head = heads?.latest ?? (await l1.blockRefByLabel("latest"));
    return selectOrigin(config, l1, head, this.#options.l1Confs, parent);
  }

  async #seal(building: Building): Promise<void> {
    this.#building = undefined;
    const { engine, log, publish } = this.#modules;
    const envelope = await engine.seal(building);
    const block = await engine.insertUnsafe(envelope);
    log.debug("sequenced", { block: formatBlock(block), transactions: envelope.payload.transactions.length });
    const takesBack = this.#forced.included(block);
    await publish?.(envelope);
    if (takesBack) await engine.takeBackUnsafe(block);
  }
}
