import { join } from "node:path";
import { type Batcher, kzgCommitter, localSigner } from "@pangaea/batcher";
import { WorkerExecutionLayer } from "@pangaea/execution";
import { dependencySetOf } from "@pangaea/interop";
import { BeaconClient, Endpoints, KzgService, L1Client, L1Watcher } from "@pangaea/l1";
import { type Clock, errorMessage, InvalidInputError, type Hex, type Logger, type Random } from "@pangaea/primitives";
import { lockFolder, openStore } from "@pangaea/store";
import { type ChainContainer, ingressPolicyOf, messageGateOf, Supernode } from "@pangaea/supernode";
import { startAltDa } from "./alt-da.ts";
import { checkFixedFlags, defineChains, defineDependencySet, dependencySetFile, readManifest } from "./definition.ts";
import { faultMethods } from "./faults/fault-methods.ts";
import { devnetKey } from "./keys.ts";
import { type LocalL1, startLocalL1 } from "./local-l1.ts";
import { checkPerChainFlags, type DevnetFlags, devnetBatcher, devnetRelayer, differsFromDefault } from "./options.ts";
import { startRelaying } from "./relaying.ts";
import { genesisFile, rollupConfigFile } from "./setup.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

export interface DevnetModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Changes how much is logged; throws `InvalidInputError` for a level that does not exist. */
  readonly setLogLevel?: (level: string) => void;
  /** Its abort ends a start that is under way. */
  readonly signal?: AbortSignal;
  readonly version: string;
}

/** What a program needs to know of a running devnet; the line of `pangaea devnet --json`. */
export interface DevnetSummary {
  readonly l1: { readonly chainId: number; readonly url: string; readonly beacon: string };
  readonly supernode: { readonly url: string };
  /** The DA server; absent when the chains' data are on L1. */
  readonly da?: { readonly url: string };
  readonly configDir: string;
  /** The file that says whose messages each chain accepts; absent when none ever count. */
  readonly dependencySet?: string;
  readonly chains: readonly {
    readonly chainId: number;
    readonly url: string;
    readonly node: string;
    readonly rollupConfig: string;
    readonly genesis: string;
    readonly contracts: { readonly optimismPortal: Hex; readonly systemConfig: Hex; readonly batchInbox: Hex; readonly batcher: Hex; readonly dataAvailabilityChallenge?: Hex };
  }[];
}

const POLL_MS = 200;
const READY_POLL_MS = 50;
const READY_MS = 60_000;
/** How long an orderly stop tries to bring the batchers' data to L1, and how often it asks L1 for a block. */
const FLUSH_MS = 1_800;
const FLUSH_MINE_MS = 200;

/** A running devnet: a local L1, and a supernode with execution layer and batcher for each chain. */
export class DevnetCluster {
  readonly l1: LocalL1;
  readonly supernode: Supernode;
  readonly #modules: DevnetModules;
  readonly #summary: DevnetSummary;
  readonly #isKept: boolean;
  readonly #closers: readonly (() => Promise<void>)[];

  private constructor(parts: { readonly isKept: boolean; readonly l1: LocalL1; readonly supernode: Supernode; readonly modules: DevnetModules; readonly summary: DevnetSummary; readonly closers: readonly (() => Promise<void>)[] }) {
    this.l1 = parts.l1;
    this.supernode = parts.supernode;
    this.#modules = parts.modules;
    this.#summary = parts.summary;
    this.#isKept = parts.isKept;
    this.#closers = parts.closers;
  }

  get summary(): DevnetSummary {
    return this.#summary;
  }

  batcher(chainId: number): Batcher | undefined {
    return this.supernode.batcher(chainId);
  }

  /** Brings everything up, in order. `isGiven`: whether a flag was set on purpose, which matters for a folder that holds a devnet already. Throws with the cause when a part cannot start, or with the signal's reason; what was started is stopped then. */
  static async start(flags: DevnetFlags, modules: DevnetModules, isGiven: (name: string) => boolean = (name) => differsFromDefault(flags, name)): Promise<DevnetCluster> {
    const opened: (() => Promise<void>)[] = [];
    const closeAll = async () => {
      for (const close of opened.splice(0).reverse()) await close().catch((error: unknown) => modules.log.debug("a part did not stop cleanly", { error: errorMessage(error) }));
    };
    try {
      return await startParts(flags, modules, isGiven, opened, (parts) => new DevnetCluster({ ...parts, isKept: flags["data-dir"] !== undefined, modules, closers: opened }));
    } catch (error) {
      await closeAll();
      throw error;
    }
  }

  /** Waits until every chain has made its first block. */
  async untilReady(): Promise<void> {
    const { clock } = this.#modules;
    for (const deadline = clock.now() + READY_MS; ; ) {
      const lacks = [...this.supernode.chains.values()].flatMap((chain) => chain.readiness().missing.concat(hasBlocks(chain) ? [] : [`chain ${chain.chainId} has no block yet`]));
      if (lacks.length === 0) return;
      if (clock.now() > deadline) throw new InvalidInputError(`the devnet did not become ready within ${READY_MS / 1_000} s: ${lacks.join("; ")}`);
      await clock.sleep(READY_POLL_MS);
    }
  }

  /** Stops everything in order: batchers put what they have on L1 first, L1 goes last. */
  async stop(): Promise<void> {
    const { log } = this.#modules;
    // What nobody keeps need not reach L1.
    await (this.#isKept ? this.#flush() : this.supernode.stopBatchers({ flush: false })).catch((error: unknown) => log.warn("the batchers did not stop cleanly", { error: errorMessage(error) }));
    for (const close of [...this.#closers].reverse()) await close().catch((error: unknown) => log.debug("a part did not stop cleanly", { error: errorMessage(error) }));
  }

  /** Stops the batchers; L1 makes blocks as it is asked for them, so that the last batches need not wait for its next one. */
  async #flush(): Promise<void> {
    const { clock } = this.#modules;
    const ended = new AbortController();
    const batchers = this.#summary.chains.flatMap(({ chainId }) => this.supernode.batcher(chainId) ?? []);
    const mine = async (): Promise<void> => {
      while (!ended.signal.aborted) {
        await clock.sleep(FLUSH_MINE_MS, ended.signal);
        if (batchers.some((batcher) => batcher.status().pendingTransactions > 0)) await this.l1.rpc.call("evm_mine", []);
      }
    };
    mine().catch(() => {});
    await this.supernode.stopBatchers().finally(() => ended.abort());
  }
}

function hasBlocks(chain: ChainContainer): boolean {
  return chain.hasHeads && chain.syncStatus().unsafe_l2.number > 0;
}

type Parts = { readonly l1: LocalL1; readonly supernode: Supernode; readonly summary: DevnetSummary };

async function startParts(flags: DevnetFlags, modules: DevnetModules, isGiven: (name: string) => boolean, opened: (() => Promise<void>)[], finish: (parts: Parts) => DevnetCluster): Promise<DevnetCluster> {
  const { clock, random, log, signal } = modules;
  const dataDir = flags["data-dir"];
  const temporary = dataDir === undefined ? await makeTemporaryFolder() : undefined;
  const folder = temporary?.path ?? dataDir!;
  if (temporary !== undefined) opened.push(temporary.remove);
  else {
    const lock = lockFolder(folder);
    opened.push(async () => lock.release());
  }
  const earlier = await readManifest(folder);
  if (earlier !== undefined) checkFixedFlags(folder, earlier, flags, isGiven);
  checkPerChainFlags(flags, earlier?.chains ?? flags.chains);

  const kzg = new KzgService();
  opened.push(() => kzg.close());
  const batcher = devnetBatcher(flags);
  if (batcher.options.dataAvailability !== "calldata") kzg.warmUp().catch(() => {});
  const l1GenesisTime = earlier?.l1GenesisTime ?? Math.floor(clock.now() / 1_000) - flags["l1.block-time"];
  const l1 = await startLocalL1({ port: flags["l1.port"], blockTime: earlier?.l1BlockTime ?? flags["l1.block-time"], genesisTimestamp: l1GenesisTime, ...(dataDir === undefined ? {} : { dataDir }) }, kzg, log);
  opened.push(() => l1.stop());
  signal?.throwIfAborted();

  const chains = await defineChains(folder, earlier, flags, l1, l1GenesisTime);
  signal?.throwIfAborted();
  const dependencySet = await defineDependencySet(folder, chains, flags["interop.dependency-set"]);
  const da = await startAltDa(chains, { folder, port: flags["alt-da.port"], log });
  if (da !== undefined) opened.push(() => da.close());
  const endpoints = new Endpoints([l1.url], { log });
  opened.push(async () => endpoints.close());
  const client = new L1Client(endpoints, new BeaconClient([l1.url], kzg));
  const watcher = new L1Watcher({ client, clock, log }, { pollInterval: POLL_MS });
  const ports = new Map<number, number>();
  const ingress = ingressPolicyOf(flags);
  const faults = faultMethods({ chains: () => supernode.chains, batcher: (chainId) => supernode.batcher(chainId), l1, l2Url: (chainId) => `http://127.0.0.1:${ports.get(chainId)}`, clock });
  const supernode: Supernode = new Supernode({ l1: client, l1Watcher: watcher, clock, random, log, ...(modules.setLogLevel === undefined ? {} : { setLogLevel: modules.setLogLevel }) }, {
    version: modules.version,
    rpc: { host: "127.0.0.1", port: flags["rpc.port"] },
    rpcMethods: faults,
    ...(dependencySet === undefined ? {} : { interop: { dependencySet: dependencySetOf(dependencySet), enableAdmin: true, failsafeOnInvalidation: flags["interop.failsafe-on-invalidation"], openStore: (name: string) => openStore(join(folder, "interop", name)) } }),
    chains: chains.map(({ config, genesis }, i) => ({
      config,
      store: openStore(join(folder, String(config.l2ChainId), "safe_db")),
      openExecution: async (messageFilter) => {
        const port = ports.get(config.l2ChainId) ?? (flags["l2.port"] === 0 ? 0 : flags["l2.port"] + i);
        const layer = await WorkerExecutionLayer.start({ config, genesis, rpc: { host: "127.0.0.1", port, miner: true }, dataDir: join(folder, String(config.l2ChainId), "chain"), messageGate: messageGateOf(ingress) }, { log, ...(messageFilter === undefined ? {} : { messageFilter }) });
        if (layer.rpcPort !== undefined) ports.set(config.l2ChainId, layer.rpcPort);
        return layer;
      },
      ingress,
      ...(da === undefined ? {} : { da: da.client }),
      batcher: { signer: localSigner(devnetKey("batcher", config.l2ChainId).key), committer: kzgCommitter(kzg), options: { ...batcher.options, flushTimeoutMs: FLUSH_MS }, stopped: batcher.stopped },
      node: { version: modules.version, enableAdmin: true, sequencer: { l1Confs: 0, maxSafeLag: 0, recover: false, stopped: false } },
    })),
  });
  opened.push(() => supernode.stop());
  const { port } = await supernode.start();
  await untilOpen(supernode, clock, ports, signal);

  const url = `http://127.0.0.1:${port}`;
  const summary: DevnetSummary = {
    l1: { chainId: chains[0]!.config.l1ChainId, url: l1.url, beacon: l1.url },
    supernode: { url },
    ...(da === undefined ? {} : { da: { url: da.url } }),
    configDir: folder,
    ...(dependencySet === undefined ? {} : { dependencySet: dependencySetFile(folder) }),
    chains: chains.map(({ config }) => ({
      chainId: config.l2ChainId, url: `http://127.0.0.1:${ports.get(config.l2ChainId)}`, node: `${url}/${config.l2ChainId}/`, rollupConfig: rollupConfigFile(folder, config.l2ChainId), genesis: genesisFile(folder, config.l2ChainId),
      contracts: { optimismPortal: config.depositContractAddress, systemConfig: config.l1SystemConfigAddress, batchInbox: config.batchInboxAddress, batcher: config.genesis.systemConfig.batcherAddress, ...(config.altDa?.commitmentKind === "keccak256" ? { dataAvailabilityChallenge: config.altDa.challengeContract } : {}) },
    })),
  };
  if (dependencySet !== undefined) {
    const { relayer, stop } = startRelaying({ clock, random, log }, { chains: summary.chains, dependencySet, folder, options: devnetRelayer(flags) });
    opened.push(stop);
    supernode.addMetrics(relayer.metrics);
  }
  return finish({ l1, supernode, summary });
}

/** Waits until every execution layer is open; a chain that fails at once fails the start. */
async function untilOpen(supernode: Supernode, clock: Clock, ports: ReadonlyMap<number, number>, signal: AbortSignal | undefined): Promise<void> {
  while (ports.size < supernode.chains.size) {
    signal?.throwIfAborted();
    for (const chain of supernode.chains.values()) if (chain.state === "failed") throw new InvalidInputError(`chain ${chain.chainId}: ${chain.readiness().missing.join("; ")}`);
    await clock.sleep(READY_POLL_MS);
  }
}
