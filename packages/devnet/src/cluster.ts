import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Batcher, DEVNET_BATCHER_OPTIONS, localSigner, type RollupStatus, RpcL1TxBackend, type DataAvailability } from "@pangaea/batcher";
import { WorkerExecutionLayer } from "@pangaea/execution";
import { BeaconClient, Endpoints, KzgService, L1Client, L1Watcher } from "@pangaea/l1";
import type { SyncStatus } from "@pangaea/node";
import { type Clock, errorMessage, InvalidInputError, type Hex, type Logger, type Random } from "@pangaea/primitives";
import { openStore } from "@pangaea/store";
import { type ChainContainer, Supernode } from "@pangaea/supernode";
import { devnetKey } from "./keys.ts";
import { type LocalL1, startLocalL1 } from "./local-l1.ts";
import { type DevnetFlags, devnetForks } from "./options.ts";
import { type ChainDefinition, genesisFile, readChains, rollupConfigFile, setUpChains, writeChains } from "./setup.ts";

export interface DevnetModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly version: string;
}

/** What a program needs to know of a running devnet; the line of `pangaea devnet --json`. */
export interface DevnetSummary {
  readonly l1: { readonly chainId: number; readonly url: string; readonly beacon: string };
  readonly supernode: { readonly url: string };
  readonly configDir: string;
  readonly chains: readonly {
    readonly chainId: number;
    readonly url: string;
    readonly node: string;
    readonly rollupConfig: string;
    readonly genesis: string;
    readonly contracts: { readonly optimismPortal: Hex; readonly systemConfig: Hex; readonly batchInbox: Hex; readonly batcher: Hex };
  }[];
}

interface Manifest {
  readonly chains: readonly number[];
  readonly l1GenesisTime: number;
  readonly l1BlockTime: number;
}

const POLL_MS = 200;
const READY_POLL_MS = 50;
const READY_MS = 60_000;
/** What an orderly stop may take in all. */
const STOP_MS = 2_600;

/** A running devnet: a local L1, and a supernode with execution layer and batcher for each chain. */
export class DevnetCluster {
  readonly l1: LocalL1;
  readonly supernode: Supernode;
  readonly #modules: DevnetModules;
  readonly #summary: DevnetSummary;
  readonly #batchers: ReadonlyMap<number, Batcher>;
  readonly #closers: readonly (() => Promise<void>)[];

  private constructor(parts: { readonly l1: LocalL1; readonly supernode: Supernode; readonly modules: DevnetModules; readonly summary: DevnetSummary; readonly batchers: ReadonlyMap<number, Batcher>; readonly closers: readonly (() => Promise<void>)[] }) {
    this.l1 = parts.l1;
    this.supernode = parts.supernode;
    this.#modules = parts.modules;
    this.#summary = parts.summary;
    this.#batchers = parts.batchers;
    this.#closers = parts.closers;
  }

  get summary(): DevnetSummary {
    return this.#summary;
  }

  batcher(chainId: number): Batcher | undefined {
    return this.#batchers.get(chainId);
  }

  /** Brings everything up, in order. Throws with the cause when a part cannot start; what was started is stopped then. */
  static async start(flags: DevnetFlags, modules: DevnetModules): Promise<DevnetCluster> {
    const opened: (() => Promise<void>)[] = [];
    const closeAll = async () => {
      for (const close of opened.splice(0).reverse()) await close().catch((error: unknown) => modules.log.debug("a part did not stop cleanly", { error: errorMessage(error) }));
    };
    try {
      return await startParts(flags, modules, opened, (parts) => new DevnetCluster({ ...parts, modules, closers: opened }));
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
    const { clock, log } = this.#modules;
    await Promise.race([Promise.all([...this.#batchers.values()].map((batcher) => batcher.stop({ flush: false }))), clock.sleep(STOP_MS)]);
    for (const close of [...this.#closers].reverse()) await close().catch((error: unknown) => log.debug("a part did not stop cleanly", { error: errorMessage(error) }));
  }
}

function hasBlocks(chain: ChainContainer): boolean {
  return chain.state === "running" && chain.syncStatus().unsafe_l2.number > 0;
}

type Parts = { readonly l1: LocalL1; readonly supernode: Supernode; readonly summary: DevnetSummary; readonly batchers: ReadonlyMap<number, Batcher> };

async function startParts(flags: DevnetFlags, modules: DevnetModules, opened: (() => Promise<void>)[], finish: (parts: Parts) => DevnetCluster): Promise<DevnetCluster> {
  const { clock, random, log } = modules;
  const dataDir = flags["data-dir"];
  const configDir = dataDir ?? (await mkdtemp(join(tmpdir(), "pangaea-")));
  if (dataDir === undefined) opened.push(() => rm(configDir, { recursive: true, force: true }));
  else await mkdir(dataDir, { recursive: true });
  const manifestFile = join(configDir, "devnet.json");
  const earlier: Manifest | undefined = existsSync(manifestFile) ? JSON.parse(await readFile(manifestFile, "utf8")) : undefined;

  const kzg = new KzgService();
  opened.push(() => kzg.close());
  const warmUp = kzg.warmUp();
  warmUp.catch(() => {});
  const l1GenesisTime = earlier?.l1GenesisTime ?? Math.floor(clock.now() / 1_000) - flags["l1.block-time"];
  const l1 = await startLocalL1({ port: flags["l1.port"], blockTime: flags["l1.block-time"], genesisTimestamp: l1GenesisTime, ...(dataDir === undefined ? {} : { dataDir }) }, kzg, log);
  opened.push(() => l1.stop());

  let chains: readonly ChainDefinition[];
  if (earlier === undefined) {
    const times = flags["l2.block-time"];
    const plans = flags.chains.map((chainId, i) => ({ chainId, blockTime: times[i] ?? times[0] ?? 1 }));
    chains = await setUpChains(l1.rpc, plans, { forks: (time) => devnetForks(flags.fork, time), seqWindowSize: flags["seq-window"] });
    await writeChains(configDir, chains);
    const manifest: Manifest = { chains: flags.chains, l1GenesisTime, l1BlockTime: flags["l1.block-time"] };
    await writeFile(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
  } else {
    chains = await readChains(configDir, earlier.chains);
  }

  const endpoints = new Endpoints([l1.url], { log });
  opened.push(async () => endpoints.close());
  const client = new L1Client(endpoints, new BeaconClient([l1.url], kzg));
  const watcher = new L1Watcher({ client, clock, log }, { pollInterval: POLL_MS });
  const ports = new Map<number, number>();
  const supernode = new Supernode({ l1: client, l1Watcher: watcher, clock, random, log }, {
    version: modules.version,
    rpc: { host: "127.0.0.1", port: flags["rpc.port"] },
    chains: chains.map(({ config, genesis }, i) => ({
      config,
      store: openStore(dataDir === undefined ? undefined : join(dataDir, String(config.l2ChainId), "safe_db")),
      openExecution: async () => {
        const port = ports.get(config.l2ChainId) ?? (flags["l2.port"] === 0 ? 0 : flags["l2.port"] + i);
        const layer = await WorkerExecutionLayer.start({ config, genesis, rpc: { host: "127.0.0.1", port }, ...(dataDir === undefined ? {} : { dataDir: join(dataDir, String(config.l2ChainId), "chain") }) });
        if (layer.rpcPort !== undefined) ports.set(config.l2ChainId, layer.rpcPort);
        return layer;
      },
      node: { version: modules.version, enableAdmin: true, sequencer: { l1Confs: 0, maxSafeLag: 0, recover: false, stopped: false } },
    })),
  });
  opened.push(() => supernode.stop());
  const { port } = await supernode.start();
  await untilOpen(supernode, clock, ports);

  const batchers = new Map(chains.map(({ config }) => [config.l2ChainId, createBatcher(config, supernode, client, kzg, modules, flags)]));
  for (const batcher of batchers.values()) batcher.start();
  opened.push(async () => {
    await Promise.all([...batchers.values()].map((batcher) => batcher.stop({ flush: false })));
  });
  const url = `http://127.0.0.1:${port}`;
  const summary: DevnetSummary = {
    l1: { chainId: chains[0]!.config.l1ChainId, url: l1.url, beacon: l1.url },
    supernode: { url },
    configDir,
    chains: chains.map(({ config }) => ({
      chainId: config.l2ChainId, url: `http://127.0.0.1:${ports.get(config.l2ChainId)}`, node: `${url}/${config.l2ChainId}/`, rollupConfig: rollupConfigFile(configDir, config.l2ChainId), genesis: genesisFile(configDir, config.l2ChainId),
      contracts: { optimismPortal: config.depositContractAddress, systemConfig: config.l1SystemConfigAddress, batchInbox: config.batchInboxAddress, batcher: config.genesis.systemConfig.batcherAddress },
    })),
  };
  return finish({ l1, supernode, summary, batchers });
}

/** Waits until every execution layer is open; a chain that fails at once fails the start. */
async function untilOpen(supernode: Supernode, clock: Clock, ports: ReadonlyMap<number, number>): Promise<void> {
  while (ports.size < supernode.chains.size) {
    for (const chain of supernode.chains.values()) if (chain.state === "failed") throw new InvalidInputError(`chain ${chain.chainId}: ${chain.readiness().missing.join("; ")}`);
    await clock.sleep(READY_POLL_MS);
  }
}

function createBatcher(config: ChainDefinition["config"], supernode: Supernode, client: L1Client, kzg: KzgService, { clock, random, log }: DevnetModules, flags: DevnetFlags): Batcher {
  const chain = supernode.chains.get(config.l2ChainId)!;
  return new Batcher(
    {
      config,
      rollup: { syncStatus: async () => toRollupStatus(chain.syncStatus()) },
      l2: { payloadByNumber: (number) => chain.execution.payloadByNumber(number) },
      l1: new RpcL1TxBackend(client),
      signer: localSigner(devnetKey("batcher", config.l2ChainId).key),
      kzg: {
        commit: async (blob) => {
          const { commitment, versionedHash } = await kzg.commit(blob);
          return { commitment, versionedHash, proof: await kzg.prove(blob, commitment) };
        },
      },
      clock,
      random,
      log: log.child({ chain: config.l2ChainId }),
    },
    { ...DEVNET_BATCHER_OPTIONS, dataAvailability: dataAvailability(flags["batcher.data"]) },
  );
}

function dataAvailability(text: string | undefined): DataAvailability {
  if (text === "blobs" || text === "calldata" || text === "auto") return text;
  throw new InvalidInputError(`--batcher.data wants blobs, calldata or auto, not "${text}"`);
}

function toRollupStatus(status: SyncStatus): RollupStatus {
  const l2 = ({ l1origin, ...ref }: SyncStatus["unsafe_l2"]) => ({ ...ref, l1Origin: l1origin });
  return { headL1: status.head_l1, currentL1: status.current_l1, localSafeL2: l2(status.local_safe_l2), unsafeL2: l2(status.unsafe_l2) };
}
