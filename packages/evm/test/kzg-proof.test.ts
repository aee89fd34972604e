import { createRequire } from "node:module";
import { bigIntToBytes, bytesToBigInt } from "@pangaea/primitives";
import { beforeAll, describe, expect, it } from "vitest";
import { type VerifyKzgProof, verifyByPairing, verifyKzgProof } from "../src/precompiles/kzg-proof.ts";

interface Prover {
  blobToKzgCommitment(blob: Uint8Array): Uint8Array;
  computeKzgProof(blob: Uint8Array, z: Uint8Array): readonly [proof: Uint8Array, y: Uint8Array];
}

const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
const INFINITY = Uint8Array.from({ length: 48 }, (_, i) => (i === 0 ? 0xc0 : 0));

describe.each<readonly [string, VerifyKzgProof]>([["the native library", verifyKzgProof], ["the stand-in without it", verifyByPairing]])("a KZG proof checked by %s", (_, verify) => {
  let parts: readonly [commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array];

  beforeAll(() => {
    const module: { readonly DasContextJs: { create(options: { usePrecomp: boolean }): Prover } } = createRequire(import.meta.url)("@crate-crypto/node-eth-kzg");
    const prover = module.DasContextJs.create({ usePrecomp: false });
    const blob = Uint8Array.from({ length: 131_072 }, (_byte, i) => (i % 32 === 0 ? 0 : (i * 7 + 3) & 0xff));
    const z = bigIntToBytes(0x1234567890n, 32);
    const [proof, y] = prover.computeKzgProof(blob, z);
    parts = [prover.blobToKzgCommitment(blob), z, y, proof];
  });
  const changed = (at: number, value: Uint8Array) => verify(...(parts.map((part, i) => (i === at ? value : part)) as unknown as typeof parts));

  it("holds for what was proved", () => {
    expect(verify(...parts)).toBe(true);
  });

  it("holds for a constant polynomial, whose proof is the point at infinity", () => {
    expect(verify(INFINITY, bigIntToBytes(5n, 32), new Uint8Array(32), INFINITY)).toBe(true);
    expect(verify(INFINITY, bigIntToBytes(5n, 32), bigIntToBytes(1n, 32), INFINITY)).toBe(false);
  });

  it.each([["another commitment", 0], ["another point", 1], ["another value", 2], ["another proof", 3]])("does not hold for %s", (_what, at) => {
    const other = at === 1 || at === 2 ? bigIntToBytes(bytesToBigInt(parts[at]!) + 1n, 32) : INFINITY;
    expect(changed(at, other)).toBe(false);
  });

  it.each([["the point is the field's order", 1, bigIntToBytes(ORDER, 32)], ["the value is above the field's order", 2, bigIntToBytes(2n ** 256n - 1n, 32)], ["the commitment is no point", 0, new Uint8Array(48).fill(1)], ["the proof is no point", 3, new Uint8Array(48).fill(0xff)]] as const)("does not hold when %s", (_what, at, value) => {
    expect(changed(at, value)).toBe(false);
  });

  it("does not hold for a point of the curve outside the subgroup", () => {
    // x = 4 has a y on the curve, and the point is of another order.
    const outside = Uint8Array.from({ length: 48 }, (_byte, i) => (i === 0 ? 0x80 : i === 47 ? 4 : 0));
    expect(changed(0, outside)).toBe(false);
  });
});
