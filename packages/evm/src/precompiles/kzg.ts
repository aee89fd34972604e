import { createHash } from "node:crypto";
import { bytesEqual, hexToBytes } from "@pangaea/primitives";
import { verifyKzgProof } from "./kzg-proof.ts";
import type { Precompile } from "./precompile.ts";

const VERSION_KZG = 1;
/** FIELD_ELEMENTS_PER_BLOB and BLS_MODULUS, 32 bytes each. */
const SUCCESS = hexToBytes("0x000000000000000000000000000000000000000000000000000000000000100073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");

/** 0x0a: a point evaluation proof. Source: EIP-4844. */
export const pointEvaluation: Precompile = (data) => ({
  gas: 50_000,
  run: () => {
    if (data.length !== 192) return undefined;
    const commitment = data.slice(96, 144);
    const versioned = new Uint8Array(createHash("sha256").update(commitment).digest());
    versioned[0] = VERSION_KZG;
    if (!bytesEqual(versioned, data.subarray(0, 32))) return undefined;
    return verifyKzgProof(commitment, data.slice(32, 64), data.slice(64, 96), data.slice(144, 192)) ? SUCCESS : undefined;
  },
});
