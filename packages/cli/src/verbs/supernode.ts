import { SUPERNODE_OPTIONS, supernodeFlagTable, virtualNodeOptions } from "@pangaea/supernode";
import { interopSetup, planChain } from "../chain-setup.ts";
import { COMMON_OPTIONS, givenAhead, readGiven, type Sources, sourcesOf, unknownVariables, UsageError, valuesOf } from "../command-line.ts";
import { createLineLogger, LogThreshold } from "../logger.ts";
import { planRelaying, RELAYER_FLAGS } from "../relaying.ts";
import { checkExternal, runSupernode } from "../run-supernode.ts";
import { standIns } from "../stand-ins.ts";

/** Every flag for these chains. */
export const supernodeTable = (chainIds: readonly number[]) => ({ ...supernodeFlagTable(chainIds), ...RELAYER_FLAGS, ...COMMON_OPTIONS });

/** The chain ids, read ahead of everything else: they say which flags there are. Throws `UsageError`. */
function chainIds(sources: Sources): readonly number[] {
  const given = givenAhead(sources, "chains");
  const { chains } = valuesOf("supernode", { chains: SUPERNODE_OPTIONS.chains }, given === undefined ? {} : { chains: given });
  if (chains.length === 0) throw new UsageError("pangaea supernode: --chains is missing: give the chain ids, such as --chains 901,902");
  return chains;
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
  const threshold = new LogThreshold(options["log.level"]);
  const log = createLineLogger(threshold, (line) => console.error(line), { format: options["log.format"] });
  for (const variable of unknownVariables(table, process.env)) log.warn("an environment variable is none of ours", { variable });
  for (const warning of standIns()) log.warn(warning);
  const plans = await Promise.all(ids.map((chainId) => planChain(chainId, virtualNodeOptions(chainId, given))));
  const relaying = await planRelaying(plans, options, valuesOf("supernode", RELAYER_FLAGS, given));
  for (const plan of plans) await checkExternal(plan, log);
  const interop = await interopSetup(plans, options);
  if (interop !== undefined && options["interop.dependency-set"] === undefined) log.warn("no dependency set is given: these chains accept each other's messages and those of no other chain", { chains: ids.join(","), remedy: "--interop.dependency-set FILE" });
  await runSupernode({ plans, ...(interop === undefined ? {} : { interop }), relaying, log, threshold }, options, (url) => console.log(JSON.stringify({ url, chains: ids })));
}
