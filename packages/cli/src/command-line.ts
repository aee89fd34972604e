import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { environmentName, type GivenValue, givenByEnvironment, type GivenValues, type OptionTable, type OptionValues, resolveOptions, text } from "@pangaea/config";
import { errorMessage, InvalidInputError } from "@pangaea/primitives";
import { parseSettingsFile, type SettingsFile } from "./settings-file.ts";

/** A wrong call of the command: printed with the remedy, exit code 2. */
export class UsageError extends InvalidInputError {}

/** Flags that every verb with settings has. */
export const COMMON_OPTIONS = { config: text("TOML file of settings, under a table for the verb; the environment and the command line go before it", "FILE") } as const satisfies OptionTable;

/** Where a verb's settings come from. */
export interface Sources {
  readonly verb: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: SettingsFile | undefined;
}

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

/** What to say of a name that is not one of those there are: the nearest, and all. */
export function unknownName(kind: string, word: string, names: readonly string[]): UsageError {
  const near = nearest(word, names);
  return new UsageError(`there is no ${kind} "${word}"${near === undefined ? "" : ` (did you mean ${near}?)`}; the ${kind}s are ${names.join(", ")}`);
}

/** What the command line gives for a flag, before it is known which flags there are. */
function fromArguments(argv: readonly string[], name: string): GivenValue | undefined {
  const at = argv.findIndex((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const value = argv[at]!.includes("=") ? argv[at]!.slice(name.length + 3) : argv[at + 1];
  return value === undefined ? undefined : { text: value, source: `--${name}` };
}

/** Reads a file of settings. Throws `UsageError` naming it. */
export function readSettingsFile(path: string, source: string): SettingsFile {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${source}: ${path} cannot be read (${errorMessage(error)})`);
  }
  try {
    return parseSettingsFile(content, path);
  } catch (error) {
    throw error instanceof InvalidInputError ? new UsageError(error.message) : error;
  }
}

/** The sources of a verb's settings; `--config` or its variable names the file. Throws `UsageError` when that cannot be read. */
export function sourcesOf(verb: string, argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): Sources {
  const config = fromArguments(argv, "config") ?? givenByEnvironment(COMMON_OPTIONS, environment).config;
  return { verb, argv, environment, file: config === undefined ? undefined : readSettingsFile(config.text, config.source) };
}

/** What is given for one flag, whichever flags there are besides. */
export function givenAhead({ verb, argv, environment, file }: Sources, name: string): GivenValue | undefined {
  const variable = environment[environmentName(name)];
  return fromArguments(argv, name) ?? (variable === undefined ? file?.verbs.get(verb)?.[name] : { text: variable, source: environmentName(name) });
}

/** What is wrong with the names of flags in a file of settings. */
export function unknownSettings(verb: string, table: OptionTable, given: GivenValues): readonly string[] {
  return Object.entries(given).flatMap(([name, value]) => (table[name] === undefined ? [`${value?.source} is no flag of pangaea ${verb}${suggestion(name, table)}`] : []));
}

function suggestion(name: string, table: OptionTable): string {
  const near = nearest(name, Object.keys(table));
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** Variables of the environment that look like settings of the verb and are none. */
export function unknownVariables(table: OptionTable, environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = new Set(Object.keys(table).map(environmentName));
  return Object.keys(environment).filter((variable) => variable.startsWith(environmentName("")) && !known.has(variable));
}

/**
 * What is given for a verb's flags, unparsed: on the command line, else in the environment, else in the file.
 * Throws `UsageError` for an unknown flag (with the nearest known one) or a missing value.
 */
export function readGiven({ verb, argv, environment, file }: Sources, table: OptionTable): GivenValues {
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
    throw new UsageError(`pangaea ${verb}: ${error instanceof Error ? error.message.split(/\.\s/)[0] : String(error)} (pangaea ${verb} --help lists the flags)`);
  }
  const settings = file?.verbs.get(verb) ?? {};
  const unknown = unknownSettings(verb, table, settings);
  if (unknown.length > 0) throw new UsageError(unknown.join("; "));
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, { text: String(value), source: `--${name}` }] as const]));
  return { ...settings, ...givenByEnvironment(table, environment), ...Object.fromEntries(given) };
}

/** What stands between the flags of a table, in order, and the flags with their values. */
export function splitOperands(argv: readonly string[], table: OptionTable): { readonly operands: readonly string[]; readonly flags: readonly string[] } {
  const operands: string[] = [];
  const flags: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "-" || !word.startsWith("-")) operands.push(word);
    else {
      flags.push(word);
      const takesValue = !word.includes("=") && table[word.slice(2)]?.placeholder !== undefined;
      if (takesValue && argv[i + 1] !== undefined) flags.push(argv[++i]!);
    }
  }
  return { operands, flags };
}

/** The values of a table. Throws `UsageError` with every value that does not parse. */
export function valuesOf<Table extends OptionTable>(verb: string, table: Table, given: GivenValues): OptionValues<Table> {
  try {
    return resolveOptions(table, given);
  } catch (error) {
    throw error instanceof InvalidInputError ? new UsageError(`pangaea ${verb}: ${error.message}`) : error;
  }
}

/** A line for each flag of a table: its name, what it does, its default. */
export function flagLines(table: OptionTable): readonly string[] {
  return Object.entries(table).map(([name, spec]) => {
    const head = `  --${name}${spec.placeholder === undefined ? "" : ` ${spec.placeholder}`}`;
    const fallback = spec.default === undefined || spec.default === false || (Array.isArray(spec.default) && spec.default.length === 0) ? "" : ` [${spec.shown ?? String(spec.default)}]`;
    return `${head.padEnd(38)} ${spec.doc}${fallback}`;
  });
}

/** The help page of a verb whose flags may stand in the environment and in a file of settings. */
export function helpPage(verb: string, summary: string, table: OptionTable): string {
  const example = Object.keys(table)[0] ?? "";
  return [`pangaea ${verb}: ${summary}`, "", ...flagLines(table), "", `Every flag can be set in the environment, --${example} as ${environmentName(example)}, and in the file of --config: [${verb}], then ${example} = …`].join("\n");
}
