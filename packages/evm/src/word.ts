import { bytesToHex, type Hex } from "@pangaea/primitives";

export const WORD_MASK = (1n << 256n) - 1n;
const SIGN_BIT = 1n << 255n;
const ADDRESS_MASK = (1n << 160n) - 1n;

export const toSigned = (word: bigint): bigint => (word >= SIGN_BIT ? word - (1n << 256n) : word);
export const toWord = (value: bigint): bigint => value & WORD_MASK;
export const wordToAddress = (word: bigint): Hex => `0x${(word & ADDRESS_MASK).toString(16).padStart(40, "0")}`;

const view = new DataView(new ArrayBuffer(32));
const bytes = new Uint8Array(view.buffer);

/** The 32 bytes at `at`, which must be there, as a word. */
export function readWord(source: Uint8Array, at: number): bigint {
  for (let i = 0; i < 32; i++) bytes[i] = source[at + i]!;
  const high = (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
  const low = (view.getBigUint64(16) << 64n) | view.getBigUint64(24);
  return high === 0n ? low : (high << 128n) | low;
}

export function writeWord(target: Uint8Array, at: number, word: bigint): void {
  view.setBigUint64(24, BigInt.asUintN(64, word));
  const rest = word >> 64n;
  if (rest === 0n) {
    view.setBigUint64(0, 0n);
    view.setBigUint64(8, 0n);
    view.setBigUint64(16, 0n);
  } else {
    view.setBigUint64(16, BigInt.asUintN(64, rest));
    view.setBigUint64(8, BigInt.asUintN(64, rest >> 64n));
    view.setBigUint64(0, rest >> 128n);
  }
  target.set(bytes, at);
}

/** Up to 32 bytes, big-endian, as a word. */
export const bytesToWord = (source: Uint8Array): bigint => (source.length === 0 ? 0n : BigInt(bytesToHex(source)));

/** 32 bytes of data at an offset, zeros beyond its end. */
export function dataWord(data: Uint8Array, offset: bigint): bigint {
  if (offset >= BigInt(data.length)) return 0n;
  const at = Number(offset);
  if (at + 32 <= data.length) return readWord(data, at);
  const padded = new Uint8Array(32);
  padded.set(data.subarray(at));
  return readWord(padded, 0);
}
