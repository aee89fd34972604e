import type { Dependencies } from "@pangaea/derivation";
import { systemClock, systemRandom } from "@pangaea/devnet";
import { BeaconClient, Endpoints, KzgService, L1Client, L1Watcher } from "@pangaea/l1";
import { errorMessage, type Logger } from "@pangaea/primitives";
import type { RunningRelayer } from "@pangaea/relayer";
import { JwtRefusedError } from "@pangaea/rpc";
import { lockFolder } from "@pangaea/store";
import { type ProcessOptions, Supernode, type SupernodeSettings } from "@pangaea/supernode";
import { type ChainPlan, chainSetup, externalExecution } from "./chain-setup.ts";
import type { LogThreshold } from "./logger.ts";
import { type RelayPlan, startRelaying } from "./relaying.ts";
import { untilStopped } from "./until-stopped.ts";
import { VERSION } from "./version.ts";

/** What a process runs: its chains, what verifies and relays messages between them, and how it logs. */
export interface RunPlan {
  readonly plans: readonly ChainPlan[];
  readonly interop?: SupernodeSettings["interop"];
  /** The dependency set of a chain that runs without the others of its cluster. */
  readonly dependencies?: Dependencies | undefined;
  readonly relaying?: RelayPlan | undefined;
  /** The chain whose node stands at the root of the RPC too. */
  readonly rootChain?: number;
  readonly log: Logger;
  readonly threshold: LogThreshold;
}

/** Asks an external execution layer for its chain. A wrong secret ends the start; one that does not answer yet is waited for by its chain. */
export async function checkExternal({ config, execution }: ChainPlan, log: Logger): Promise<void> {
  if (execution.kind !== "external") return;
  const layer = externalExecution(config, execution);
  try {
    await layer.chainId();
  } catch (error) {
    if (error instanceof JwtRefusedError) throw error;
    log.warn("the execution layer does not answer yet; its chain waits", { chain: config.l2ChainId, error: errorMessage(error) });
  } finally {
    await layer.close();
  }
}

/** Runs planned chains above an L1 until the process is told to stop; `onReady` is given the URL of the RPC. Throws what keeps them from starting. */
export async function runSupernode({ plans, interop, dependencies, relaying, rootChain, log, threshold }: RunPlan, options: ProcessOptions, onReady: (url: string) => void): Promise<void> {
  const lock = options["data-dir"] === undefined ? undefined : lockFolder(options["data-dir"]);
  const kzg = new KzgService();
  const endpoints = new Endpoints(options.l1, { log, maxConcurrency: options["l1.max-concurrency"] });
  const beacons = [...(options["l1.beacon"] === undefined ? [] : [options["l1.beacon"]]), ...options["l1.beacon-fallbacks"]];
  const client = new L1Client(endpoints, new BeaconClient(beacons, kzg));
  const watcher = new L1Watcher({ client, clock: systemClock, log }, { pollInterval: options["l1.http-poll-interval"] });
  const host = options["rpc.addr"] ?? "127.0.0.1";
  const served = new Map<number, string>();
  const node = new Supernode(
    { l1: client, l1Watcher: watcher, clock: systemClock, random: systemRandom, log, setLogLevel: (level) => threshold.set(level) },
    { chains: plans.map((plan) => chainSetup(plan, options, kzg, log, served)), ...(interop === undefined ? {} : { interop }), ...(dependencies === undefined ? {} : { dependencies }), ...(rootChain === undefined ? {} : { rootChain }), rpc: { host, port: options["rpc.port"] }, ...(options["metrics.enabled"] ? { metrics: { host: options["metrics.addr"] ?? "127.0.0.1", port: options["metrics.port"] } } : {}), version: VERSION },
  );
  const stopped = untilStopped();
  let relayer: RunningRelayer | undefined;
  try {
    const starting = node.start();
    starting.catch(() => {});
    const started = await Promise.race([starting, stopped]);
    if (typeof started === "string") return;
    const { port } = started;
    if (relaying !== undefined) {
      relayer = startRelaying(relaying, (chainId) => served.get(chainId), log);
      node.addMetrics(relayer.relayer.metrics);
    }
    onReady(`http://${host}:${port}`);
    await stopped;
  } finally {
    await relayer?.stop();
    await node.stop();
    endpoints.close();
    await kzg.close();
    lock?.release();
  }
}
