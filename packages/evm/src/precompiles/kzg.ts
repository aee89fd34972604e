import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { bytesEqual, CriticalError, errorMessage, hexToBytes } from "@pangaea/primitives";
import type { Precompile } from "./precompile.ts";

interface CKzg {
  loadTrustedSetup(precompute: number): void;
  verifyKzgProof(commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array): boolean;
}

const VERSION_KZG = 1;
/** FIELD_ELEMENTS_PER_BLOB and BLS_MODULUS, 32 bytes each. */
const SUCCESS = hexToBytes("0x000000000000000000000000000000000000000000000000000000000000100073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
let library: CKzg | undefined;

/** The trusted setup takes seconds to load and memory to hold, and few programs need it: it is loaded at the first use. */
function kzg(): CKzg {
  if (library === undefined) {
    try {
      const loaded: CKzg = createRequire(import.meta.url)("c-kzg");
      loaded.loadTrustedSetup(0);
      library = loaded;
    } catch (error) {
      throw new CriticalError(`the KZG library c-kzg cannot be loaded (${errorMessage(error)}): install a C compiler and Python and run npm install again`);
    }
  }
  return library;
}

/** 0x0a: a point evaluation proof. Source: EIP-4844. */
export const pointEvaluation: Precompile = (data) => ({
  gas: 50_000,
  run: () => {
    if (data.length !== 192) return undefined;
    const commitment = data.slice(96, 144);
    const versioned = new Uint8Array(createHash("sha256").update(commitment).digest());
    versioned[0] = VERSION_KZG;
    if (!bytesEqual(versioned, data.subarray(0, 32))) return undefined;
    try {
      return kzg().verifyKzgProof(commitment, data.slice(32, 64), data.slice(64, 96), data.slice(144, 192)) ? SUCCESS : undefined;
    } catch (error) {
      if (error instanceof CriticalError) throw error;
      return undefined;
    }
  },
});
