import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DependencySet, dependencySetToJson } from "@pangaea/config";
import { InvalidInputError } from "@pangaea/primitives";
import { dependencySetFor } from "@pangaea/supernode";
import { z } from "zod";
import type { LocalL1 } from "./local-l1.ts";
import { devnetAltDa, type DevnetFlags, devnetForks } from "./options.ts";
import { ANEW, type ChainDefinition, readChains, readDefinition, setUpChains, writeChains } from "./setup.ts";

/** Flags that count at the first start only: what they say is in the chains then. */
const FIXED_FLAGS = ["chains", "l1.block-time", "l2.block-time", "seq-window", "fork", "interop.activation", "alt-da", "alt-da.challenge-window", "alt-da.resolve-window"] as const;

const manifestSchema = z.object({
  chains: z.array(z.number().int().positive()).min(1), l1GenesisTime: z.number().int().nonnegative(), l1BlockTime: z.number().int().positive(),
  flags: z.record(z.string(), z.string()),
});

/** What is fixed when a devnet is first started: its chains, when L1 begins (Unix seconds) and how fast it goes (seconds a block), and the flags that said so, as text. */
export type Manifest = z.infer<typeof manifestSchema>;

const manifestFile = (folder: string): string => join(folder, "devnet.json");
export const dependencySetFile = (folder: string): string => join(folder, "dependency-set.json");

/** The manifest that an earlier start left in a folder. Throws `InvalidInputError` when it is damaged. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  if (!existsSync(manifestFile(folder))) return undefined;
  const parsed = manifestSchema.safeParse(await readDefinition(manifestFile(folder)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidInputError(`${manifestFile(folder)} is damaged (${issue?.path.join(".")}: ${issue?.message}): ${ANEW}`);
}

/** A flag's value as text, to compare and to show. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(",");
  if (typeof value === "object" && value !== null && "fork" in value && "offset" in value) return `${String(value.fork)}=${String(value.offset ?? "never")}`;
  return String(value);
}

/** Throws `InvalidInputError` when a flag is given that would make another devnet than the one that is there. */
export function checkFixedFlags(folder: string, { flags: made }: Manifest, flags: DevnetFlags, isGiven: (name: string) => boolean): void {
  for (const name of FIXED_FLAGS) {
    if (!isGiven(name) || made[name] === undefined || made[name] === asText(flags[name])) continue;
    throw new InvalidInputError(`--${name} ${asText(flags[name])}: the devnet in ${folder} was made with ${made[name] === "undefined" || made[name] === "" ? "its default" : made[name]}: leave the flag out to go on with it, or give another --data-dir`);
  }
}

/** The chains of a devnet: deployed on L1 and written to its folder at the first start, read from there at the next ones. */
export async function defineChains(folder: string, earlier: Manifest | undefined, flags: DevnetFlags, l1: LocalL1, l1GenesisTime: number): Promise<readonly ChainDefinition[]> {
  if (earlier !== undefined) return readChains(folder, earlier.chains);
  const times = flags["l2.block-time"];
  const plans = flags.chains.map((chainId, i) => ({ chainId, blockTime: times[i] ?? times[0] ?? 1 }));
  const chains = await setUpChains(l1.rpc, plans, { forks: (time, place) => devnetForks(flags, time, place), seqWindowSize: flags["seq-window"], altDa: devnetAltDa(flags) });
  await writeChains(folder, chains);
  const manifest: Manifest = { chains: [...flags.chains], l1GenesisTime, l1BlockTime: flags["l1.block-time"], flags: Object.fromEntries(FIXED_FLAGS.map((name) => [name, asText(flags[name])])) };
  await writeFile(manifestFile(folder), `${JSON.stringify(manifest, null, 2)}\n`);
  return chains;
}

/** Whose messages each chain accepts, as given or as at the start before; written to the folder for other nodes. Undefined when messages never count. */
export async function defineDependencySet(folder: string, chains: readonly ChainDefinition[], given: string | undefined): Promise<DependencySet | undefined> {
  const file = dependencySetFile(folder);
  const set = await dependencySetFor(chains.map(({ config }) => config), given ?? (existsSync(file) ? file : undefined));
  if (set !== undefined) await writeFile(file, `${JSON.stringify(dependencySetToJson(set), null, 2)}\n`);
  return set;
}
