import { InvalidInputError, readU64 } from "@pangaea/primitives";

const WORD = 32;

/** A word that is to be at most `most`. Throws `InvalidInputError`. */
export function abiNumber(data: Uint8Array, at: number, most: number, what: string): number {
  const word = data.subarray(at, at + WORD);
  if (word.length !== WORD) throw new InvalidInputError(`${what} is cut off: ${data.length} bytes are there`);
  const value = word.subarray(0, 24).some((byte) => byte !== 0) ? undefined : readU64(word, 24);
  if (value === undefined || value > most) throw new InvalidInputError(`${what} is larger than ${most}`);
  return Number(value);
}

/** The contents of the `bytes` whose offset stands at an index of ABI-encoded values. Throws `InvalidInputError` when they reach past the data. */
export function abiBytes(data: Uint8Array, index: number, what: string): Uint8Array {
  const offset = abiNumber(data, WORD * index, data.length, `the offset of ${what}`);
  const length = abiNumber(data, offset, data.length, `the length of ${what}`);
  const start = offset + WORD;
  if (start + length > data.length) throw new InvalidInputError(`${what} has ${length} bytes at ${start}, past the end of ${data.length} bytes`);
  return data.subarray(start, start + length);
}
