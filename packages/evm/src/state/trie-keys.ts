import { bigIntToBytes, type Hex, hexToBytes, keccak256 } from "@pangaea/primitives";

const MAX_CACHED = 100_000;
const slotKeys = new Map<bigint, Uint8Array>();
const accountKeys = new Map<Hex, Uint8Array>();

function cached<K>(cache: Map<K, Uint8Array>, key: K, make: () => Uint8Array): Uint8Array {
  let hash = cache.get(key);
  if (hash === undefined) {
    if (cache.size >= MAX_CACHED) cache.clear();
    hash = make();
    cache.set(key, hash);
  }
  return hash;
}

/** Where a slot lies in its account's storage trie. */
export const slotKey = (slot: bigint): Uint8Array => cached(slotKeys, slot, () => keccak256(bigIntToBytes(slot, 32)));
/** Where an account lies in the state trie. */
export const accountKey = (address: Hex): Uint8Array => cached(accountKeys, address, () => keccak256(hexToBytes(address)));
