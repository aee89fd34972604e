import { createRequire } from "node:module";
import { errorMessage } from "@pangaea/primitives";
import type { KzgLibrary } from "./kzg-library.ts";

interface NativeContext {
  blobToKzgCommitment(blob: Uint8Array): Uint8Array;
  computeBlobKzgProof(blob: Uint8Array, commitment: Uint8Array): Uint8Array;
  computeCellsAndKzgProofs(blob: Uint8Array): { readonly proofs: readonly Uint8Array[] };
  verifyBlobKzgProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean;
}

interface NativeModule {
  readonly DasContextJs: { create(options: { readonly usePrecomp: boolean }): NativeContext };
}

const load = (): NativeModule => createRequire(import.meta.url)("@crate-crypto/node-eth-kzg");

/** Why the native library cannot serve on this machine; undefined when it can. */
export function nativeKzgProblem(): string | undefined {
  try {
    load();
    return undefined;
  } catch (error) {
    return errorMessage(error).split("\n")[0];
  }
}

/** The native library, which comes built for the usual platforms; its trusted setup takes two seconds to load. Throws where there is none. */
export function nativeKzg(): KzgLibrary {
  const context = load().DasContextJs.create({ usePrecomp: false });
  return {
    commit: (blob) => context.blobToKzgCommitment(blob),
    prove: (blob, commitment) => context.computeBlobKzgProof(blob, commitment),
    cellProofs: (blob) => context.computeCellsAndKzgProofs(blob).proofs,
    verify: (blob, commitment, proof) => {
      try {
        return context.verifyBlobKzgProof(blob, commitment, proof);
      } catch {
        // What is no point of the curve proves nothing.
        return false;
      }
    },
  };
}
