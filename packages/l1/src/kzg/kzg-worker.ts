import { createRequire } from "node:module";
import { CriticalError, errorMessage } from "@pangaea/primitives";
import { serveWorker } from "@pangaea/rpc";

interface CKzg {
  loadTrustedSetup(precompute: number): void;
  blobToKzgCommitment(blob: Uint8Array): Uint8Array;
  computeBlobKzgProof(blob: Uint8Array, commitment: Uint8Array): Uint8Array;
  computeCellsAndKzgProofs(blob: Uint8Array): [cells: Uint8Array[], proofs: Uint8Array[]];
  verifyBlobKzgProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean;
}

function load(): CKzg {
  try {
    const library: CKzg = createRequire(import.meta.url)("c-kzg");
    library.loadTrustedSetup(0);
    return library;
  } catch (error) {
    throw new CriticalError(`the KZG library c-kzg cannot be loaded (${errorMessage(error)}): install a C compiler, make and Python, then run npm install again`);
  }
}

let library: CKzg | undefined;
const kzg = (): CKzg => (library ??= load());
const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

serveWorker({
  load: () => {
    kzg();
  },
  commit: (blob: Uint8Array) => copy(kzg().blobToKzgCommitment(blob)),
  prove: (blob: Uint8Array, commitment: Uint8Array) => copy(kzg().computeBlobKzgProof(blob, commitment)),
  cellProofs: (blob: Uint8Array) => kzg().computeCellsAndKzgProofs(blob)[1].map(copy),
  verify: (blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array) => {
    const setup = kzg();
    try {
      return setup.verifyBlobKzgProof(blob, commitment, proof);
    } catch {
      // What is no point of the curve proves nothing.
      return false;
    }
  },
});
