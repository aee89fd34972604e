import { createHash } from "node:crypto";

const VERSION_KZG = 1;

/** The 32-byte hash that stands on chain for a 48-byte KZG commitment. Source: EIP-4844 `kzg_to_versioned_hash`. */
export function versionedHashOf(commitment: Uint8Array): Uint8Array {
  const hash = new Uint8Array(createHash("sha256").update(commitment).digest());
  hash[0] = VERSION_KZG;
  return hash;
}
