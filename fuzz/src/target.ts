import { bytesEqual, errorMessage, InvalidInputError, PangaeaError } from "@pangaea/primitives";

/** How a target's inputs are changed, and how they are kept: JSON and text as text, bytes as hex. */
export type InputKind = "bytes" | "json" | "text";

/**
 * A parser of data from outside. `seeds` are inputs that it reads. `parse` may throw any error of ours and nothing else; where an encoding
 * is the only one of what it says, it also holds the input against what the encoder makes of the parsed value.
 */
export interface Target {
  readonly name: string;
  readonly kind: InputKind;
  readonly seeds: readonly Uint8Array[];
  readonly parse: (input: Uint8Array) => unknown;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const textOf = (input: Uint8Array): string => decoder.decode(input);

/** A parser of bytes. */
export function bytesTarget(name: string, seeds: readonly Uint8Array[], parse: (input: Uint8Array) => unknown): Target {
  return { name, kind: "bytes", seeds, parse };
}

/** A parser of text. */
export function textTarget(name: string, seeds: readonly string[], parse: (text: string) => unknown): Target {
  return { name, kind: "text", seeds: seeds.map((seed) => encoder.encode(seed)), parse: (input) => parse(textOf(input)) };
}

/** A parser of a JSON value; text that is no JSON is refused before it. */
export function jsonTarget(name: string, seeds: readonly unknown[], parse: (json: unknown) => unknown): Target {
  return { name, kind: "json", seeds: seeds.map((seed) => encoder.encode(JSON.stringify(seed))), parse: (input) => parse(jsonOf(textOf(input))) };
}

/** A parser of text that should be JSON. */
export function jsonTextTarget(name: string, seeds: readonly unknown[], parse: (text: string) => unknown): Target {
  return { name, kind: "json", seeds: seeds.map((seed) => encoder.encode(JSON.stringify(seed))), parse: (input) => parse(textOf(input)) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError(`no JSON: ${errorMessage(error)}`);
  }
}

/** Holds an input against what its value is encoded as. Throws a plain error, which is a find, when they differ. */
export function expectSame(input: Uint8Array, encoded: Uint8Array): void {
  if (!bytesEqual(input, encoded)) throw new Error(`reads ${Buffer.from(input).toString("hex").slice(0, 200)} and writes ${Buffer.from(encoded).toString("hex").slice(0, 200)}`);
}

/** Gives an input to a target: whether it was read, or refused with an error of ours. Throws any other error: a find. */
export async function tryInput({ parse }: Target, input: Uint8Array): Promise<"read" | "refused"> {
  try {
    await parse(input);
    return "read";
  } catch (error) {
    if (error instanceof PangaeaError) return "refused";
    throw error;
  }
}
