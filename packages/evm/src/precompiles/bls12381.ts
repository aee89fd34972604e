import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bigIntToBytes, bytesToBigInt, concatBytes } from "@pangaea/primitives";
import type { Precompile } from "./precompile.ts";

const { G1, G2, fields: { Fp, Fp2, Fp12, Fr } } = bls12_381;
type G1Point = ReturnType<typeof G1.Point.fromAffine>;
type G2Point = ReturnType<typeof G2.Point.fromAffine>;
const FP = 64;
const G1_SIZE = 128;
const G2_SIZE = 256;
const SCALAR = 32;

class Refused extends Error {}

/** Gas of a multi-scalar multiplication by number of points, in thousandths of the full price. Source: EIP-2537. */
const G1_DISCOUNT = [1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677, 673, 669, 665, 661, 658, 654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627, 625, 623, 621, 619, 617, 615, 613, 611, 609, 608, 606, 604, 603, 601, 599, 598, 596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577, 576, 575, 574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545, 544, 543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532, 532, 531, 530, 529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519];
const G2_DISCOUNT = [1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717, 711, 704, 699, 693, 688, 683, 679, 674, 670, 666, 663, 659, 655, 652, 649, 646, 643, 640, 637, 634, 632, 629, 627, 624, 622, 620, 618, 615, 613, 611, 609, 607, 606, 604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584, 583, 582, 580, 579, 578, 576, 575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562, 561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 552, 551, 550, 549, 548, 547, 546, 545, 545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536, 535, 535, 534, 533, 532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524];

function readFp(data: Uint8Array, at: number): bigint {
  for (let i = at; i < at + 16; i++) if (data[i] !== 0) throw new Refused();
  const value = bytesToBigInt(data.subarray(at + 16, at + FP));
  if (value >= Fp.ORDER) throw new Refused();
  return value;
}

const writeFp = (value: bigint): Uint8Array => bigIntToBytes(value, FP);

function readG1(data: Uint8Array, at: number, subgroup: boolean): G1Point {
  const x = readFp(data, at);
  const y = readFp(data, at + FP);
  if (x === 0n && y === 0n) return G1.Point.ZERO;
  if (Fp.mul(y, y) !== Fp.add(Fp.mul(Fp.mul(x, x), x), 4n)) throw new Refused();
  const point = G1.Point.fromAffine({ x, y });
  if (subgroup && !point.isTorsionFree()) throw new Refused();
  return point;
}

function readG2(data: Uint8Array, at: number, subgroup: boolean): G2Point {
  const [x0, x1, y0, y1] = [0, 1, 2, 3].map((i) => readFp(data, at + i * FP)) as [bigint, bigint, bigint, bigint];
  if (x0 === 0n && x1 === 0n && y0 === 0n && y1 === 0n) return G2.Point.ZERO;
  const x = Fp2.fromBigTuple([x0, x1]);
  const y = Fp2.fromBigTuple([y0, y1]);
  if (!Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.fromBigTuple([4n, 4n])))) throw new Refused();
  const point = G2.Point.fromAffine({ x, y });
  if (subgroup && !point.isTorsionFree()) throw new Refused();
  return point;
}

function writeG1(point: G1Point): Uint8Array {
  if (point.is0()) return new Uint8Array(G1_SIZE);
  const { x, y } = point.toAffine();
  return concatBytes(writeFp(x), writeFp(y));
}

function writeG2(point: G2Point): Uint8Array {
  if (point.is0()) return new Uint8Array(G2_SIZE);
  const { x, y } = point.toAffine();
  return concatBytes(writeFp(x.c0), writeFp(x.c1), writeFp(y.c0), writeFp(y.c1));
}

/** The work of a precompile: a malformed input refuses it. */
const guarded = (gas: number, work: () => Uint8Array) => ({
  gas,
  run: () => {
    try {
      return work();
    } catch (error) {
      if (error instanceof Refused) return undefined;
      throw error;
    }
  },
});

function sized(data: Uint8Array, size: number): void {
  if (data.length !== size) throw new Refused();
}

function pieces(data: Uint8Array, size: number): number[] {
  if (data.length === 0 || data.length % size !== 0) throw new Refused();
  return Array.from({ length: data.length / size }, (_, i) => i * size);
}

function msmGas(count: number, price: number, discounts: readonly number[]): number {
  return Math.floor((count * price * (discounts[Math.min(count, discounts.length) - 1] ?? 0)) / 1_000);
}

const scalarAt = (data: Uint8Array, at: number): bigint => bytesToBigInt(data.subarray(at, at + SCALAR)) % Fr.ORDER;

export const g1Add: Precompile = (data) => guarded(375, () => {
  sized(data, 2 * G1_SIZE);
  return writeG1(readG1(data, 0, false).add(readG1(data, G1_SIZE, false)));
});

export const g1Msm: Precompile = (data) => guarded(msmGas(Math.floor(data.length / 160), 12_000, G1_DISCOUNT), () =>
  writeG1(pieces(data, G1_SIZE + SCALAR).reduce((sum, at) => sum.add(readG1(data, at, true).multiplyUnsafe(scalarAt(data, at + G1_SIZE))), G1.Point.ZERO)));

export const g2Add: Precompile = (data) => guarded(600, () => {
  sized(data, 2 * G2_SIZE);
  return writeG2(readG2(data, 0, false).add(readG2(data, G2_SIZE, false)));
});

export const g2Msm: Precompile = (data) => guarded(msmGas(Math.floor(data.length / 288), 22_500, G2_DISCOUNT), () =>
  writeG2(pieces(data, G2_SIZE + SCALAR).reduce((sum, at) => sum.add(readG2(data, at, true).multiplyUnsafe(scalarAt(data, at + G2_SIZE))), G2.Point.ZERO)));

export const blsPairing: Precompile = (data) => guarded(37_700 + 32_600 * Math.floor(data.length / 384), () => {
  const pairs = pieces(data, G1_SIZE + G2_SIZE).map((at) => ({ g1: readG1(data, at, true), g2: readG2(data, at + G1_SIZE, true) })).filter(({ g1, g2 }) => !g1.is0() && !g2.is0());
  const one = pairs.length === 0 || Fp12.eql(bls12_381.pairingBatch(pairs), Fp12.ONE);
  return bigIntToBytes(one ? 1n : 0n, 32);
});

/** The library takes one scalar for G1, whatever its types say. */
const mapOneToG1 = G1.mapToCurve as unknown as (scalar: bigint) => { readonly x: bigint; readonly y: bigint };

export const mapToG1: Precompile = (data) => guarded(5_500, () => {
  sized(data, FP);
  const { x, y } = mapOneToG1(readFp(data, 0));
  return concatBytes(writeFp(x), writeFp(y));
});

export const mapToG2: Precompile = (data) => guarded(23_800, () => {
  sized(data, 2 * FP);
  const { x, y } = G2.mapToCurve([readFp(data, 0), readFp(data, FP)]);
  return concatBytes(writeFp(x.c0), writeFp(x.c1), writeFp(y.c0), writeFp(y.c1));
});
