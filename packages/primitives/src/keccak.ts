import { createKeccak } from "hash-wasm";
import { bytesToHex, type Hex } from "./bytes.ts";

const hasher = await createKeccak(256);

/** Keccak-256 of bytes: 32 bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  hasher.init();
  hasher.update(bytes);
  return hasher.digest("binary");
}

/** Keccak-256 of bytes, as hex. */
export function keccak256Hex(bytes: Uint8Array): Hex {
  return bytesToHex(keccak256(bytes));
}

export const KECCAK_EMPTY = keccak256Hex(new Uint8Array(0));
/** Root of the empty Merkle Patricia trie. */
export const EMPTY_TRIE_ROOT = keccak256Hex(Uint8Array.of(0x80));
/** Keccak of the RLP empty list: the ommers hash of every block since Paris. */
export const EMPTY_OMMERS_HASH = keccak256Hex(Uint8Array.of(0xc0));
