import { type Batcher, batcherAdminMethods } from "@pangaea/batcher";
import type { RollupConfig } from "@pangaea/config";
import type { Dependencies } from "@pangaea/derivation";
import { localAuthority } from "@pangaea/engine";
import type { MessageFilter } from "@pangaea/execution";
import type { L1Client, L1Watcher } from "@pangaea/l1";
import { VirtualNode, type VirtualNodeOptions } from "@pangaea/node";
import { type Clock, CriticalError, type DaSource, type DaStore, errorMessage, type ExecutionLayer, type Logger, type Random } from "@pangaea/primitives";
import { type Listening, type Page, type Route, type RpcMethods, RpcServer } from "@pangaea/rpc";
import type { Store } from "@pangaea/store";
import type { Registry } from "prom-client";
import type { Activity } from "./activities/activity.ts";
import { createHeartbeat } from "./activities/heartbeat.ts";
import { createSyncStatus } from "./activities/sync-status.ts";
import { type ChainBatcherSetup, createChainBatcher } from "./chain-batcher.ts";
import { ChainContainer } from "./chain-container.ts";
import { ChainGate } from "./chain-gate.ts";
import { createSupernodeMetrics, mergedMetrics } from "./metrics.ts";
import { Interop, type InteropModules, type InteropOptions } from "./interop/interop.ts";
import { type IngressPolicy, ingressPolicy } from "./interop/ingress.ts";
import { interopChain } from "./interop/interop-chain.ts";
import { messageFilterOf } from "./interop/message-filter.ts";
import { joinReadiness, type Readiness, readinessOf } from "./readiness.ts";

/** One chain that the supernode runs. */
export interface ChainSetup {
  readonly config: RollupConfig;
  /** Given a filter when messages between the chains are verified here. */
  readonly openExecution: (messageFilter?: MessageFilter) => Promise<ExecutionLayer>;
  /** Which messages the chain's pool and sequencer take; those whose source block is cross-unsafe when absent. */
  readonly ingress?: IngressPolicy;
  readonly store: Store;
  readonly node: VirtualNodeOptions;
  /** Where the chain's data are, when its configuration has `altDa`; its node reads there, its batcher puts there. */
  readonly da?: DaSource & DaStore;
  /** Without it the chain's batches are somebody else's. */
  readonly batcher?: ChainBatcherSetup;
}

export interface SupernodeModules {
  readonly l1: L1Client;
  readonly l1Watcher: L1Watcher;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Changes how much is logged, for `admin_setLogLevel`; throws `InvalidInputError` for a level that does not exist. Without it the level stays. */
  readonly setLogLevel?: (level: string) => void;
}

export interface SupernodeSettings {
  readonly chains: readonly ChainSetup[];
  readonly rpc: { readonly host: string; readonly port: number };
  /** Where /metrics is served besides, without the RPC. */
  readonly metrics?: { readonly host: string; readonly port: number };
  readonly version: string;
  /** The chain whose node stands at the root of the RPC too, where a process runs one chain alone. */
  readonly rootChain?: number;
  /** Further methods at the root of the RPC, of the program that runs the supernode. */
  readonly rpcMethods?: RpcMethods;
  /** Without it every chain's own word is final. */
  readonly interop?: InteropOptions & Pick<InteropModules, "openStore">;
  /** The dependency set of a chain that runs without the others of its cluster; interop's own counts where there is one. */
  readonly dependencies?: Dependencies;
}

const DEFAULT_INGRESS = ingressPolicy("cross-unsafe");
const METRICS_PATH = "/metrics";
/** Where a chain's node is served: its id in decimal, and nothing behind it but a slash. */
const CHAIN_PATH = /^\/([1-9]\d*)\/?$/;
const METRICS_ALONE: Route = { status: 404, message: "metrics alone are served here, at /metrics" };
/** How long batchers may take to end once their time to flush is over. */
const FLUSH_GRACE_MS = 200;

/**
 * Runs every chain of a cluster in one process: a container each, activities above them, one L1 client and one RPC server for all.
 * Source: op-supernode.
 */
export class Supernode {
  readonly chains: ReadonlyMap<number, ChainContainer>;
  readonly #modules: SupernodeModules;
  readonly #settings: SupernodeSettings;
  readonly #gates: ReadonlyMap<number, ChainGate>;
  readonly #batchers: ReadonlyMap<number, Batcher>;
  readonly #activities: readonly Activity[];
  /** Verifies messages between the chains; absent when they have none. */
  readonly interop: Interop | undefined;
  readonly #metrics;
  readonly #otherMetrics: Registry[] = [];
  readonly #abort = new AbortController();
  #batchersStop: Promise<void> | undefined;
  readonly #listening: Listening[] = [];
  #tasks: Promise<unknown>[] = [];

  constructor(modules: SupernodeModules, settings: SupernodeSettings) {
    const { clock, random, log } = modules;
    this.#modules = modules;
    this.#settings = settings;
    this.#metrics = createSupernodeMetrics(settings.version);
    this.interop = this.#createInterop();
    this.chains = new Map(settings.chains.map((chain) => [chain.config.l2ChainId, this.#container(chain)]));
    if (this.chains.size !== settings.chains.length) throw new CriticalError("two chains have the same id: each may be named once in --chains");
    this.#gates = new Map([...this.chains].map(([id, chain]) => [id, new ChainGate({ chain, clock })]));
    this.#batchers = new Map(settings.chains.flatMap(({ config, batcher, da }) => (batcher === undefined ? [] : [[config.l2ChainId, createChainBatcher(this.chains.get(config.l2ChainId)!, batcher, da === undefined ? modules : { ...modules, da })] as const])));
    this.#activities = [createHeartbeat({ clock, random, log }), createSyncStatus(() => this.chains, () => this.interop?.currentL1), ...(this.interop === undefined ? [] : [this.interop])];
  }

  #createInterop(): Interop | undefined {
    const { chains, interop } = this.#settings;
    if (interop === undefined) return undefined;
    const { l1, l1Watcher, clock, log } = this.#modules;
    const views = chains.map(({ config }) => interopChain(config, () => this.chains.get(config.l2ChainId)!));
    return new Interop({ chains: views, l1, l1Heads: () => l1Watcher.heads(), clock, log: log.child({ activity: "interop" }), openStore: interop.openStore }, interop);
  }

  #container(setup: ChainSetup): ChainContainer {
    const { l1, l1Watcher, clock, setLogLevel } = this.#modules;
    const { config, store, node, da } = setup;
    const dependencies = this.#settings.interop?.dependencySet ?? this.#settings.dependencies;
    const log = this.#modules.log.child({ chain: config.l2ChainId });
    const authority = this.interop?.authorityOf(config.l2ChainId) ?? localAuthority;
    return new ChainContainer({
      config,
      openExecution: () => setup.openExecution(this.interop && messageFilterOf({ ingress: this.interop.ingress, clock }, config.l2ChainId, setup.ingress ?? DEFAULT_INGRESS)),
      createNode: (execution) => new VirtualNode({ config, l1, l1Heads: l1Watcher, execution, store, authority, clock, log, onHeads: () => this.interop?.headsMoved(config.l2ChainId), ...(setLogLevel === undefined ? {} : { setLogLevel }), ...(da === undefined ? {} : { da }), ...(dependencies === undefined ? {} : { dependencies }) }, node),
      clock,
      log,
      onRestart: () => this.#metrics.countRestart(config.l2ChainId),
    });
  }

  /** Starts to serve and to run all chains. Throws `CriticalError` when L1 is another chain or the port is taken. */
  async start(): Promise<{ readonly port: number }> {
    const { l1, l1Watcher, log } = this.#modules;
    for (const { config } of this.#settings.chains) await l1.expectChainId(config.l1ChainId);
    const { port } = await this.#listen(new RpcServer({ route: (path) => this.#route(path), page: (path) => this.#page(path) }), this.#settings.rpc);
    if (this.#settings.metrics !== undefined) {
      const alone = new RpcServer({ route: () => METRICS_ALONE, page: (path) => (path === METRICS_PATH ? this.#page(path) : undefined) });
      log.info("metrics are served", { host: this.#settings.metrics.host, port: (await this.#listen(alone, this.#settings.metrics)).port });
    }
    await l1Watcher.poll();
    this.#tasks.push(l1Watcher.start(this.#abort.signal));
    for (const activity of this.#activities) {
      const running = activity.start?.(this.#abort.signal);
      if (running !== undefined) this.#tasks.push(running.catch((error: unknown) => this.#abort.signal.aborted || log.error("an activity failed", { activity: activity.name, error: errorMessage(error) })));
    }
    for (const chain of this.chains.values()) chain.start();
    for (const { config, batcher } of this.#settings.chains) if (batcher?.stopped === false) this.#batchers.get(config.l2ChainId)?.start();
    return { port };
  }

  async #listen(server: RpcServer, at: { readonly host: string; readonly port: number }): Promise<Listening> {
    const listening = await server.listen(at);
    this.#listening.push(listening);
    return listening;
  }

  /** Serves the metrics of something else in this process with its own. */
  addMetrics(registry: Registry): void {
    this.#otherMetrics.push(registry);
  }

  /** The batcher of a chain, where this process runs it. */
  batcher(chainId: number): Batcher | undefined {
    return this.#batchers.get(chainId);
  }

  /** Stops the batchers; first, unless told otherwise, they put on L1 what there is, within the time that their options allow. */
  stopBatchers({ flush = true }: { readonly flush?: boolean } = {}): Promise<void> {
    this.#batchersStop ??= this.#stopBatchers(flush);
    return this.#batchersStop;
  }

  async #stopBatchers(flush: boolean): Promise<void> {
    const longest = Math.max(0, ...this.#settings.chains.map(({ batcher }) => batcher?.options.flushTimeoutMs ?? 0));
    const bound = new AbortController();
    const late = this.#modules.clock.sleep(longest + FLUSH_GRACE_MS, bound.signal).catch(() => {});
    await Promise.race([Promise.all([...this.#batchers.values()].map((batcher) => batcher.stop({ flush }))), late]);
    bound.abort();
  }

  /** Stops everything in order: the batchers first, while the chains still run. */
  async stop(): Promise<void> {
    await this.stopBatchers();
    this.#abort.abort();
    await Promise.all(this.#listening.map((one) => one.close()));
    await Promise.all([...this.chains.values()].map((chain) => chain.stop()));
    await Promise.all(this.#settings.chains.map(({ store }) => store.close()));
    await Promise.all(this.#tasks);
  }

  readiness(): Readiness {
    const { problem } = this.#modules.l1Watcher;
    return joinReadiness({ l1: readinessOf(problem === undefined ? [] : [problem]), ...(this.interop === undefined ? {} : { interop: this.interop.readiness() }), ...Object.fromEntries([...this.chains].map(([id, chain]) => [`chain ${id}`, chain.readiness()])) });
  }

  async #route(path: string): Promise<Route> {
    const found = CHAIN_PATH.exec(path);
    const { rootChain } = this.#settings;
    if (path === "/" && rootChain === undefined) return { methods: Object.assign({}, ...this.#activities.map(({ rpcMethods }) => rpcMethods), this.#settings.rpcMethods) };
    const id = path === "/" ? rootChain : Number(found?.[1]);
    const chain = id === undefined ? undefined : this.chains.get(id);
    if (chain === undefined) return { status: 404, message: `no chain at ${path}; the chains are ${[...this.chains.keys()].map((id) => `/${id}/`).join(" ")}` };
    const refusal = await this.#gates.get(chain.chainId)?.pass(this.#abort.signal);
    if (refusal !== undefined) return { status: 503, message: refusal };
    return { methods: this.#methods(chain) };
  }

  #methods(chain: ChainContainer): RpcMethods {
    const setup = this.#settings.chains.find(({ config }) => config.l2ChainId === chain.chainId);
    const batcher = this.#batchers.get(chain.chainId);
    return { ...chain.rpcMethods(), ...(setup?.node.enableAdmin === true && batcher !== undefined ? batcherAdminMethods(batcher) : {}) };
  }

  async #page(path: string): Promise<Page | undefined> {
    const ready = (readiness: Readiness): Page => ({ status: readiness.ready ? 200 : 503, type: "application/json", body: `${JSON.stringify(readiness)}\n` });
    if (path === "/livez") return { status: 200, type: "text/plain", body: "ok\n" };
    if (path === "/readyz") return ready(this.readiness());
    if (path === METRICS_PATH) return { status: 200, type: "text/plain; version=0.0.4", body: await mergedMetrics([this.#metrics.registry, ...(this.interop === undefined ? [] : [this.interop.metrics.registry]), ...[...this.chains.values()].flatMap((chain) => (chain.state === "running" ? [chain.node.metrics] : [])), ...this.#otherMetrics]) };
    const id = /^\/readyz\/(\d+)$/.exec(path)?.[1];
    const chain = id === undefined ? undefined : this.chains.get(Number(id));
    return chain === undefined ? undefined : ready(chain.readiness());
  }
}
