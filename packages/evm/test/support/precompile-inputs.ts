import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";

const hex = (value: bigint, size: number): string => value.toString(16).padStart(2 * size, "0");
const word = (value: bigint | number): string => hex(BigInt(value), 32);
const zeros = (count: number): string => "00".repeat(count);

/** Points of bn254 in the encoding of its precompiles: a multiple of the generator. */
export function bn254G1(times: bigint): string {
  const { x, y } = bn254.G1.Point.BASE.multiply(times).toAffine();
  return word(x) + word(y);
}
export function bn254G2(times: bigint): string {
  const { x, y } = bn254.G2.Point.BASE.multiply(times).toAffine();
  return word(x.c1) + word(x.c0) + word(y.c1) + word(y.c0);
}

/** Points of BLS12-381 in the encoding of EIP-2537: a multiple of the generator. */
export function blsG1(times: bigint): string {
  const { x, y } = bls12_381.G1.Point.BASE.multiply(times).toAffine();
  return hex(x, 64) + hex(y, 64);
}
export function blsG2(times: bigint): string {
  const { x, y } = bls12_381.G2.Point.BASE.multiply(times).toAffine();
  return hex(x.c0, 64) + hex(x.c1, 64) + hex(y.c0, 64) + hex(y.c1, 64);
}

const NEGATIVE = { bn254: bn254.fields.Fr.ORDER - 1n, bls: bls12_381.fields.Fr.ORDER - 1n };
/** A hash by a key and its signature; the same over secp256r1 with its public key. */
const SECP256K1 = `18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c${word(28)}73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75feeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549`;
const SECP256R1 = "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4da73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d604aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff37618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e";
/** BLAKE2b of "abc", by one block of twelve rounds. */
const BLAKE2B_ABC = `0000000c48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b616263${zeros(125)}0300000000000000${zeros(8)}01`;
/** The polynomial that is zero everywhere, at zero: its commitment and its proof are the point at infinity. */
const KZG_ZERO = `010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014${word(0)}${word(0)}c0${zeros(47)}c0${zeros(47)}`;

/** Good inputs of the precompiles by number, in hex without 0x. */
export const PRECOMPILE_INPUTS: Readonly<Record<number, readonly string[]>> = {
  1: [SECP256K1],
  2: ["", "616263"],
  3: ["", "616263"],
  4: ["", "616263"],
  5: [
    `${word(1)}${word(32)}${word(32)}03fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2efffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f`,
    `${word(0x28)}${word(0x25)}${word(0x29)}${"ab".repeat(0x28 + 0x25 + 0x29)}`,
    `${word(0)}${word(32)}${word(0)}`,
    `${word(2)}${word(1)}${word(1)}0123450a`,
  ],
  6: [bn254G1(1n) + bn254G1(2n), bn254G1(5n) + bn254G1(NEGATIVE.bn254 - 4n)],
  7: [bn254G1(3n) + word(0x1234), bn254G1(1n) + word(2n ** 256n - 1n)],
  8: ["", zeros(192), bn254G1(2n) + bn254G2(3n) + bn254G1(6n) + bn254G2(NEGATIVE.bn254)],
  9: [BLAKE2B_ABC],
  10: [KZG_ZERO],
  11: [zeros(256), blsG1(1n) + blsG1(2n), blsG1(1n) + blsG1(NEGATIVE.bls)],
  12: [blsG1(2n) + word(3), blsG1(2n) + word(2n ** 256n - 1n) + blsG1(5n) + word(0)],
  13: [zeros(512), blsG2(1n) + blsG2(2n)],
  14: [blsG2(2n) + word(3)],
  15: [blsG1(2n) + blsG2(3n) + blsG1(6n) + blsG2(NEGATIVE.bls), zeros(384)],
  16: [hex(5n, 64), hex(0n, 64)],
  17: [hex(5n, 64) + hex(6n, 64)],
  256: [SECP256R1],
};
