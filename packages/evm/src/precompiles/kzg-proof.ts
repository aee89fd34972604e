import { createRequire } from "node:module";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bytesToBigInt } from "@pangaea/primitives";

/** Whether a proof of 48 bytes shows that the polynomial of a commitment (48 bytes) takes the value `y` at `z` (32 bytes each, big endian). False for what is no field element or no point. */
export type VerifyKzgProof = (commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array) => boolean;

interface NativeModule {
  readonly DasContextJs: { create(options: { readonly usePrecomp: boolean }): { verifyKzgProof: VerifyKzgProof } };
}

const { G1, G2, fields, pairingBatch } = bls12_381;
/** The trusted setup's secret in the second group. Source: the KZG ceremony, `g2_monomial[1]`. */
const TAU_G2 = "b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2";

/** The check itself: e(proof, tau - z) is e(commitment - y, 1). Source: consensus-specs `verify_kzg_proof_impl`. */
export const verifyByPairing: VerifyKzgProof = (commitment, z, y, proof) => {
  const [at, value] = [bytesToBigInt(z), bytesToBigInt(y)];
  if (at >= fields.Fr.ORDER || value >= fields.Fr.ORDER) return false;
  const scaled = <P extends { multiplyUnsafe(scalar: bigint): P }>(point: P, by: bigint): P => point.multiplyUnsafe(by);
  try {
    const [committed, shown] = [commitment, proof].map((bytes) => {
      const point = G1.Point.fromBytes(bytes);
      point.assertValidity();
      return point;
    }) as [typeof G1.Point.BASE, typeof G1.Point.BASE];
    const left = { g1: committed.subtract(scaled(G1.Point.BASE, value)), g2: G2.Point.BASE.negate() };
    const right = { g1: shown, g2: G2.Point.fromHex(TAU_G2).subtract(scaled(G2.Point.BASE, at)) };
    return fields.Fp12.eql(pairingBatch([left, right].filter(({ g1, g2 }) => !g1.is0() && !g2.is0())), fields.Fp12.ONE);
  } catch {
    return false;
  }
};

let native: VerifyKzgProof | undefined;

/** By the native library where there is one; its trusted setup takes seconds to load, and few programs need it: it is loaded at the first use. */
export const verifyKzgProof: VerifyKzgProof = (...parts) => {
  native ??= loadNative() ?? verifyByPairing;
  return native(...parts);
};

function loadNative(): VerifyKzgProof | undefined {
  let module: NativeModule;
  try {
    module = createRequire(import.meta.url)("@crate-crypto/node-eth-kzg");
  } catch {
    return undefined;
  }
  const context = module.DasContextJs.create({ usePrecomp: false });
  return (...parts) => {
    try {
      return context.verifyKzgProof(...parts);
    } catch {
      return false;
    }
  };
}
