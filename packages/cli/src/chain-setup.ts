import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { batcherOptions, checkBatcherOptions, kzgCommitter, localSigner } from "@pangaea/batcher";
import { type L2Genesis, parseGenesis, parseL1BlobSchedule, parseRollupConfig, type RollupConfig } from "@pangaea/config";
import { type DaClient, daClient } from "@pangaea/da";
import { HttpExecutionLayer } from "@pangaea/engine";
import { WorkerExecutionLayer } from "@pangaea/execution";
import { dependencySetOf } from "@pangaea/interop";
import type { KzgService } from "@pangaea/l1";
import { errorMessage, type ExecutionLayer, InvalidInputError, type Logger } from "@pangaea/primitives";
import { parseJwtSecret, RpcClient } from "@pangaea/rpc";
import { openStore } from "@pangaea/store";
import { batcherFlagsOf, type ChainSetup, checkSourceLevels, dependencySetFor, ingressPolicyOf, messageGateOf, type ProcessOptions, type SupernodeOptions, type SupernodeSettings, type VirtualNodeOptions } from "@pangaea/supernode";
import { VERSION } from "./version.ts";

type ExecutionPlan =
  | { readonly kind: "embedded"; readonly genesis: L2Genesis; readonly rpc?: { readonly host: string; readonly port: number; readonly miner?: boolean }; readonly engineRpc?: { readonly host: string; readonly port: number; readonly jwtSecret: Uint8Array } }
  | { readonly kind: "external"; readonly url: string; readonly jwtSecret: Uint8Array; /** The flag and the file that it came from. */ readonly jwtSource: string; readonly timeoutMs: number };

/** One chain as its settings and the files that they name describe it. */
export interface ChainPlan {
  readonly config: RollupConfig;
  readonly options: VirtualNodeOptions;
  readonly execution: ExecutionPlan;
  readonly batcherKey?: Uint8Array;
  readonly da?: DaClient;
}

async function readText(file: string, flag: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new InvalidInputError(`${flag}: ${file} cannot be read (${errorMessage(error)})`);
  }
}

async function readJson(file: string, flag: string): Promise<unknown> {
  const text = await readText(file, flag);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError(`${flag}: ${file} is not JSON (${errorMessage(error)})`);
  }
}

function required(value: string | undefined, flag: string, why: string): string {
  if (value === undefined) throw new InvalidInputError(`${flag} is missing: ${why}`);
  return value;
}

/** A chain as it is known before its settings are read. */
export interface ChainSource {
  readonly config: RollupConfig;
  /** The file that says so. */
  readonly where: string;
  /** Its genesis, where that came with it; `l2.genesis` goes before it. Throws `InvalidInputError` when there is none. */
  readonly genesis?: () => Promise<L2Genesis>;
}

/** A setting's flag as the user writes it. */
type FlagName = (name: string) => string;

/** Reads a rollup.json. Throws `InvalidInputError` naming the flag, the file and what is wrong in it. */
export async function readRollupConfig(file: string, flag: string): Promise<ChainSource> {
  return { config: parseRollupConfig(await readJson(file, flag), file), where: file };
}

/** Reads the files that a chain's settings name. Throws `InvalidInputError` naming the flag, the file, what is wrong in it and the remedy. */
export async function planChain(chainId: number, options: VirtualNodeOptions): Promise<ChainPlan> {
  const flag: FlagName = (name) => `--vn.${chainId}.${name}`;
  const source = await readRollupConfig(required(options["rollup.config"], flag("rollup.config"), "give the chain's rollup.json"), flag("rollup.config"));
  if (source.config.l2ChainId !== chainId) throw new InvalidInputError(`${source.where} is of chain ${source.config.l2ChainId}, not ${chainId}: check ${flag("rollup.config")}`);
  return planFrom(source, options, flag);
}

/** Reads the files that the settings of a known chain name. Errors as of `planChain`. */
export async function planFrom({ config: published, where, genesis }: ChainSource, options: VirtualNodeOptions, flag: FlagName): Promise<ChainPlan> {
  const config = await withL1Config(published, options, flag);
  const execution = await planExecution(options, flag, genesis);
  checkSyncMode(options, flag);
  const client = planAltDa(config, where, options, flag);
  const da = client === undefined ? {} : { da: client };
  if (!options["batcher.enabled"]) return { config, options, execution, ...da };
  const keyFile = required(options["batcher.private-key-file"], flag("batcher.private-key-file"), `${flag("batcher.enabled")} wants the key that the batcher signs with`);
  const batcherKey = parseKey(await readText(keyFile, flag("batcher.private-key-file")), keyFile);
  checkBatcherOptions(batcherOptions(batcherFlagsOf(options)));
  const { address } = localSigner(batcherKey);
  if (address !== config.genesis.systemConfig.batcherAddress) throw new InvalidInputError(`${keyFile} is the key of ${address}, and the chain's batcher is ${config.genesis.systemConfig.batcherAddress} (${where}): check ${flag("batcher.private-key-file")}`);
  return { config, options, execution, batcherKey, ...da };
}

/** The configuration with what a file says of its L1, where one is given. */
async function withL1Config(config: RollupConfig, options: VirtualNodeOptions, flag: FlagName): Promise<RollupConfig> {
  const file = options["rollup.l1-chain-config"];
  if (file === undefined) return config;
  const json = await readJson(file, flag("rollup.l1-chain-config"));
  return { ...config, l1BlobSchedule: parseL1BlobSchedule(json, config.l1ChainId, `${flag("rollup.l1-chain-config")}: ${file}`) };
}

/** The client of the DA server, for a chain that has one. */
function planAltDa(config: RollupConfig, where: string, options: VirtualNodeOptions, flag: FlagName): DaClient | undefined {
  const url = options["altda.da-server"];
  if (config.altDa === undefined) {
    if (options["altda.enabled"] || url !== undefined) throw new InvalidInputError(`${flag(options["altda.enabled"] ? "altda.enabled" : "altda.da-server")}: the chain's data are on L1, ${where} has no alt_da: leave the flag out`);
    return undefined;
  }
  if (!options["altda.enabled"]) throw new InvalidInputError(`${flag("altda.enabled")} is missing: the chain's data are at a DA server, ${where} has alt_da; give it and ${flag("altda.da-server")} URL`);
  const isService = config.altDa.commitmentKind === "generic";
  if (options["batcher.enabled"] && options["altda.da-service"] !== isService) throw new InvalidInputError(`${flag("altda.da-service")} ${isService ? "is missing: the chain has generic commitments, which the DA server makes" : "is given, but the chain has keccak commitments: leave it out"} (${where})`);
  return daClient(required(url, flag("altda.da-server"), `${flag("altda.enabled")} wants the URL of the DA server`), options);
}

/** An execution layer that syncs by itself needs peers of its own and somebody else's blocks to head for. */
function checkSyncMode(options: VirtualNodeOptions, flag: FlagName): void {
  if (options.syncmode !== "execution-layer") {
    if (options["syncmode.offset-el-safe"] > 0) throw new InvalidInputError(`${flag("syncmode.offset-el-safe")} is of ${flag("syncmode")} execution-layer: leave one out, or give both`);
    return;
  }
  if (options.l2 === undefined) throw new InvalidInputError(`${flag("syncmode")} execution-layer wants an execution client that syncs with its own peers: give ${flag("l2")}; the embedded execution layer has none`);
  if (options["sequencer.enabled"]) throw new InvalidInputError(`${flag("syncmode")} execution-layer waits for blocks of a sequencer, and ${flag("sequencer.enabled")} makes this the sequencer: leave one of them out`);
}

async function planExecution(options: VirtualNodeOptions, flag: FlagName, knownGenesis: ChainSource["genesis"]): Promise<ExecutionPlan> {
  const jwtFile = options["l2.jwt-secret"];
  const secret = async (why: string) => parseJwtSecret(await readText(required(jwtFile, flag("l2.jwt-secret"), why), flag("l2.jwt-secret")), `${flag("l2.jwt-secret")}: ${jwtFile}`);
  const url = options.l2;
  if (url !== undefined) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new InvalidInputError(`${flag("l2")} wants an http or https URL, not "${url}"`);
    for (const name of ["l2.genesis", "l2.rpc.port", "l2.engine.port"] as const) if (options[name] !== undefined) throw new InvalidInputError(`${flag(name)} is of the embedded execution layer, and ${flag("l2")} puts ${url} in its place: leave one of them out`);
    return { kind: "external", url, jwtSecret: await secret(`the Engine API at ${url} wants a JWT; give the file that its execution client has`), jwtSource: `${flag("l2.jwt-secret")}: ${jwtFile}`, timeoutMs: options["l2.engine-rpc-timeout"] };
  }
  const genesis = options["l2.genesis"] === undefined && knownGenesis !== undefined ? await knownGenesis() : await readGenesis(options, flag);
  const [rpcPort, enginePort] = [options["l2.rpc.port"], options["l2.engine.port"]];
  return {
    kind: "embedded",
    genesis,
    ...(rpcPort === undefined ? {} : { rpc: { host: options["l2.rpc.addr"] ?? "127.0.0.1", port: rpcPort, miner: options["l2.rpc.enable-miner"] } }),
    ...(enginePort === undefined ? {} : { engineRpc: { host: options["l2.engine.addr"] ?? "127.0.0.1", port: enginePort, jwtSecret: await secret(`${flag("l2.engine.port")} serves nobody without a secret; make one with: openssl rand -hex 32`) } }),
  };
}

async function readGenesis(options: VirtualNodeOptions, flag: FlagName): Promise<L2Genesis> {
  const file = required(options["l2.genesis"], flag("l2.genesis"), `the embedded execution layer starts from the chain's genesis.json (or give ${flag("l2")} for an execution client of your own)`);
  return parseGenesis(await readJson(file, flag("l2.genesis")), file);
}

/** The 32-byte key in a file's text. Throws `InvalidInputError`, which does not show it. */
export function parseKey(text: string, file: string): Uint8Array {
  const hex = text.trim().replace(/^0x/, "");
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) throw new InvalidInputError(`${file} holds no private key: it must be 32 bytes of hex`);
  return new Uint8Array(Buffer.from(hex, "hex"));
}

/** Opens an external execution layer. Its errors name the secret's file. */
export function externalExecution(config: RollupConfig, { url, jwtSecret, jwtSource, timeoutMs }: Extract<ExecutionPlan, { readonly kind: "external" }>): ExecutionLayer {
  const refusal = `${jwtSource} must hold the secret that the execution client at ${url} was started with`;
  return new HttpExecutionLayer({ config, rpc: new RpcClient(url, { jwtSecret, timeoutMs, onRefusal: refusal }) });
}

/** What the supernode needs to run a planned chain. `served` takes down where the RPC of its embedded execution layer is. */
export function chainSetup({ config, options, execution, batcherKey, da }: ChainPlan, supernode: ProcessOptions, kzg: KzgService, log: Logger, served: Map<number, string>): ChainSetup {
  const folder = supernode["data-dir"] === undefined ? undefined : join(supernode["data-dir"], String(config.l2ChainId));
  const batcher = batcherFlagsOf(options);
  const ingress = ingressPolicyOf(options);
  const safeOffset = options["syncmode.offset-el-safe"] / 1_000;
  return {
    config,
    store: openStore(folder === undefined ? undefined : join(folder, "safe_db")),
    ingress,
    ...(da === undefined ? {} : { da }),
    openExecution: async (messageFilter) => {
      if (execution.kind === "external") return externalExecution(config, execution);
      const { genesis, rpc, engineRpc } = execution;
      const layer = await WorkerExecutionLayer.start({ config, genesis, ...(folder === undefined ? {} : { dataDir: join(folder, "chain") }), ...(rpc === undefined ? {} : { rpc }), ...(engineRpc === undefined ? {} : { engineRpc }), messageGate: messageGateOf(ingress) }, { log, ...(messageFilter === undefined ? {} : { messageFilter }) });
      if (rpc !== undefined || engineRpc !== undefined) log.info("the execution layer serves", { chain: config.l2ChainId, rpcPort: layer.rpcPort ?? "none", enginePort: layer.enginePort ?? "none" });
      if (rpc !== undefined && layer.rpcPort !== undefined) served.set(config.l2ChainId, `http://${rpc.host.includes(":") ? `[${rpc.host}]` : rpc.host}:${layer.rpcPort}`);
      return layer;
    },
    node: {
      version: VERSION,
      enableAdmin: supernode["rpc.enable-admin"],
      verifierL1Confs: options["verifier.l1-confs"],
      ...(options.syncmode === "execution-layer" ? { elSync: { kind: options["l2.enginekind"], safeOffset } } : {}),
      driver: {
        finality: { lookback: options["finality.lookback"] || undefined, delay: options["finality.delay"] || undefined },
        syncStart: { skipCheck: options["l2.skip-sync-start-check"], safeOffset },
      },
      ...(options["sequencer.enabled"] ? { sequencer: { l1Confs: options["sequencer.l1-confs"], maxSafeLag: options["sequencer.max-safe-lag"], recover: options["sequencer.recover"], stopped: options["sequencer.stopped"] } } : {}),
    },
    ...(batcherKey === undefined ? {} : { batcher: { signer: localSigner(batcherKey), committer: kzgCommitter(kzg), options: { ...batcherOptions(batcher), maxConcurrentDaRequests: options["altda.max-concurrent-da-requests"] }, stopped: batcher.stopped } }),
  };
}

/** How messages between these chains are verified; undefined when they never count. Throws `InvalidInputError` naming the file or the flag. */
export async function interopSetup(plans: readonly ChainPlan[], options: SupernodeOptions): Promise<SupernodeSettings["interop"]> {
  const chainIds = plans.map(({ config }) => config.l2ChainId);
  for (const plan of plans) checkSourceLevels(plan.options, chainIds, `vn.${plan.config.l2ChainId}.`);
  const activation = options["interop.activation-timestamp"];
  const set = await dependencySetFor(plans.map(({ config }) => config), options["interop.dependency-set"], activation);
  if (set === undefined) return undefined;
  const self = plans.find(({ options: { syncmode } }) => syncmode === "execution-layer");
  if (self !== undefined) throw new InvalidInputError(`--vn.${self.config.l2ChainId}.syncmode execution-layer takes blocks as safe unseen, and their messages are to be verified: leave it out, or run the chain alone with pangaea node`);
  const folder = options["data-dir"];
  return {
    dependencySet: dependencySetOf(set),
    backfillDepth: Math.floor(options["interop.log-backfill-depth"] / 1_000),
    enableAdmin: options["rpc.enable-admin"],
    failsafeOnInvalidation: options["interop.failsafe-on-invalidation"],
    openStore: (name) => openStore(folder === undefined ? undefined : join(folder, "interop", name)),
    ...(activation === undefined ? {} : { activation }),
  };
}
