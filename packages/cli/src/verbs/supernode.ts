import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { environmentName, type L2Genesis, parseGenesis, parseRollupConfig, type RollupConfig } from "@pangaea/config";
import { systemClock, systemRandom } from "@pangaea/devnet";
import { WorkerExecutionLayer } from "@pangaea/execution";
import { BeaconClient, Endpoints, KzgService, L1Client, L1Watcher } from "@pangaea/l1";
import { errorMessage, InvalidInputError } from "@pangaea/primitives";
import { openStore } from "@pangaea/store";
import { type ChainSetup, SUPERNODE_OPTIONS, Supernode, supernodeFlagTable, type SupernodeOptions, virtualNodeOptions, type VirtualNodeOptions } from "@pangaea/supernode";
import { readGiven, readOptions, UsageError } from "../command-line.ts";
import { createLineLogger, parseLogLevel } from "../logger.ts";
import { untilStopped } from "../until-stopped.ts";
import { VERSION } from "../version.ts";

/** The chain ids, read ahead of everything else: they say which flags there are. */
function chainIds(argv: readonly string[]): readonly number[] {
  const at = argv.findIndex((argument) => argument === "--chains" || argument.startsWith("--chains="));
  const text = at < 0 ? process.env[environmentName("chains")] : (argv[at]!.split("=")[1] ?? argv[at + 1]);
  return text === undefined ? [] : SUPERNODE_OPTIONS.chains.parse(text);
}

async function readJson(file: string, flag: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new InvalidInputError(`${flag}: ${file} cannot be read (${errorMessage(error)})`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError(`${flag}: ${file} is not JSON (${errorMessage(error)})`);
  }
}

function required(value: string | undefined, flag: string, why: string): string {
  if (value === undefined) throw new UsageError(`pangaea supernode: ${flag} is missing: ${why}`);
  return value;
}

async function chainSetup(chainId: number, options: VirtualNodeOptions, process: SupernodeOptions): Promise<ChainSetup> {
  const flag = (name: string) => `--vn.${chainId}.${name}`;
  const configFile = required(options["rollup.config"], flag("rollup.config"), "give the chain's rollup.json");
  const config: RollupConfig = parseRollupConfig(await readJson(configFile, flag("rollup.config")), configFile);
  if (config.l2ChainId !== chainId) throw new InvalidInputError(`${configFile} is of chain ${config.l2ChainId}, not ${chainId}: check ${flag("rollup.config")}`);
  if (options.l2 !== undefined) throw new UsageError(`pangaea supernode: ${flag("l2")}: an execution layer of your own is not supported by this version; leave it out and give ${flag("l2.genesis")}`);
  const genesisFile = required(options["l2.genesis"], flag("l2.genesis"), "the embedded execution layer starts from the chain's genesis.json");
  const genesis: L2Genesis = parseGenesis(await readJson(genesisFile, flag("l2.genesis")), genesisFile);
  const folder = process["data-dir"] === undefined ? undefined : join(process["data-dir"], String(chainId));
  const port = options["l2.rpc.port"];
  return {
    config,
    store: openStore(folder === undefined ? undefined : join(folder, "safe_db")),
    openExecution: () => WorkerExecutionLayer.start({ config, genesis, ...(folder === undefined ? {} : { dataDir: join(folder, "chain") }), ...(port === undefined ? {} : { rpc: { host: options["l2.rpc.addr"] ?? "127.0.0.1", port } }) }),
    node: {
      version: VERSION,
      enableAdmin: process["rpc.enable-admin"],
      ...(options["sequencer.enabled"] ? { sequencer: { l1Confs: options["sequencer.l1-confs"], maxSafeLag: options["sequencer.max-safe-lag"], recover: options["sequencer.recover"], stopped: options["sequencer.stopped"] } } : {}),
    },
  };
}

/** `pangaea supernode`: every chain of a cluster above an L1 that is there already. */
export async function supernode(argv: readonly string[]): Promise<void> {
  const ids = chainIds(argv);
  if (ids.length === 0) throw new UsageError("pangaea supernode: --chains is missing: give the chain ids, such as --chains 901,902");
  const table = supernodeFlagTable(ids);
  const given = readGiven("supernode", table, argv, process.env);
  const options = readOptions("supernode", SUPERNODE_OPTIONS, argv.filter((argument, i) => !argument.startsWith("--vn.") && !isValueOfVn(argv, i)), process.env);
  if (options.l1.length === 0) throw new UsageError("pangaea supernode: --l1 is missing: give the JSON-RPC URL of L1");
  const log = createLineLogger(parseLogLevel(options["log.level"]), (line) => console.error(line));
  const kzg = new KzgService();
  const endpoints = new Endpoints(options.l1, { log, maxConcurrency: options["l1.max-concurrency"] });
  const beacons = [...(options["l1.beacon"] === undefined ? [] : [options["l1.beacon"]]), ...options["l1.beacon-fallbacks"]];
  const client = new L1Client(endpoints, new BeaconClient(beacons, kzg));
  const watcher = new L1Watcher({ client, clock: systemClock, log }, { pollInterval: options["l1.http-poll-interval"] });
  const chains = await Promise.all(ids.map((chainId) => chainSetup(chainId, virtualNodeOptions(chainId, given), options)));
  const node = new Supernode({ l1: client, l1Watcher: watcher, clock: systemClock, random: systemRandom, log }, { chains, rpc: { host: options["rpc.addr"] ?? "127.0.0.1", port: options["rpc.port"] }, version: VERSION });
  const stopped = untilStopped();
  try {
    const { port } = await node.start();
    console.log(JSON.stringify({ url: `http://${options["rpc.addr"]}:${port}`, chains: ids }));
    await stopped;
  } finally {
    await node.stop();
    endpoints.close();
    await kzg.close();
  }
}

/** Whether an argument is the value of a --vn flag before it. */
function isValueOfVn(argv: readonly string[], i: number): boolean {
  const before = argv[i - 1];
  return before?.startsWith("--vn.") === true && !before.includes("=") && !argv[i]!.startsWith("--");
}
