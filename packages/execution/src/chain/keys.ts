import { concatBytes, hexToBytes, type Hex, writeU64 } from "@pangaea/primitives";

/** What is kept in an execution layer's store, by the first byte of the key. */
const PREFIX = {
  /** keccak → trie node or code */
  node: 0x01,
  /** block hash → header and transactions */
  block: 0x02,
  /** block hash → receipts */
  receipts: 0x03,
  /** block number u64 → hash of the canonical block */
  canonical: 0x04,
  /** transaction hash → hash of the block that holds it, and its place u64 */
  transaction: 0x05,
  /** label → block hash */
  label: 0x06,
} as const;

const key = (prefix: number, rest: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(prefix), rest);

export function u64(value: number): Uint8Array {
  const out = new Uint8Array(8);
  writeU64(out, 0, value);
  return out;
}

export const nodeKey = (hash: Uint8Array): Uint8Array => key(PREFIX.node, hash);
export const blockKey = (hash: Hex): Uint8Array => key(PREFIX.block, hexToBytes(hash));
export const receiptsKey = (hash: Hex): Uint8Array => key(PREFIX.receipts, hexToBytes(hash));
export const canonicalKey = (number: number): Uint8Array => key(PREFIX.canonical, u64(number));
export const transactionKey = (hash: Hex): Uint8Array => key(PREFIX.transaction, hexToBytes(hash));
export const labelKey = (label: "head" | "safe" | "finalized"): Uint8Array => key(PREFIX.label, new TextEncoder().encode(label));
