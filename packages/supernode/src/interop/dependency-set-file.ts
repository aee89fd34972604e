import { readFile } from "node:fs/promises";
import { type DependencySet, fullMesh, parseDependencySet, type RollupConfig } from "@pangaea/config";
import { errorMessage, InvalidInputError } from "@pangaea/primitives";

/**
 * Whose messages each of these chains accepts: as a file says, or all those of all. Undefined when messages never count, because no chain
 * ever activates Lagoon and no `activation` (Unix seconds) stands in for it. Throws `InvalidInputError` naming the file.
 */
export async function dependencySetFor(configs: readonly RollupConfig[], file: string | undefined, activation?: number): Promise<DependencySet | undefined> {
  if (activation === undefined && configs.every(({ forks }) => forks.lagoon === undefined)) return undefined;
  return file === undefined ? fullMesh(configs.map(({ l2ChainId }) => l2ChainId)) : parseDependencySet(await readJson(file), file);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new InvalidInputError(`${file} cannot be read as JSON: ${errorMessage(error)}`);
  }
}
