import { toSafeNumber } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";

const MAX_UVARINT_BYTES = 10;

/** Reads a byte string from front to back. Every method throws `InvalidInputError` when the data ends too early. */
export class ByteReader {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get remaining(): number {
    return this.#data.length - this.#at;
  }

  get position(): number {
    return this.#at;
  }

  /** A view of the next `length` bytes. */
  take(length: number, what: string): Uint8Array {
    if (length > this.remaining) throw new InvalidInputError(`${what} needs ${length} bytes, ${this.remaining} are left`);
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  /** Everything from the reader's place on, without moving it. */
  rest(): Uint8Array {
    return this.#data.subarray(this.#at);
  }

  skip(length: number): void {
    this.#at += length;
  }

  /** An unsigned LEB128 integer of at most 64 bits. */
  uvarint(what: string): bigint | number {
    let value = 0;
    for (let i = 0; i < 7; i++) {
      const byte = this.#byte(what);
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    let wide = BigInt(value);
    for (let i = 7; i < MAX_UVARINT_BYTES; i++) {
      const byte = this.#byte(what);
      if (i === MAX_UVARINT_BYTES - 1 && byte > 1) break;
      wide |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return wide;
    }
    throw new InvalidInputError(`${what} is larger than 64 bits`);
  }

  safeUvarint(what: string): number {
    const value = this.uvarint(what);
    return typeof value === "number" ? value : toSafeNumber(value, what);
  }

  /** `count` bits, least significant first, of a big-endian integer; a bit beyond them is an error. */
  bits(count: number, what: string): Uint8Array {
    const bytes = this.take(Math.ceil(count / 8), what);
    const spare = bytes.length * 8 - count;
    if (spare > 0 && bytes[0]! >> (8 - spare) !== 0) throw new InvalidInputError(`${what} has bits set beyond its ${count}`);
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i++) out[i] = (bytes[bytes.length - 1 - (i >> 3)]! >> (i & 7)) & 1;
    return out;
  }

  #byte(what: string): number {
    if (this.#at >= this.#data.length) throw new InvalidInputError(`${what} is cut off`);
    return this.#data[this.#at++]!;
  }
}

/** Unsigned LEB128. */
export function encodeUvarint(value: bigint | number): Uint8Array {
  const out: number[] = [];
  if (value <= 0x7fffffff) {
    let small = Number(value);
    for (; small >= 0x80; small >>>= 7) out.push((small & 0x7f) | 0x80);
    out.push(small);
    return Uint8Array.from(out);
  }
  let rest = BigInt(value);
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}

/** Bits as `ByteReader.bits` reads them. */
export function encodeBits(bits: readonly number[]): Uint8Array {
  const out = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => {
    if (bit !== 0) out[out.length - 1 - (i >> 3)]! |= 1 << (i & 7);
  });
  return out;
}
