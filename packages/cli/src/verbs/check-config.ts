import { type GivenValues, optionProblems, type OptionTable, resolveOptions } from "@pangaea/config";
import { checkPerChainFlags, devnetForks } from "@pangaea/devnet";
import { errorMessage, InvalidInputError, NotFoundError } from "@pangaea/primitives";
import { givenToVirtualNode, SUPERNODE_OPTIONS, VIRTUAL_NODE_OPTIONS, virtualNodeOptions } from "@pangaea/supernode";
import { type ChainPlan, planChain } from "../chain-setup.ts";
import { readSettingsFile, unknownSettings, UsageError, valuesOf } from "../command-line.ts";
import { planRelaying, RELAYER_FLAGS } from "../relaying.ts";
import type { SettingsFile } from "../settings-file.ts";
import { DA_SERVER_TABLE } from "./da-server.ts";
import { DEVNET_TABLE } from "./devnet.ts";
import { NODE_TABLE, planNode } from "./node.ts";
import { supernodeTable } from "./supernode.ts";

/** The message of an input error, of nothing else. */
function messageOf(error: unknown): string {
  if (error instanceof InvalidInputError || error instanceof NotFoundError) return errorMessage(error);
  throw error;
}

function tableProblems(verb: string, table: OptionTable, given: GivenValues): readonly string[] {
  return [...unknownSettings(verb, table, given), ...optionProblems(table, given)];
}

function devnetProblems(given: GivenValues, path: string): readonly string[] {
  const problems = tableProblems("devnet", DEVNET_TABLE, given);
  if (problems.length > 0) return problems;
  try {
    const flags = valuesOf("devnet", DEVNET_TABLE, given);
    checkPerChainFlags(flags, flags.chains);
    for (const place of flags.chains.keys()) devnetForks(flags, 1, place);
    return [];
  } catch (error) {
    return [`${path} [devnet]: ${messageOf(error)}`];
  }
}

async function supernodeProblems(given: GivenValues, path: string): Promise<readonly string[]> {
  const head = optionProblems({ chains: SUPERNODE_OPTIONS.chains }, given);
  const chains = head.length > 0 || given.chains === undefined ? [] : SUPERNODE_OPTIONS.chains.parse(given.chains.text);
  const missing = [...(given.chains === undefined ? [`${path} [supernode] has no chains: give the chain ids`] : []), ...(given.l1 === undefined ? [`${path} [supernode] has no l1: give the JSON-RPC URL of L1`] : [])];
  const named = [...new Set(Object.keys(given).flatMap((name) => /^vn\.(\d+)\./.exec(name)?.[1] ?? []))].map(Number);
  const strange = named.filter((id) => !chains.includes(id)).map((id) => `${path} [supernode] has settings of vn.${id}, and chains does not name ${id}`);
  const general = [...tableProblems("supernode", supernodeTable([...new Set([...chains, ...named])]), given), ...missing, ...strange];
  const perChain: readonly (ChainPlan | string)[] = await Promise.all(
    chains.filter((id) => optionProblems(VIRTUAL_NODE_OPTIONS, givenToVirtualNode(id, given)).length === 0).map(async (id) => {
      try {
        return await planChain(id, virtualNodeOptions(id, given));
      } catch (error) {
        return `${path} [supernode]: ${messageOf(error)}`;
      }
    }),
  );
  const problems = [...general, ...perChain.filter((one) => typeof one === "string")];
  return problems.length > 0 ? problems : relayingProblems(perChain.filter((one) => typeof one !== "string"), given, path);
}

async function nodeProblems(given: GivenValues, path: string): Promise<readonly string[]> {
  const problems = [...tableProblems("node", NODE_TABLE, given), ...(given.l1 === undefined ? [`${path} [node] has no l1: give the JSON-RPC URL of L1`] : [])];
  if (problems.length > 0) return problems;
  try {
    await planNode(given);
    return [];
  } catch (error) {
    return [`${path} [node]: ${messageOf(error)}`];
  }
}

async function relayingProblems(plans: readonly ChainPlan[], given: GivenValues, path: string): Promise<readonly string[]> {
  try {
    await planRelaying(plans, resolveOptions(SUPERNODE_OPTIONS, given), resolveOptions(RELAYER_FLAGS, given));
    return [];
  } catch (error) {
    return [`${path} [supernode]: ${messageOf(error)}`];
  }
}

/** Everything that is wrong in a file of settings and in the files that it names: each with its place and the remedy. */
export async function configProblems({ path, verbs }: SettingsFile): Promise<readonly string[]> {
  const problems = await Promise.all(
    [...verbs].map(async ([verb, given]) => {
      if (verb === "devnet") return devnetProblems(given, path);
      if (verb === "supernode") return supernodeProblems(given, path);
      if (verb === "da-server") return tableProblems(verb, DA_SERVER_TABLE, given);
      if (verb === "node") return nodeProblems(given, path);
      return [`${path} [${verb}]: there is no verb ${verb} with settings; they stand under [devnet], [supernode], [node] or [da-server]`];
    }),
  );
  return problems.flat();
}

/** `pangaea check-config FILE`: says what is wrong in a file of settings, and where. */
export async function checkConfig(argv: readonly string[]): Promise<void> {
  const [path, ...rest] = argv;
  if (path === undefined || rest.length > 0 || path.startsWith("--")) throw new UsageError("pangaea check-config wants one file: pangaea check-config FILE");
  const file = readSettingsFile(path, "check-config");
  const problems = await configProblems(file);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) throw new InvalidInputError(`${path} has ${problems.length} ${problems.length === 1 ? "problem" : "problems"}`);
  console.log(`${path}: ${[...file.verbs.keys()].map((verb) => `[${verb}]`).join(" ") || "nothing is set"}: in order`);
}
