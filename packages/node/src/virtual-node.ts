import type { RollupConfig } from "@pangaea/config";
import type { Dependencies } from "@pangaea/derivation";
import { type ElSyncOptions, EngineController, type Heads, type SafetyAuthority } from "@pangaea/engine";
import { type Clock, CriticalError, type DaSource, type ExecutionLayer, type ExecutionPayloadEnvelope, type L1Heads, type L1Source, InvalidInputError, type Logger, NotFoundError } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import type { Store } from "@pangaea/store";
import type { Registry } from "prom-client";
import { confirmedL1 } from "./confirmed-l1.ts";
import { Driver, type DriverOptions } from "./driver.ts";
import { createNodeMetrics } from "./metrics.ts";
import { adminMethods, optimismMethods } from "./rpc/methods.ts";
import { SafeHeadDb } from "./safe-head-db.ts";
import type { ForcedInclusion } from "./sequencer/forced-transactions.ts";
import { Sequencer } from "./sequencer/sequencer.ts";
import { type SyncStatus, syncStatus } from "./sync-status.ts";

export interface VirtualNodeModules {
  readonly config: RollupConfig;
  readonly l1: L1Source;
  readonly l1Heads: { heads(): L1Heads | undefined; subscribe(listener: (heads: L1Heads) => void): () => void };
  readonly execution: ExecutionLayer;
  readonly store: Store;
  readonly authority: SafetyAuthority;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where the inputs of commitments are; a chain with `altDa` in its configuration needs it. */
  readonly da?: DaSource;
  /** The chain's dependency set; without it, the chain counts as one that depends on no other. */
  readonly dependencies?: Dependencies;
  readonly publish?: (envelope: ExecutionPayloadEnvelope) => Promise<void>;
  /** Told when the chain's heads have moved. */
  readonly onHeads?: () => void;
  /** Changes how much is logged; throws `InvalidInputError` for a level that does not exist. */
  readonly setLogLevel?: (level: string) => void;
}

export interface VirtualNodeOptions {
  readonly version: string;
  readonly enableAdmin: boolean;
  /** Confirmations that an L1 block needs before derivation reads it. */
  readonly verifierL1Confs?: number;
  /** Has the execution layer fetch the chain by itself at first; without it every block comes from here. */
  readonly elSync?: ElSyncOptions;
  readonly driver?: DriverOptions;
  readonly sequencer?: { readonly l1Confs: number; readonly maxSafeLag: number; readonly recover: boolean; readonly stopped: boolean };
}

/** One chain's consensus node. It is used once: start, then stop; `done` settles when it has ended, with the error that ended it. */
export class VirtualNode {
  readonly metrics: Registry;
  readonly done: Promise<unknown>;
  readonly #modules: VirtualNodeModules;
  readonly #options: VirtualNodeOptions;
  readonly #engine: EngineController;
  readonly #sequencer: Sequencer | undefined;
  readonly #driver: Driver;
  readonly #safeHeads: SafeHeadDb;
  readonly #abort = new AbortController();
  #finish: (error: unknown) => void = () => {};

  constructor(modules: VirtualNodeModules, options: VirtualNodeOptions) {
    this.#modules = modules;
    this.#options = options;
    this.#engine = new EngineController({ ...modules, ...(options.elSync === undefined ? {} : { elSync: options.elSync }) });
    this.#safeHeads = new SafeHeadDb(modules.store);
    this.#sequencer = options.sequencer === undefined ? undefined : new Sequencer({ ...modules, engine: this.#engine, l1Heads: () => modules.l1Heads.heads() }, options.sequencer);
    const l1 = confirmedL1(modules.l1, () => modules.l1Heads.heads(), options.verifierL1Confs ?? 0);
    this.#driver = new Driver({ ...modules, l1, engine: this.#engine, safeHeads: this.#safeHeads, sequencer: this.#sequencer }, options.driver);
    this.metrics = createNodeMetrics(modules.config.l2ChainId, () => this.syncStatus());
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Checks that L1 and the execution layer are those of the configuration, and runs. Throws `CriticalError` when they are not. */
  async start(): Promise<void> {
    await this.#checkExecution();
    await this.#checkL1();
    const end = (error?: unknown) => {
      this.#sequencer?.close("the node has ended");
      this.#finish(error);
    };
    this.#driver.run(this.#abort.signal).then(() => end(), end);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.race([this.done, this.#modules.clock.sleep(2_000).catch(() => {})]);
  }

  /** Tells that the authority may grant other heads than before. */
  authorityMoved(): void {
    this.#driver.authorityMoved();
  }

  /** Has the chain derive again from its safe head: called when a block that stands was denied. */
  requestReset(): void {
    this.#driver.requestReset();
  }

  /** Has the sequencer put signed transactions into its next block, whatever the pool thinks of them. Errors as of `Sequencer.force`. */
  async forceTransactions(transactions: readonly Uint8Array[], at?: number): Promise<ForcedInclusion> {
    return this.#requireSequencer().force(transactions, at);
  }

  /** Has the sequencer tell of a block with these transactions and put a sibling without them in its place. Errors as of `Sequencer.equivocate`. */
  async equivocate(transactions: readonly Uint8Array[]): Promise<ForcedInclusion> {
    return this.#requireSequencer().equivocate(transactions);
  }

  #requireSequencer(): Sequencer {
    if (this.#sequencer === undefined) throw new InvalidInputError(`chain ${this.#modules.config.l2ChainId} is not sequenced here`);
    return this.#sequencer;
  }

  /** When each block became local safe. */
  get safeHeads(): SafeHeadDb {
    return this.#safeHeads;
  }

  /** The heads as they are now; undefined until the first reset. */
  get heads(): Heads | undefined {
    return this.#engine.heads;
  }

  syncStatus(): SyncStatus {
    return syncStatus(this.#driver.currentL1, this.#modules.l1Heads.heads(), this.#engine.heads);
  }

  rpcMethods(): RpcMethods {
    const modules = { ...this.#modules, safeHeads: this.#safeHeads, driver: this.#driver, sequencer: this.#sequencer, status: () => this.syncStatus(), version: this.#options.version };
    return { ...optimismMethods(modules), ...(this.#options.enableAdmin ? adminMethods(modules) : {}) };
  }

  async #checkExecution(): Promise<void> {
    const { config, execution } = this.#modules;
    const chainId = await execution.chainId();
    if (chainId !== config.l2ChainId) throw new CriticalError(`the execution layer has chain id ${chainId}, the rollup configuration says ${config.l2ChainId}: check that --l2 is the execution layer of this chain`);
    const { payload } = await execution.payloadByNumber(config.genesis.l2.number);
    if (payload.blockHash !== config.genesis.l2.hash) throw new CriticalError(`the execution layer's genesis is ${payload.blockHash}, the rollup configuration says ${config.genesis.l2.hash}: they belong to different chains`);
  }

  async #checkL1(): Promise<void> {
    const { config, l1 } = this.#modules;
    try {
      const { hash } = await l1.blockRefByNumber(config.genesis.l1.number);
      if (hash !== config.genesis.l1.hash) throw new CriticalError(`L1 block ${config.genesis.l1.number} is ${hash}, the rollup configuration says ${config.genesis.l1.hash}: check that --l1 is the L1 of this chain`);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      throw new CriticalError(`L1 has no block ${config.genesis.l1.number}, where the rollup configuration says that the chain begins: check that --l1 is the L1 of this chain`);
    }
  }
}
