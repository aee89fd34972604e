import { readU32 } from "@pangaea/primitives";
import type { Precompile } from "./precompile.ts";

/** Little-endian halves of BLAKE2b's initial vector. */
const IV = Uint32Array.of(
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a, 0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
);
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3], [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8], [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10], [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
].map((order) => Uint8Array.from(order, (word) => 2 * word));

/** The mixing function G on the words at `a` to `d` of `v` with the message words at `x` and `y`. A word is two halves, the low one first. */
function mix(v: Int32Array, m: Int32Array, a: number, b: number, c: number, d: number, x: number, y: number): void {
  let aLow = v[a]!;
  let aHigh = v[a + 1]!;
  let bLow = v[b]!;
  let bHigh = v[b + 1]!;
  let cLow = v[c]!;
  let cHigh = v[c + 1]!;
  let dLow = v[d]!;
  let dHigh = v[d + 1]!;
  // Sums of low halves stay exact in a double, so that what passes 2^32 is the carry.
  let sum = (aLow >>> 0) + (bLow >>> 0) + (m[x]! >>> 0);
  aHigh = (aHigh + bHigh + m[x + 1]! + ((sum / 0x1_0000_0000) | 0)) | 0;
  aLow = sum | 0;
  let low = dLow ^ aLow;
  dLow = dHigh ^ aHigh;
  dHigh = low;
  sum = (cLow >>> 0) + (dLow >>> 0);
  cHigh = (cHigh + dHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  cLow = sum | 0;
  low = bLow ^ cLow;
  let high = bHigh ^ cHigh;
  bLow = (low >>> 24) | (high << 8);
  bHigh = (high >>> 24) | (low << 8);
  sum = (aLow >>> 0) + (bLow >>> 0) + (m[y]! >>> 0);
  aHigh = (aHigh + bHigh + m[y + 1]! + ((sum / 0x1_0000_0000) | 0)) | 0;
  aLow = sum | 0;
  low = dLow ^ aLow;
  high = dHigh ^ aHigh;
  dLow = (low >>> 16) | (high << 16);
  dHigh = (high >>> 16) | (low << 16);
  sum = (cLow >>> 0) + (dLow >>> 0);
  cHigh = (cHigh + dHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  cLow = sum | 0;
  low = bLow ^ cLow;
  high = bHigh ^ cHigh;
  bLow = (high >>> 31) | (low << 1);
  bHigh = (low >>> 31) | (high << 1);
  v[a] = aLow;
  v[a + 1] = aHigh;
  v[b] = bLow;
  v[b + 1] = bHigh;
  v[c] = cLow;
  v[c + 1] = cHigh;
  v[d] = dLow;
  v[d + 1] = dHigh;
}

function round(v: Int32Array, m: Int32Array, s: Uint8Array): void {
  mix(v, m, 0, 8, 16, 24, s[0]!, s[1]!);
  mix(v, m, 2, 10, 18, 26, s[2]!, s[3]!);
  mix(v, m, 4, 12, 20, 28, s[4]!, s[5]!);
  mix(v, m, 6, 14, 22, 30, s[6]!, s[7]!);
  mix(v, m, 0, 10, 20, 30, s[8]!, s[9]!);
  mix(v, m, 2, 12, 22, 24, s[10]!, s[11]!);
  mix(v, m, 4, 14, 16, 26, s[12]!, s[13]!);
  mix(v, m, 6, 8, 18, 28, s[14]!, s[15]!);
}

/** 0x09: rounds of BLAKE2b's compression. A round costs one gas, so words are kept as 32-bit halves: big integers would let a block run for minutes. Source: EIP-152. */
export const blake2f: Precompile = (data) => {
  if (data.length !== 213 || data[212]! > 1) return { gas: 0, run: () => undefined };
  const rounds = readU32(data, 0);
  return {
    gas: rounds,
    run: () => {
      const view = new DataView(data.buffer, data.byteOffset, data.length);
      const halves = (at: number, words: number) => Int32Array.from({ length: 2 * words }, (_, i) => view.getInt32(at + 4 * i, true));
      const h = halves(4, 8);
      const m = halves(68, 16);
      const offset = halves(196, 2);
      const v = new Int32Array(32);
      v.set(h);
      v.set(IV, 16);
      for (let i = 0; i < 4; i++) v[24 + i]! ^= offset[i]!;
      if (data[212] === 1) for (let i = 28; i < 30; i++) v[i]! ^= 0xffff_ffff;
      for (let i = 0; i < rounds; i++) round(v, m, SIGMA[i % SIGMA.length]!);
      const out = new Uint8Array(64);
      const result = new DataView(out.buffer);
      for (let i = 0; i < 16; i++) result.setUint32(4 * i, h[i]! ^ v[i]! ^ v[i + 16]!, true);
      return out;
    },
  };
};
