import { bytesToBigInt, rlpBytes, rlpDecode, rlpEncode, rlpInteger } from "@pangaea/primitives";
import { decodeAccount, EMPTY_CODE_HASH, EMPTY_STORAGE_ROOT } from "./account.ts";
import { type NodeStore, Trie } from "./trie.ts";
import { slotKey } from "./trie-keys.ts";
import type { NodeSink } from "./trie-node.ts";

/** An account with what has been read and written of it since the state was opened. Balance in wei. */
export interface LiveAccount {
  exists: boolean;
  nonce: number;
  balance: bigint;
  codeHash: Uint8Array;
  code: Uint8Array | undefined;
  storageRoot: Uint8Array;
  /** Slots as they are now. */
  storage: Map<bigint, bigint>;
  /** Slots that differ from the trie since the last commit. */
  dirtySlots: Set<bigint>;
  /** Slots as they were when the transaction began. */
  original: Map<bigint, bigint>;
  /** Whether its storage began anew (created again after a self-destruct), so that the trie's is not read. */
  wiped: boolean;
}

/** The account that an entry of the state trie stands for; one that does not exist when there is none. */
export function openAccount(encoded: Uint8Array | undefined): LiveAccount {
  const found = encoded === undefined ? undefined : decodeAccount(encoded);
  return {
    exists: found !== undefined,
    nonce: found?.nonce ?? 0,
    balance: found?.balance ?? 0n,
    codeHash: found?.codeHash ?? EMPTY_CODE_HASH,
    code: undefined,
    storageRoot: found?.storageRoot ?? EMPTY_STORAGE_ROOT,
    storage: new Map(),
    dirtySlots: new Set(),
    original: new Map(),
    wiped: false,
  };
}

/** A slot as it is now, read from the storage trie the first time. */
export function readSlot(account: LiveAccount, nodes: NodeStore, slot: bigint): bigint {
  let value = account.storage.get(slot);
  if (value === undefined) {
    const encoded = account.wiped || account.storageRoot === EMPTY_STORAGE_ROOT ? undefined : new Trie(nodes, account.storageRoot).get(slotKey(slot));
    value = encoded === undefined ? 0n : bytesToBigInt(rlpBytes(rlpDecode(encoded), "storage value"));
    account.storage.set(slot, value);
  }
  return value;
}

/** Hashes the slots that changed into the account's storage root. */
export function commitStorage(account: LiveAccount, nodes: NodeStore, sink: NodeSink): void {
  const trie = new Trie(nodes, account.wiped ? EMPTY_STORAGE_ROOT : account.storageRoot);
  for (const slot of account.wiped ? account.storage.keys() : account.dirtySlots) {
    const value = account.storage.get(slot) ?? 0n;
    trie.set(slotKey(slot), value === 0n ? undefined : rlpEncode(rlpInteger(value)));
  }
  account.storageRoot = trie.commit(sink);
  account.wiped = false;
  account.dirtySlots.clear();
}
