import { parseArgs } from "node:util";
import { type OptionTable, type OptionValues, environmentName, resolveOptions } from "@pangaea/config";
import { InvalidInputError } from "@pangaea/primitives";

/** A wrong call of the command: printed with the remedy, exit code 2. */
export class UsageError extends InvalidInputError {}

/** The nearest of some words, when it is near enough to be meant. */
function nearest(word: string, words: readonly string[]): string | undefined {
  const distance = (a: string, b: string): number => {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
      row = next;
    }
    return row[b.length]!;
  };
  const ranked = words.map((candidate) => ({ candidate, score: distance(word, candidate) })).sort((a, b) => a.score - b.score);
  return ranked[0] !== undefined && ranked[0].score <= Math.max(2, word.length / 3) ? ranked[0].candidate : undefined;
}

/**
 * What was given for a verb's flags, on the command line or else in the environment, unparsed.
 * Throws `UsageError` for an unknown flag (with the nearest known one) or a missing value.
 */
export function readGiven(verb: string, table: OptionTable, argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string | undefined>> {
  const options = Object.fromEntries(Object.entries(table).map(([name, spec]) => [name, { type: spec.placeholder === undefined ? ("boolean" as const) : ("string" as const) }]));
  for (const argument of argv) {
    const name = /^--([^=]+)/.exec(argument)?.[1];
    if (name !== undefined && options[name] === undefined) {
      const near = nearest(name, Object.keys(table));
      throw new UsageError(`pangaea ${verb} has no flag --${name}${near === undefined ? "" : `; did you mean --${near}?`} (pangaea ${verb} --help lists them)`);
    }
  }
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }));
  } catch (error) {
    throw new UsageError(`pangaea ${verb}: ${error instanceof Error ? error.message.split(". ")[0] : String(error)} (pangaea ${verb} --help lists the flags)`);
  }
  return Object.fromEntries(Object.keys(table).map((name) => [name, values[name] === undefined ? environment[environmentName(name)] : String(values[name])]));
}

/**
 * Reads a verb's arguments by its option table.
 * Throws `UsageError` for an unknown flag (with the nearest known one), a missing value or a value that does not parse.
 */
export function readOptions<Table extends OptionTable>(verb: string, table: Table, argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): OptionValues<Table> {
  const given = readGiven(verb, table, argv, environment);
  try {
    return resolveOptions(table, given, environment);
  } catch (error) {
    throw error instanceof InvalidInputError ? new UsageError(`pangaea ${verb}: ${error.message}`) : error;
  }
}

/** The help page of a verb. */
export function helpPage(verb: string, summary: string, table: OptionTable): string {
  const rows = Object.entries(table).map(([name, spec]) => {
    const head = `  --${name}${spec.placeholder === undefined ? "" : ` ${spec.placeholder}`}`;
    const fallback = spec.default === undefined || spec.default === false || (Array.isArray(spec.default) && spec.default.length === 0) ? "" : ` [${String(spec.default)}]`;
    return `${head.padEnd(38)} ${spec.doc}${fallback}`;
  });
  const example = Object.keys(table)[0] ?? "";
  return [`pangaea ${verb}: ${summary}`, "", ...rows, "", `Every flag can be set in the environment: --${example} is ${environmentName(example)}.`].join("\n");
}
