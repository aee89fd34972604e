import { type DependencySet, duration, type GivenValues, type OptionTable, port, resolveOptions, text } from "@pangaea/config";
import { InvalidInputError } from "@pangaea/primitives";
import { RegistryFolder } from "@pangaea/registry";
import { dependencySetFor, PROCESS_OPTIONS, VIRTUAL_NODE_OPTIONS } from "@pangaea/supernode";
import { type ChainPlan, type ChainSource, planFrom, readRollupConfig } from "../chain-setup.ts";
import { COMMON_OPTIONS, readGiven, sourcesOf, unknownVariables, UsageError, valuesOf } from "../command-line.ts";
import { createLineLogger, LogThreshold } from "../logger.ts";
import { checkExternal, runSupernode } from "../run-supernode.ts";
import { standIns } from "../stand-ins.ts";

/** Which chain: by name, from a copy of the registry, or by its rollup.json. */
const NETWORK_OPTIONS = {
  network: text("a public chain by its name, such as op-sepolia; wants --registry", "NAME"),
  registry: text("a copy of the superchain-registry", "DIR"),
  "interop.dependency-set": text("the cluster that the chain belongs to once Lagoon is active, in the reference's format; without it the chain is alone", "FILE"),
} as const satisfies OptionTable;

/** One chain asks a public L1 less often than a cluster a local one; the port is op-node's. */
const NODE_PROCESS_OPTIONS = {
  ...PROCESS_OPTIONS,
  "l1.http-poll-interval": duration("time between looks at the L1 heads", 12_000, 50, 600_000),
  "rpc.port": port("port of the RPC; 0 takes a free one", 9545),
} as const satisfies OptionTable;

/** What only chains that have messages from each other need. */
const CLUSTER_FLAGS = ["l2.rpc-url", "interop.min-safety", "interop.min-safety-of", "interop.same-timestamp"];
const CHAIN_FLAGS: OptionTable = Object.fromEntries(Object.entries(VIRTUAL_NODE_OPTIONS).filter(([name]) => !CLUSTER_FLAGS.includes(name)));

/** Every flag; the names are op-node's where it has them. */
export const NODE_TABLE: OptionTable = { ...NETWORK_OPTIONS, ...CHAIN_FLAGS, ...NODE_PROCESS_OPTIONS, ...COMMON_OPTIONS };

const FETCH = "git clone --depth 1 https://github.com/ethereum-optimism/superchain-registry";

/** The chain of a name, as a copy of the registry has it. Throws `InvalidInputError` or `NotFoundError` with the remedy. */
export function registryChain(network: string, registry: string | undefined): ChainSource {
  if (registry === undefined || registry === "") throw new InvalidInputError(`--network ${network} is read from a copy of the superchain-registry, which is no part of this program: ${FETCH}, then give --registry superchain-registry (or PANGAEA_REGISTRY)`);
  const folder = new RegistryFolder(registry);
  const chain = folder.chain(network);
  return {
    config: chain.config,
    where: `${chain.id} of ${registry}`,
    genesis: async () => {
      const found = await folder.genesis(chain);
      if (found.kind === "allocation") return found.genesis;
      throw new InvalidInputError(`the registry has the state root alone of ${chain.id}'s first block, whose state is older than the OP Stack of today: give --l2 for an execution client that has it`);
    },
  };
}

/** The chain that the flags name. Throws `InvalidInputError` naming the flag and the remedy. */
export async function nodeChain(network: string | undefined, registry: string | undefined, rollupConfig: string | undefined): Promise<ChainSource> {
  if (network !== undefined && rollupConfig !== undefined) throw new InvalidInputError(`--network ${network} and --rollup.config ${rollupConfig} both say which chain it is: leave one of them out`);
  if (network !== undefined) return registryChain(network, registry);
  if (rollupConfig === undefined) throw new InvalidInputError("which chain is not said: give --network NAME and --registry DIR for a public one, or --rollup.config FILE");
  return readRollupConfig(rollupConfig, "--rollup.config");
}

/** Reads the files that the settings name. Throws `InvalidInputError` or `NotFoundError` with the flag and the remedy. */
export async function planNode(given: GivenValues): Promise<ChainPlan & Pick<ChainSource, "where"> & { readonly dependencies: DependencySet | undefined }> {
  const { network, registry, "interop.dependency-set": file } = resolveOptions(NETWORK_OPTIONS, given);
  const options = resolveOptions(VIRTUAL_NODE_OPTIONS, given);
  const source = await nodeChain(network, registry, options["rollup.config"]);
  return { ...(await planFrom(source, options, (name) => `--${name}`)), where: source.where, dependencies: await dependencySetFor([source.config], file) };
}

/** `pangaea node`: one chain's consensus node above an L1, its RPC as op-node serves it, over an execution client of its own or the embedded one. */
export async function node(argv: readonly string[]): Promise<void> {
  const given = readGiven(sourcesOf("node", argv, process.env), NODE_TABLE);
  valuesOf("node", NODE_TABLE, given);
  const options = valuesOf("node", NODE_PROCESS_OPTIONS, given);
  if (options.l1.length === 0) throw new UsageError("pangaea node: --l1 is missing: give the JSON-RPC URL of L1");
  const threshold = new LogThreshold(options["log.level"]);
  const log = createLineLogger(threshold, (line) => console.error(line), { format: options["log.format"] });
  for (const variable of unknownVariables(NODE_TABLE, process.env)) log.warn("an environment variable is none of ours", { variable });
  for (const warning of standIns()) log.warn(warning);
  const plan = await planNode(given);
  const { l2ChainId, l1ChainId } = plan.config;
  log.info("the chain", { chain: l2ChainId, l1: l1ChainId, from: plan.where, execution: plan.execution.kind === "external" ? plan.execution.url : "embedded", syncmode: plan.options.syncmode });
  await checkExternal(plan, log);
  await runSupernode({ plans: [plan], dependencies: plan.dependencies, rootChain: l2ChainId, log, threshold }, options, (url) => console.log(JSON.stringify({ url, chain: l2ChainId })));
}
