import type { Hex } from "@pangaea/primitives";
import type { BlobCommitter } from "./l1-transaction.ts";

/** What the KZG service of `l1` offers, as far as it goes here. */
export interface KzgProver {
  commit(blob: Uint8Array): Promise<{ readonly commitment: Uint8Array; readonly versionedHash: Hex }>;
  prove(blob: Uint8Array, commitment: Uint8Array): Promise<Uint8Array>;
}

/** Commits to blobs, and proves them, with a KZG service. */
export function kzgCommitter(kzg: KzgProver): BlobCommitter {
  return {
    commit: async (blob) => {
      const { commitment, versionedHash } = await kzg.commit(blob);
      return { commitment, versionedHash, proof: await kzg.prove(blob, commitment) };
    },
  };
}
