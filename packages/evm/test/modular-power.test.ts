import fc from "fast-check";
import { bytesToBigInt } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { LARGEST_BY_LIMBS, powerByLimbs } from "../src/precompiles/modular-power.ts";

/** Bit by bit, by big integers. */
function byMultiplying(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  let result = 1n % modulus;
  for (const byte of exponent) for (let bit = 7; bit >= 0; bit--) result = (result * result * ((byte >> bit) & 1 ? base % modulus : 1n)) % modulus;
  return result;
}

const MOST = 2n ** BigInt(8 * LARGEST_BY_LIMBS);
const bits = fc.integer({ min: 0, max: 8 * LARGEST_BY_LIMBS - 1 });
const around = bits.chain((n) => fc.bigInt({ min: -3n, max: 3n }).map((off) => 2n ** BigInt(n) + off));
const ofBits = bits.chain((n) => fc.bigInt({ min: 2n ** BigInt(n), max: 2n ** BigInt(n + 1) - 1n }));
/** Odd and even ones, powers of two, those at the edges of a limb, the largest. */
const modulus = fc.oneof(ofBits, around, fc.tuple(ofBits, bits).map(([odd, twos]) => (odd | 1n) << BigInt(twos)), fc.constant(MOST - 1n)).map((value) => (value <= 0n ? 1n : BigInt.asUintN(8 * LARGEST_BY_LIMBS, value) || 1n));
const base = fc.oneof(ofBits, around, fc.constantFrom(0n, 1n, 2n), fc.bigInt({ min: 0n, max: MOST * MOST })).map((value) => (value < 0n ? 0n : value));
const exponent = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.tuple(fc.nat(12), fc.uint8Array({ maxLength: 3 })).map(([zeros, rest]) => Uint8Array.of(...new Uint8Array(zeros), ...rest)), fc.nat(70).map((length) => new Uint8Array(length).fill(0xff)));

describe("a power modulo a number of few limbs", () => {
  it("is what multiplying makes of it, whatever base, exponent and modulus", () => {
    fc.assert(fc.property(base, exponent, modulus, (b, e, m) => {
      expect(powerByLimbs(b, e, m)).toBe(byMultiplying(b, e, m));
    }), { numRuns: 3_000 });
  });

  it("is so for a base next to the modulus, and for multiples of its factors", () => {
    fc.assert(fc.property(modulus, fc.bigInt({ min: -2n, max: 2n }), fc.nat(20), exponent, (m, off, twos, e) => {
      for (const b of [m + off, m * 2n + off, m << BigInt(twos), m >> BigInt(twos)]) if (b >= 0n) expect(powerByLimbs(b, e, m)).toBe(byMultiplying(b, e, m));
    }), { numRuns: 500 });
  });

  it.each([32_767, 32_768, 32_769, 70_000])("is so for an exponent of %i bytes", (length) => {
    const e = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 3)) & 255);
    for (const m of [0xffff_ffff_ffff_ffc5n, 3n << 70n, 251n]) expect(powerByLimbs(0x1234_5678_9abc_def1n, e, m)).toBe(byMultiplying(0x1234_5678_9abc_def1n, e, m));
  });

  it("of one after another is not disturbed by the one before", () => {
    const e = Uint8Array.from({ length: 20 }, (_, i) => i + 1);
    const cases: (readonly [bigint, bigint])[] = [[5n, MOST - 1n], [7n, 3n], [bytesToBigInt(e), MOST >> 1n], [9n, 2n ** 64n - 59n], [5n, MOST - 1n]];
    for (const [b, m] of cases) expect(powerByLimbs(b, e, m)).toBe(byMultiplying(b, e, m));
  });
});
