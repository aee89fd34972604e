import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { CriticalError, errorMessage } from "@pangaea/primitives";
import { serveWorker } from "@pangaea/rpc";

interface CKzg {
  loadTrustedSetup(precompute: number): void;
  blobToKzgCommitment(blob: Uint8Array): Uint8Array;
  computeBlobKzgProof(blob: Uint8Array, commitment: Uint8Array): Uint8Array;
  verifyBlobKzgProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean;
}

const VERSION_KZG = 1;

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

function versionedHash(commitment: Uint8Array): Uint8Array {
  const hash = new Uint8Array(createHash("sha256").update(commitment).digest());
  hash[0] = VERSION_KZG;
  return hash;
}

serveWorker({
  load: () => {
    kzg();
  },
  commit: (blob: Uint8Array) => {
    const commitment = copy(kzg().blobToKzgCommitment(blob));
    return { commitment, versionedHash: versionedHash(commitment) };
  },
  prove: (blob: Uint8Array, commitment: Uint8Array) => copy(kzg().computeBlobKzgProof(blob, commitment)),
  verify: (blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array) => ({ valid: kzg().verifyBlobKzgProof(blob, commitment, proof), versionedHash: versionedHash(commitment) }),
});
