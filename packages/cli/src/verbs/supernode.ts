import { systemClock, systemRandom } from "@pangaea/devnet";
import { BeaconClient, Endpoints, KzgService, L1Client, L1Watcher } from "@pangaea/l1";
import { errorMessage, type Logger } from "@pangaea/primitives";
import type { RunningRelayer } from "@pangaea/relayer";
import { JwtRefusedError } from "@pangaea/rpc";
import { lockFolder } from "@pangaea/store";
import { SUPERNODE_OPTIONS, Supernode, supernodeFlagTable, virtualNodeOptions } from "@pangaea/supernode";
import { type ChainPlan, chainSetup, externalExecution, interopSetup, planChain } from "../chain-setup.ts";
import { COMMON_OPTIONS, givenAhead, readGiven, type Sources, sourcesOf, unknownVariables, UsageError, valuesOf } from "../command-line.ts";
import { createLineLogger, LogThreshold, parseLogLevel } from "../logger.ts";
import { planRelaying, RELAYER_FLAGS, startRelaying } from "../relaying.ts";
import { standIns } from "../stand-ins.ts";
import { untilStopped } from "../until-stopped.ts";
import { VERSION } from "../version.ts";

/** Every flag for these chains. */
export const supernodeTable = (chainIds: readonly number[]) => ({ ...supernodeFlagTable(chainIds), ...RELAYER_FLAGS, ...COMMON_OPTIONS });

/** The chain ids, read ahead of everything else: they say which flags there are. Throws `UsageError`. */
function chainIds(sources: Sources): readonly number[] {
  const given = givenAhead(sources, "chains");
  const { chains } = valuesOf("supernode", { chains: SUPERNODE_OPTIONS.chains }, given === undefined ? {} : { chains: given });
  if (chains.length === 0) throw new UsageError("pangaea supernode: --chains is missing: give the chain ids, such as --chains 901,902");
  return chains;
}

/** Asks an external execution layer for its chain. A wrong secret ends the start; one that does not answer yet is waited for by its chain. */
async function checkExternal({ config, execution }: ChainPlan, log: Logger): Promise<void> {
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

/** `pangaea supernode`: every chain of a cluster above an L1 that is there already. */
export async function supernode(argv: readonly string[]): Promise<void> {
  const sources = sourcesOf("supernode", argv, process.env);
  const ids = chainIds(sources);
  const table = supernodeTable(ids);
  const given = readGiven(sources, table);
  valuesOf("supernode", table, given);
  const options = valuesOf("supernode", SUPERNODE_OPTIONS, given);
  if (options.l1.length === 0) throw new UsageError("pangaea supernode: --l1 is missing: give the JSON-RPC URL of L1");
  const threshold = new LogThreshold(parseLogLevel(options["log.level"]));
  const log = createLineLogger(threshold, (line) => console.error(line));
  for (const variable of unknownVariables(table, process.env)) log.warn("an environment variable is none of ours", { variable });
  for (const warning of standIns()) log.warn(warning);
  const plans = await Promise.all(ids.map((chainId) => planChain(chainId, virtualNodeOptions(chainId, given))));
  const relaying = await planRelaying(plans, options, valuesOf("supernode", RELAYER_FLAGS, given));
  for (const plan of plans) await checkExternal(plan, log);
  const interop = await interopSetup(plans, options);
  if (interop !== undefined && options["interop.dependency-set"] === undefined) log.warn("no dependency set is given: these chains accept each other's messages and those of no other chain", { chains: ids.join(","), remedy: "--interop.dependency-set FILE" });
  const lock = options["data-dir"] === undefined ? undefined : lockFolder(options["data-dir"]);
  const kzg = new KzgService();
  const endpoints = new Endpoints(options.l1, { log, maxConcurrency: options["l1.max-concurrency"] });
  const beacons = [...(options["l1.beacon"] === undefined ? [] : [options["l1.beacon"]]), ...options["l1.beacon-fallbacks"]];
  const client = new L1Client(endpoints, new BeaconClient(beacons, kzg));
  const watcher = new L1Watcher({ client, clock: systemClock, log }, { pollInterval: options["l1.http-poll-interval"] });
  const host = options["rpc.addr"] ?? "127.0.0.1";
  const served = new Map<number, string>();
  const node = new Supernode({ l1: client, l1Watcher: watcher, clock: systemClock, random: systemRandom, log, setLogLevel: (level) => threshold.set(level) }, { chains: plans.map((plan) => chainSetup(plan, options, kzg, log, served)), ...(interop === undefined ? {} : { interop }), rpc: { host, port: options["rpc.port"] }, version: VERSION });
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
    console.log(JSON.stringify({ url: `http://${host}:${port}`, chains: ids }));
    await stopped;
  } finally {
    await relayer?.stop();
    await node.stop();
    endpoints.close();
    await kzg.close();
    lock?.release();
  }
}
