import { EMPTY_TRIE_ROOT, hexToBytes, KECCAK_EMPTY, rlpBigInt, rlpBytes, rlpDecode, rlpEncode, rlpInteger, rlpList, toSafeNumber } from "@pangaea/primitives";

export const EMPTY_CODE_HASH = hexToBytes(KECCAK_EMPTY);
export const EMPTY_STORAGE_ROOT = hexToBytes(EMPTY_TRIE_ROOT);

/** An account as the state trie holds it. Balance in wei. */
export interface TrieAccount {
  readonly nonce: number;
  readonly balance: bigint;
  readonly storageRoot: Uint8Array;
  readonly codeHash: Uint8Array;
}

export function encodeAccount({ nonce, balance, storageRoot, codeHash }: TrieAccount): Uint8Array {
  return rlpEncode([rlpInteger(nonce), rlpInteger(balance), storageRoot, codeHash]);
}

export function decodeAccount(encoded: Uint8Array): TrieAccount {
  const [nonce, balance, storageRoot, codeHash] = rlpList(rlpDecode(encoded), "account", 4);
  return { nonce: toSafeNumber(rlpBigInt(nonce, "nonce", 8), "nonce"), balance: rlpBigInt(balance, "balance"), storageRoot: rlpBytes(storageRoot, "storage root", 32), codeHash: rlpBytes(codeHash, "code hash", 32) };
}
