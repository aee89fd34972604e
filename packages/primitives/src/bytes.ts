import { InvalidInputError } from "./errors.ts";

/** A 0x-prefixed lower-case hexadecimal string. Hashes and addresses are kept so wherever they serve as keys or ids. */
export type Hex = `0x${string}`;

export const EMPTY_BYTES = new Uint8Array(0);
export const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;
export const ZERO_ADDRESS: Hex = `0x${"00".repeat(20)}`;

/** Whether a value is a well-formed hex string, of `size` bytes when given. */
export function isHex(value: unknown, size?: number): value is Hex {
  return typeof value === "string" && /^0x(?:[0-9a-fA-F]{2})*$/.test(value) && (size === undefined || value.length === 2 + size * 2);
}

/** Bytes to 0x-prefixed lower-case hex. */
export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** 0x-prefixed hex to bytes. Throws `InvalidInputError` when the text is not whole bytes of hex, or not of `size` bytes. */
export function hexToBytes(hex: string, size?: number): Uint8Array {
  if (!isHex(hex, size)) {
    throw new InvalidInputError(`not ${size === undefined ? "" : `${size} bytes of `}0x-prefixed hex: ${shorten(hex)}`);
  }
  const buffer = Buffer.from(hex.slice(2), "hex");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice();
}

/** A text cut for an error message. */
export function shorten(text: string, length = 80): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}

export function utf8ToBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts);
}

/** As `concatBytes`, for any number of parts: a call takes only so many arguments. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Left-pads with zeros to `size` bytes. Throws `InvalidInputError` when the bytes are longer. */
export function padLeft(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length === size) return bytes;
  if (bytes.length > size) throw new InvalidInputError(`${bytes.length} bytes do not fit into ${size}`);
  const out = new Uint8Array(size);
  out.set(bytes, size - bytes.length);
  return out;
}

/** Big-endian bytes to an unsigned integer. */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes));
}

/** Unsigned integer to big-endian bytes, minimal when no `size` is given. Throws `InvalidInputError` when negative or too large. */
export function bigIntToBytes(value: bigint, size?: number): Uint8Array {
  if (value < 0n) throw new InvalidInputError(`negative integer ${value} has no unsigned encoding`);
  if (value === 0n) return new Uint8Array(size ?? 0);
  const digits = value.toString(16);
  const bytes = hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`);
  return size === undefined ? bytes : padLeft(bytes, size);
}

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function readU64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readU32(bytes, at)) << 32n) | BigInt(readU32(bytes, at + 4));
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function writeU64(bytes: Uint8Array, at: number, value: bigint | number): void {
  const wide = BigInt(value);
  writeU32(bytes, at, Number(wide >> 32n));
  writeU32(bytes, at + 4, Number(wide & 0xffffffffn));
}

/** A u64 as a `number`. Throws `InvalidInputError` when it is negative or above 2^53-1; `what` names it in the message. */
export function toSafeNumber(value: bigint | number, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidInputError(`${what} ${value} is outside 0 … 2^53-1`);
  return number;
}

/** Unsigned integer to an RPC QUANTITY: 0x-prefixed, no leading zeros. */
export function toQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

/** RPC QUANTITY to bigint. Throws `InvalidInputError` when malformed. */
export function quantityToBigInt(text: unknown, what = "quantity"): bigint {
  if (typeof text !== "string" || !/^0x[0-9a-fA-F]+$/.test(text)) throw new InvalidInputError(`${what} is not a hex quantity: ${shorten(String(text))}`);
  return BigInt(text);
}

/** RPC QUANTITY to a safe `number`. Throws `InvalidInputError` when malformed or above 2^53-1. */
export function quantityToNumber(text: unknown, what = "quantity"): number {
  return toSafeNumber(quantityToBigInt(text, what), what);
}
