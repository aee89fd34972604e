import { bn254 } from "@noble/curves/bn254.js";
import { bigIntToBytes, bytesToBigInt, concatBytes } from "@pangaea/primitives";
import { type Precompile, slice } from "./precompile.ts";

const P = bn254.fields.Fp.ORDER;
const ORDER = bn254.fields.Fr.ORDER;
const { G1, G2 } = bn254;
type G1Point = ReturnType<typeof G1.Point.fromAffine>;
type G2Point = ReturnType<typeof G2.Point.fromAffine>;

function readG1(data: Uint8Array): G1Point | undefined {
  const x = bytesToBigInt(data.subarray(0, 32));
  const y = bytesToBigInt(data.subarray(32, 64));
  if (x >= P || y >= P) return undefined;
  if (x === 0n && y === 0n) return G1.Point.ZERO;
  return valid(() => G1.Point.fromAffine({ x, y }));
}

function readG2(data: Uint8Array): G2Point | undefined {
  const [x1, x0, y1, y0] = [0, 32, 64, 96].map((at) => bytesToBigInt(data.subarray(at, at + 32))) as [bigint, bigint, bigint, bigint];
  if ([x0, x1, y0, y1].some((value) => value >= P)) return undefined;
  if (x0 === 0n && x1 === 0n && y0 === 0n && y1 === 0n) return G2.Point.ZERO;
  const { Fp2 } = bn254.fields;
  const point = valid(() => G2.Point.fromAffine({ x: Fp2.fromBigTuple([x0, x1]), y: Fp2.fromBigTuple([y0, y1]) }));
  return point?.multiplyUnsafe(ORDER - 1n).add(point).is0() === true ? point : undefined;
}

function valid<T extends { assertValidity(): void }>(make: () => T): T | undefined {
  try {
    const point = make();
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}

function writeG1(point: G1Point): Uint8Array {
  if (point.is0()) return new Uint8Array(64);
  const { x, y } = point.toAffine();
  return concatBytes(bigIntToBytes(x, 32), bigIntToBytes(y, 32));
}

/** 0x06. Gas: EIP-1108. */
export const bn254Add: Precompile = (data) => ({
  gas: 150,
  run: () => {
    const a = readG1(slice(data, 0, 64));
    const b = readG1(slice(data, 64, 64));
    return a === undefined || b === undefined ? undefined : writeG1(a.add(b));
  },
});

/** 0x07. */
export const bn254Mul: Precompile = (data) => ({
  gas: 6_000,
  run: () => {
    const point = readG1(slice(data, 0, 64));
    return point === undefined ? undefined : writeG1(point.multiplyUnsafe(bytesToBigInt(slice(data, 64, 32)) % ORDER));
  },
});

/** 0x08: whether the product of pairings is one. */
export const bn254Pairing: Precompile = (data) => ({
  gas: 45_000 + 34_000 * Math.floor(data.length / 192),
  run: () => {
    if (data.length % 192 !== 0) return undefined;
    const pairs: { g1: G1Point; g2: G2Point }[] = [];
    for (let at = 0; at < data.length; at += 192) {
      const g1 = readG1(data.subarray(at, at + 64));
      const g2 = readG2(data.subarray(at + 64, at + 192));
      if (g1 === undefined || g2 === undefined) return undefined;
      if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 });
    }
    const { Fp12 } = bn254.fields;
    const one = pairs.length === 0 || Fp12.eql(bn254.pairingBatch(pairs), Fp12.ONE);
    return bigIntToBytes(one ? 1n : 0n, 32);
  },
});
