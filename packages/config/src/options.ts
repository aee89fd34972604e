import { InvalidInputError, shorten } from "@pangaea/primitives";

/**
 * One setting of a program: its flag is its key in the table. `parse` throws an `InvalidInputError` that says what it wanted.
 * A flag without `placeholder` is a switch: it takes no value on the command line and "true" or "false" in the environment.
 */
export interface OptionSpec<T> {
  readonly doc: string;
  readonly placeholder?: string;
  readonly default: T;
  readonly parse: (text: string) => T;
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
  if (!/^\d+$/.test(value) || number < least || number > most) throw new InvalidInputError(`wants a whole number from ${least} to ${most}, not "${shorten(value)}"`);
  return number;
}

export function whole(doc: string, fallback: number, least = 0, most: number = Number.MAX_SAFE_INTEGER, placeholder = "N"): OptionSpec<number> {
  return { doc, placeholder, default: fallback, parse: (value) => parseWhole(value, least, most) };
}

export function optionalWhole(doc: string, placeholder = "N"): OptionSpec<number | undefined> {
  return { doc, placeholder, default: undefined, parse: (value) => parseWhole(value, 0, Number.MAX_SAFE_INTEGER) };
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

/**
 * The values of a table: from the command line, else from the environment, else the defaults.
 * Throws `InvalidInputError` naming the flag or variable, its value and what it wants.
 */
export function resolveOptions<Table extends OptionTable>(table: Table, given: Readonly<Record<string, string | undefined>>, environment: Readonly<Record<string, string | undefined>>): OptionValues<Table> {
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(table)) {
    const variable = environmentName(name);
    const [source, value] = given[name] !== undefined ? [`--${name}`, given[name]] : [variable, environment[variable]];
    try {
      values[name] = value === undefined ? spec.default : spec.parse(value);
    } catch (error) {
      throw error instanceof InvalidInputError ? new InvalidInputError(`${source} ${error.message}`) : error;
    }
  }
  return values as OptionValues<Table>;
}
