import { type Hex, keccak256, privateKeyToAddress, utf8ToBytes } from "@pangaea/primitives";

export interface DevnetKey {
  readonly key: Uint8Array;
  readonly address: Hex;
}

/** The key of one of the devnet's own roles, the same on every devnet. Public by construction: it guards nothing. */
export function devnetKey(role: "deployer" | "batcher" | "relayer" | "unsafe-block-signer" | "vault" | "faults", chainId = 0): DevnetKey {
  const key = keccak256(utf8ToBytes(`pangaea devnet ${role} ${chainId}`));
  return { key, address: privateKeyToAddress(key) };
}
