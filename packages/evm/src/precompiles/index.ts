import type { Hex } from "@pangaea/primitives";
import type { EvmFork } from "../rules.ts";
import { blake2f } from "./blake2f.ts";
import { blsPairing, g1Add, g1Msm, g2Add, g2Msm, mapToG1, mapToG2 } from "./bls12381.ts";
import { bn254Add, bn254Mul, bn254Pairing } from "./bn254.ts";
import { ecrecover, identity, ripemd160, sha256 } from "./hashes.ts";
import { pointEvaluation } from "./kzg.ts";
import { modexp } from "./modexp.ts";
import { p256Verify } from "./p256.ts";
import type { Precompile } from "./precompile.ts";

export type { Precompile } from "./precompile.ts";
export { limited } from "./precompile.ts";
export { blsPairing, bn254Pairing, g1Msm, g2Msm, p256Verify };

export const P256_GAS_OSAKA = 6_900;

/** The address of the precompile with a number. */
export const precompileAddress = (number: number): Hex => `0x${number.toString(16).padStart(40, "0")}`;

/** Ethereum's precompiles by fork. */
export function standardPrecompiles(has: Readonly<Record<EvmFork, boolean>>): readonly (readonly [Hex, Precompile])[] {
  const numbered: [number, Precompile][] = [
    [1, ecrecover], [2, sha256], [3, ripemd160], [4, identity], [5, modexp(has.osaka)], [6, bn254Add], [7, bn254Mul], [8, bn254Pairing], [9, blake2f],
  ];
  if (has.cancun) numbered.push([0x0a, pointEvaluation]);
  if (has.prague) numbered.push([0x0b, g1Add], [0x0c, g1Msm], [0x0d, g2Add], [0x0e, g2Msm], [0x0f, blsPairing], [0x10, mapToG1], [0x11, mapToG2]);
  if (has.osaka) numbered.push([0x100, p256Verify(P256_GAS_OSAKA)]);
  return numbered.map(([number, precompile]) => [precompileAddress(number), precompile]);
}
