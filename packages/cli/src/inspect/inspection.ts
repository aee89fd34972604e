import type { OptionTable, OptionValues } from "@pangaea/config";
import { bytesToHex, type Frame, InvalidInputError } from "@pangaea/primitives";
import type { Input } from "./read-input.ts";

/** What was found in the data; `problem` says what is wrong with it where that can be said beside what it holds. */
export interface Finding {
  readonly found: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

/** One kind of data that can be looked at. `read` gives the file named, or standard input. Throws `InvalidInputError` for what is no such data. */
export interface Inspection {
  readonly summary: string;
  readonly takesFile: boolean;
  readonly flags: OptionTable;
  readonly run: (read: () => Promise<Input>, values: Readonly<Record<string, unknown>>) => Promise<Finding>;
}

/** An inspection whose flags have the types of their table. */
export function inspection<Table extends OptionTable>(spec: { readonly summary: string; readonly takesFile: boolean; readonly flags: Table; readonly run: (read: () => Promise<Input>, values: OptionValues<Table>) => Promise<Finding> }): Inspection {
  return { ...spec, run: (read, values) => spec.run(read, values as OptionValues<Table>) };
}

/** A value of a flag that must be given. Throws `InvalidInputError` naming the flag. */
export function needed<T>(value: T | undefined, flag: string): T {
  if (value === undefined) throw new InvalidInputError(`--${flag} is wanted`);
  return value;
}

/** Frames without their data. */
export const frameSummary = (frames: readonly Frame[]) => frames.map(({ channelId, number, data, isLast }) => ({ channelId, number, length: data.length, isLast }));

/** The text of a finding: bytes as hex, large integers as decimal strings. */
export function toJsonText(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? one.toString() : one instanceof Uint8Array ? bytesToHex(one) : one), 2);
}
