import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DependencySet, dependencySetToJson } from "@pangaea/config";
import { errorMessage, InvalidInputError } from "@pangaea/primitives";
import { dependencySetFor } from "@pangaea/supernode";
import { z } from "zod";
import type { LocalL1 } from "./local-l1.ts";
import { type DevnetFlags, devnetForks } from "./options.ts";
import { type ChainDefinition, readChains, setUpChains, writeChains } from "./setup.ts";

const manifestSchema = z.object({ chains: z.array(z.number().int().positive()).min(1), l1GenesisTime: z.number().int().nonnegative(), l1BlockTime: z.number().int().positive() });

/** What is fixed when a devnet is first started: its chains, and when L1 begins (Unix seconds) and how fast it goes (seconds a block). */
export type Manifest = z.infer<typeof manifestSchema>;

const manifestFile = (folder: string): string => join(folder, "devnet.json");
export const dependencySetFile = (folder: string): string => join(folder, "dependency-set.json");

/** The manifest that an earlier start left in a folder. Throws `InvalidInputError` when it is damaged. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  if (!existsSync(manifestFile(folder))) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(await readFile(manifestFile(folder), "utf8")));
  } catch (error) {
    throw new InvalidInputError(`${manifestFile(folder)} cannot be read (${errorMessage(error)}): give another --data-dir, or delete this one to begin anew`);
  }
}

/** The chains of a devnet: deployed on L1 and written to its folder at the first start, read from there at the next ones. */
export async function defineChains(folder: string, earlier: Manifest | undefined, flags: DevnetFlags, l1: LocalL1, l1GenesisTime: number): Promise<readonly ChainDefinition[]> {
  if (earlier !== undefined) return readChains(folder, earlier.chains);
  const times = flags["l2.block-time"];
  const plans = flags.chains.map((chainId, i) => ({ chainId, blockTime: times[i] ?? times[0] ?? 1 }));
  const chains = await setUpChains(l1.rpc, plans, { forks: (time) => devnetForks(flags, time), seqWindowSize: flags["seq-window"] });
  await writeChains(folder, chains);
  const manifest: Manifest = { chains: [...flags.chains], l1GenesisTime, l1BlockTime: flags["l1.block-time"] };
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
