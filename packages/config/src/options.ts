import { InvalidInputError, shorten } from "@pangaea/primitives";

/**
 * One setting of a program: its flag is its key in the table. `parse` throws an `InvalidInputError` that says what it wanted.
 * A flag without `placeholder` is a switch: it takes no value on the command line, and true or false in the environment and in files.
 */
export interface OptionSpec<T> {
  readonly doc: string;
  readonly placeholder?: string;
  readonly default: T;
  readonly parse: (text: string) => T;
  /** The default as the help page shows it, where its own text does not do. */
  readonly shown?: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;
export type OptionValues<Table extends OptionTable> = { readonly [Flag in keyof Table]: Table[Flag] extends OptionSpec<infer T> ? T : never };

export const text = (doc: string, placeholder: string, fallback?: string): OptionSpec<string | undefined> => ({ doc, placeholder, default: fallback, parse: (value) => value });

export const flag = (doc: string): OptionSpec<boolean> => ({
  doc,
  default: false,
  parse: (value) => {
    if (value !== "true" && value !== "false") throw new InvalidInputError(`wants true or false, not "${shorten(value)}"`);
    return value === "true";
  },
});

function parseWhole(value: string, least: number, most: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) throw new InvalidInputError(`wants a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}, not "${shorten(value)}"`);
  return number;
}

export function whole(doc: string, fallback: number, least = 0, most: number = Number.MAX_SAFE_INTEGER, placeholder = "N"): OptionSpec<number> {
  return { doc, placeholder, default: fallback, parse: (value) => parseWhole(value, least, most) };
}

export function optionalWhole(doc: string, placeholder = "N"): OptionSpec<number | undefined> {
  return { doc, placeholder, default: undefined, parse: (value) => parseWhole(value, 0, Number.MAX_SAFE_INTEGER) };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A length of time, in milliseconds: `500ms`, `1.5s`, `2m`, or a bare number of milliseconds. */
export function duration(doc: string, fallback: number, least = 0, most = 86_400_000): OptionSpec<number> {
  return {
    doc,
    placeholder: "TIME",
    default: fallback,
    parse: (value) => {
      const [, number, unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) ?? [];
      const ms = Number(number) * UNITS[unit]!;
      if (!(ms >= least && ms <= most)) throw new InvalidInputError(`wants a time from ${least}ms to ${most}ms, such as 500ms, 12s or 2m, not "${shorten(value)}"`);
      return ms;
    },
  };
}

export function decimal(doc: string, fallback: number, least: number, most: number): OptionSpec<number> {
  return {
    doc,
    placeholder: "N",
    default: fallback,
    parse: (value) => {
      if (!/^\d+(\.\d+)?$/.test(value) || Number(value) < least || Number(value) > most) throw new InvalidInputError(`wants a number from ${least} to ${most}, not "${shorten(value)}"`);
      return Number(value);
    },
  };
}

export const port = (doc: string, fallback: number): OptionSpec<number> => whole(doc, fallback, 0, 65_535, "PORT");

export function choice<const T extends string>(doc: string, choices: readonly T[], fallback: T): OptionSpec<T> {
  return {
    doc: `${doc} (${choices.join(", ")})`,
    placeholder: "NAME",
    default: fallback,
    parse: (value) => {
      const found = choices.find((one) => one === value);
      if (found === undefined) throw new InvalidInputError(`wants one of ${choices.join(", ")}, not "${shorten(value)}"`);
      return found;
    },
  };
}

export function list<T>(doc: string, placeholder: string, parseOne: (value: string) => T): OptionSpec<readonly T[]> {
  return { doc, placeholder, default: [], parse: (value) => value.split(",").filter((part) => part !== "").map(parseOne) };
}

export const chainIdList = (doc: string): OptionSpec<readonly number[]> => list(doc, "ID,…", (value) => parseWhole(value, 1, Number.MAX_SAFE_INTEGER));

/** The environment variable of a flag: `l1.http-poll-interval` is `PANGAEA_L1_HTTP_POLL_INTERVAL`. */
export function environmentName(flagName: string): string {
  return `PANGAEA_${flagName.toUpperCase().replaceAll(/[.-]/g, "_")}`;
}

/** A value as it was given, unparsed, and by what: `--l1.port`, `PANGAEA_L1_PORT` or `pangaea.toml:3 l1.port`. */
export interface GivenValue {
  readonly text: string;
  readonly source: string;
}

/** What was given, by flag. */
export type GivenValues = Readonly<Record<string, GivenValue | undefined>>;

/** What the environment gives for a table's flags. */
export function givenByEnvironment(table: OptionTable, environment: Readonly<Record<string, string | undefined>>): GivenValues {
  const entries = Object.keys(table).map((name) => ({ name, source: environmentName(name), text: environment[environmentName(name)] }));
  return Object.fromEntries(entries.flatMap(({ name, source, text }) => (text === undefined ? [] : [[name, { text, source }]])));
}

/** The table with a prefix before each flag: `batcher` makes `batch-type` into `batcher.batch-type`. */
export function scopedTable<Scope extends string, Table extends OptionTable>(scope: Scope, table: Table): { readonly [Flag in keyof Table & string as `${Scope}.${Flag}`]: Table[Flag] } {
  return Object.fromEntries(Object.entries(table).map(([name, spec]) => [`${scope}.${name}`, spec])) as never;
}

/** The values of a scoped table's flags without the prefix. */
export function unscoped<Table extends OptionTable>(scope: string, table: Table, values: Readonly<Record<string, unknown>>): OptionValues<Table> {
  return Object.fromEntries(Object.keys(table).map((name) => [name, values[`${scope}.${name}`]])) as OptionValues<Table>;
}

/** Everything that is wrong with what was given for a table, each with its source, its value and what is wanted. */
export function optionProblems(table: OptionTable, given: GivenValues): readonly string[] {
  return Object.entries(table).flatMap(([name, spec]) => {
    const value = given[name];
    try {
      if (value !== undefined) spec.parse(value.text);
      return [];
    } catch (error) {
      if (error instanceof InvalidInputError) return [`${value?.source} ${error.message}`];
      throw error;
    }
  });
}

/** The values of a table: what was given, else the defaults. Throws `InvalidInputError` with everything that is wrong. */
export function resolveOptions<Table extends OptionTable>(table: Table, given: GivenValues): OptionValues<Table> {
  const problems = optionProblems(table, given);
  if (problems.length > 0) throw new InvalidInputError(problems.join("; "));
  return Object.fromEntries(Object.entries(table).map(([name, spec]) => [name, given[name] === undefined ? spec.default : spec.parse(given[name].text)])) as OptionValues<Table>;
}
