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

/** Bytes up to which a call into the native codec is the greater part of the work. */
const SHORT = 64;
const SCRATCH = Buffer.alloc(SHORT);

/** Bytes to 0x-prefixed lower-case hex. */
export function bytesToHex(bytes: Uint8Array): Hex {
  if (bytes.length <= SHORT) {
    SCRATCH.set(bytes);
    return `0x${SCRATCH.toString("hex", 0, bytes.length)}`;
  }
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** The character code of each hex digit by its value. */
const CODES = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
/** The value of each hex digit by its character code; -1 for other characters. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => (/[0-9a-fA-F]/.test(String.fromCharCode(code)) ? Number.parseInt(String.fromCharCode(code), 16) : -1));

/** 0x-prefixed hex to bytes. Throws `InvalidInputError` when the text is not whole bytes of hex, or not of `size` bytes. */
export function hexToBytes(hex: string, size?: number): Uint8Array {
  const bytes = hexBytesOf(hex, size);
  if (bytes === undefined) throw new InvalidInputError(`not ${size === undefined ? "" : `${size} bytes of `}0x-prefixed hex: ${shorten(hex)}`);
  return bytes;
}

/** What `hexToBytes` gives; undefined where it throws. */
export function hexBytesOf(hex: string, size?: number): Uint8Array | undefined {
  if (typeof hex !== "string" || (size !== undefined && hex.length !== 2 + 2 * size)) return undefined;
  if (hex.length <= 2 + 2 * SHORT) return shortHexToBytes(hex);
  return isHex(hex) ? new Uint8Array(Buffer.from(hex.slice(2), "hex")) : undefined;
}

function shortHexToBytes(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0 || !hex.startsWith("0x")) return undefined;
  const out = new Uint8Array(hex.length / 2 - 1);
  let codes = 0;
  let values = 0;
  for (let i = 0; i < out.length; i++) {
    const high = hex.charCodeAt(2 * i + 2);
    const low = hex.charCodeAt(2 * i + 3);
    const value = (DIGITS[high]! << 4) | DIGITS[low]!;
    codes |= high | low;
    values |= value;
    out[i] = value;
  }
  return codes < DIGITS.length && values >= 0 ? out : undefined;
}

/** Whether a text is the lower-case, 0x-prefixed hex of these bytes. */
export function saysBytes(hex: string, bytes: Uint8Array): boolean {
  if (hex.length !== 2 + 2 * bytes.length || !hex.startsWith("0x")) return false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (hex.charCodeAt(2 * i + 2) !== CODES[byte >> 4] || hex.charCodeAt(2 * i + 3) !== CODES[byte & 15]) return false;
  }
  return true;
}

/** A text cut for an error message. */
export function shorten(text: string, length = 80): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}

/** A JSON value cut for an error message, "missing" when there is none. */
export function shortJson(value: unknown, length = 80): string {
  try {
    return shorten(JSON.stringify(value) ?? "missing", length);
  } catch {
    // Text can nest deeper than the stack that writing it again takes.
    return "nested too deep to be shown";
  }
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

const U32 = 2 ** 32;
/** Upper half of the largest safe integer. */
const SAFE_HIGH = Math.floor(Number.MAX_SAFE_INTEGER / U32);

export function readU64(bytes: Uint8Array, at: number): bigint {
  const high = readU32(bytes, at);
  const low = readU32(bytes, at + 4);
  return high <= SAFE_HIGH ? BigInt(high * U32 + low) : (BigInt(high) << 32n) | BigInt(low);
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
  const number = Number(value);
  if (Number.isSafeInteger(number)) {
    writeU32(bytes, at, Math.floor(number / U32));
    writeU32(bytes, at + 4, number % U32);
    return;
  }
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

/** Digits of the largest RPC QUANTITY, one of 256 bits. */
const MAX_QUANTITY_DIGITS = 64;

/** RPC QUANTITY to bigint. Throws `InvalidInputError` when malformed or of more digits than 256 bits have. */
export function quantityToBigInt(text: unknown, what = "quantity"): bigint {
  if (typeof text !== "string" || !/^0x[0-9a-fA-F]+$/.test(text)) throw new InvalidInputError(`${what} is not a hex quantity: ${typeof text === "string" ? shorten(text) : shortJson(text)}`);
  if (text.length > 2 + MAX_QUANTITY_DIGITS) throw new InvalidInputError(`${what} has more than ${MAX_QUANTITY_DIGITS} digits: ${shorten(text)}`);
  return BigInt(text);
}

/** RPC QUANTITY to a safe `number`. Throws `InvalidInputError` when malformed or above 2^53-1. */
export function quantityToNumber(text: unknown, what = "quantity"): number {
  return toSafeNumber(quantityToBigInt(text, what), what);
}
