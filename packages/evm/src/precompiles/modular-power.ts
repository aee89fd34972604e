import { bigIntToBytes, bytesToBigInt } from "@pangaea/primitives";
import { EXPONENT, EXPONENT_BYTES, loadMontgomery, MAX_BYTES, type Montgomery, ONE, RESULT, TABLE } from "./montgomery-wasm.ts";

const WINDOW = 16;
const LIMB = 4;

/** Loaded once; what is in its memory matters only within a call. */
let loaded: Montgomery | undefined;

/** Minus the inverse of an odd number modulo 2^32. */
function negativeInverse(odd: number): number {
  let inverse = odd;
  for (let bits = 3; bits < 32; bits *= 2) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  return -inverse | 0;
}

/** Modulo an odd number above 1 of at most `MAX_BYTES`. */
function powerOdd(base: bigint, exponent: Uint8Array, modulus: bigint, length: number): bigint {
  loaded ??= loadMontgomery();
  const { memory, multiply, power } = loaded;
  const bytes = Math.ceil(length / LIMB) * LIMB;
  const put = (at: number, value: bigint) => memory.set(bigIntToBytes(value, bytes).reverse(), at);
  const shift = BigInt(8 * bytes);
  put(0, modulus);
  put(ONE, 1n);
  put(RESULT, (1n << shift) % modulus);
  put(TABLE, (1n << shift) % modulus);
  put(TABLE + bytes, ((base % modulus) << shift) % modulus);
  const inverse = negativeInverse(Number(BigInt.asUintN(32, modulus)));
  for (let i = 2; i < WINDOW; i++) multiply(TABLE + i * bytes, TABLE + (i - 1) * bytes, TABLE + bytes, bytes, inverse);
  for (let at = 0; at < exponent.length; at += EXPONENT_BYTES) {
    const part = exponent.subarray(at, at + EXPONENT_BYTES);
    memory.set(part, EXPONENT);
    power(bytes, inverse, part.length);
  }
  multiply(RESULT, RESULT, ONE, bytes, inverse);
  return bytesToBigInt(memory.slice(RESULT, RESULT + bytes).reverse());
}

/** Modulo 2^bits, where an even base soon gives zero and the powers of an odd one recur after 2^(bits-1). */
function powerOfTwo(base: bigint, exponent: Uint8Array, bits: number): bigint {
  const first = exponent.findIndex((byte) => byte !== 0);
  if (first < 0) return BigInt.asUintN(bits, 1n);
  const isLong = exponent.length - first > Math.ceil(bits / 8) || bytesToBigInt(exponent.subarray(first)) >= BigInt(bits);
  if ((base & 1n) === 0n && isLong) return 0n;
  let left = BigInt.asUintN(Math.max(bits - 1, 1), bytesToBigInt(exponent.subarray(Math.max(first, exponent.length - Math.ceil(bits / 8)))));
  let factor = BigInt.asUintN(bits, base);
  let result = 1n;
  for (; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = BigInt.asUintN(bits, result * factor);
    factor = BigInt.asUintN(bits, factor * factor);
  }
  return BigInt.asUintN(bits, result);
}

/** The inverse of an odd number modulo 2^bits, by Newton's iteration. */
function inverseOfOdd(odd: bigint, bits: number): bigint {
  let inverse = odd;
  for (let known = 3; known < bits; known *= 2) inverse = BigInt.asUintN(bits, inverse * (2n - odd * inverse));
  return BigInt.asUintN(bits, inverse);
}

/** Trailing zero bits of a number that is not zero. */
function trailingZeros(value: bigint): number {
  return (value & -value).toString(2).length - 1;
}

/** Moduli of more bytes gain nothing over big integers. */
export const LARGEST_BY_LIMBS = MAX_BYTES;

/**
 * base ** exponent % modulus for a modulus above zero of at most `LARGEST_BY_LIMBS` bytes: those are what takes longest for its gas, for big
 * integers are made anew at every step. An odd modulus goes by Montgomery's multiplication, an even one by its odd part and its power of two,
 * put together by the Chinese remainder theorem.
 */
export function powerByLimbs(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  const twos = trailingZeros(modulus);
  const odd = modulus >> BigInt(twos);
  const byOdd = odd === 1n ? 0n : powerOdd(base, exponent, odd, Math.ceil(odd.toString(16).length / 2));
  if (twos === 0) return byOdd;
  const byTwos = powerOfTwo(base, exponent, twos);
  return byOdd + odd * BigInt.asUintN(twos, (byTwos - byOdd) * inverseOfOdd(odd, twos));
}
