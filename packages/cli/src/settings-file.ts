import type { GivenValue, GivenValues } from "@pangaea/config";
import { errorMessage, InvalidInputError } from "@pangaea/primitives";
import { parse, TomlError } from "smol-toml";

/** A file of settings: a table for each verb, `[supernode]` say, in it the verb's flags by name. */
export interface SettingsFile {
  readonly path: string;
  readonly verbs: ReadonlyMap<string, GivenValues>;
}

type Table = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
const isScalar = (value: unknown): value is string | number | bigint | boolean => ["string", "number", "bigint", "boolean"].includes(typeof value);

/** The leaves of a table by their dotted path. */
function* leaves(table: Table, path: readonly string[] = []): Iterable<{ readonly path: readonly string[]; readonly value: unknown }> {
  for (const [key, value] of Object.entries(table)) {
    if (isTable(value)) yield* leaves(value, [...path, key]);
    else yield { path: [...path, key], value };
  }
}

/** The path that a fragment of TOML names, undefined when it names none. */
function namedPath(fragment: string): readonly string[] | undefined {
  try {
    return leaves(parse(fragment))[Symbol.iterator]().next().value?.path;
  } catch {
    return undefined;
  }
}

/** The line of each key, from 1, by its dotted path. */
function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let table: readonly string[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line)?.[1];
    const key = /^\s*([^#[=]+?)\s*=/.exec(line)?.[1];
    if (header !== undefined) table = namedPath(`${header} = 0`) ?? table;
    else if (key !== undefined) {
      const path = namedPath(`${key} = 0`);
      if (path !== undefined) lines.set([...table, ...path].join("."), i + 1);
    }
  }
  return lines;
}

function textOf(value: unknown): string | undefined {
  if (isScalar(value)) return String(value);
  return Array.isArray(value) && value.every(isScalar) ? value.map(String).join(",") : undefined;
}

/**
 * Reads a file of settings. Lists become comma-separated values; flags with dots may be quoted or stand in tables of their own.
 * Throws `InvalidInputError` that names the file, the line and what is wrong there.
 */
export function parseSettingsFile(text: string, path: string): SettingsFile {
  let document: Table;
  try {
    document = parse(text);
  } catch (error) {
    const where = error instanceof TomlError ? `${path}:${error.line}:${error.column}` : path;
    const message = errorMessage(error).split("\n")[0]!;
    const remedy = /redefine|defined|overwrite/.test(message) ? `: a flag with a dot beside one without, such as l1 and l1.beacon, is written in quotes: "l1.beacon" = …` : "";
    throw new InvalidInputError(`${where} is not TOML: ${message}${remedy}`);
  }
  const lines = linesOf(text);
  const verbs = new Map<string, GivenValues>();
  for (const [verb, table] of Object.entries(document)) {
    if (!isTable(table)) throw new InvalidInputError(`${path}:${lines.get(verb) ?? 1} ${verb} stands in no table: settings stand under their verb, such as [supernode]`);
    const given: Record<string, GivenValue> = {};
    for (const { path: keys, value } of leaves(table)) {
      const flag = keys.join(".");
      const line = lines.get([verb, ...keys].join("."));
      const source = `${path}${line === undefined ? "" : `:${line}`} ${flag}`;
      const words = textOf(value);
      if (words === undefined) throw new InvalidInputError(`${source} is neither text, number, true or false, nor a list of them`);
      given[flag] = { text: words, source };
    }
    verbs.set(verb, given);
  }
  return { path, verbs };
}
