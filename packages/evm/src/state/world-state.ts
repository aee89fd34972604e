import { bytesToHex, CriticalError, EMPTY_BYTES, type Hex, keccak256 } from "@pangaea/primitives";
import { EMPTY_CODE_HASH, EMPTY_STORAGE_ROOT, encodeAccount } from "./account.ts";
import { commitStorage, type LiveAccount, openAccount, readSlot } from "./live-account.ts";
import { TransactionScope } from "./transaction-scope.ts";
import { type NodeStore, Trie } from "./trie.ts";
import { accountKey, slotKey } from "./trie-keys.ts";

export interface StateCommit {
  readonly root: Uint8Array;
  /** New trie nodes and code, by keccak. */
  readonly nodes: readonly (readonly [hash: Uint8Array, encoded: Uint8Array])[];
}

export interface AccountProof {
  readonly address: Hex;
  readonly balance: bigint;
  readonly nonce: number;
  readonly codeHash: Hex;
  readonly storageHash: Hex;
  readonly accountProof: readonly Uint8Array[];
  readonly storageProof: readonly { readonly key: bigint; readonly value: bigint; readonly proof: readonly Uint8Array[] }[];
}

/**
 * The world at a state root: accounts, storage and code, read as needed and written in memory with a journal. `commit` hashes what
 * changed and can be followed by further blocks; values in wei. Addresses are lower-case hex.
 */
export class WorldState extends TransactionScope {
  readonly #nodes: NodeStore;
  readonly #trie: Trie;
  readonly #accounts = new Map<Hex, LiveAccount>();
  readonly #dirty = new Set<Hex>();
  readonly #newCode = new Map<string, readonly [Uint8Array, Uint8Array]>();
  readonly #originalsOf = new Set<LiveAccount>();

  constructor(nodes: NodeStore, root: Uint8Array = EMPTY_STORAGE_ROOT) {
    super();
    this.#nodes = nodes;
    this.#trie = new Trie(nodes, root);
  }

  #account(address: Hex): LiveAccount {
    let account = this.#accounts.get(address);
    if (account === undefined) {
      account = openAccount(this.#trie.get(accountKey(address)));
      this.#accounts.set(address, account);
    }
    return account;
  }

  /** The account, to be written: marked as touched and existing from here on. */
  #write(address: Hex): LiveAccount {
    const account = this.#account(address);
    this.#dirty.add(address);
    this.touch(address);
    if (!account.exists) {
      account.exists = true;
      this.journal.push(() => {
        account.exists = false;
      });
    }
    return account;
  }

  exists(address: Hex): boolean {
    return this.#account(address).exists;
  }

  isEmpty(address: Hex): boolean {
    const account = this.#account(address);
    return account.nonce === 0 && account.balance === 0n && isEmptyCode(account.codeHash);
  }

  balance(address: Hex): bigint {
    return this.#account(address).balance;
  }

  setBalance(address: Hex, balance: bigint): void {
    const account = this.#write(address);
    const before = account.balance;
    account.balance = balance;
    this.journal.push(() => {
      account.balance = before;
    });
  }

  addBalance(address: Hex, amount: bigint): void {
    if (amount === 0n) this.touchExisting(address);
    else this.setBalance(address, this.balance(address) + amount);
  }

  /** A transfer of nothing touches what is there and creates nothing. */
  touchExisting(address: Hex): void {
    if (this.#account(address).exists) this.#dirty.add(address);
    this.touch(address);
  }

  nonce(address: Hex): number {
    return this.#account(address).nonce;
  }

  setNonce(address: Hex, nonce: number): void {
    const account = this.#write(address);
    const before = account.nonce;
    account.nonce = nonce;
    this.journal.push(() => {
      account.nonce = before;
    });
  }

  code(address: Hex): Uint8Array {
    const account = this.#account(address);
    if (account.code === undefined) {
      if (isEmptyCode(account.codeHash)) account.code = EMPTY_BYTES;
      else {
        account.code = this.#newCode.get(bytesToHex(account.codeHash))?.[1] ?? this.#nodes.get(account.codeHash);
        if (account.code === undefined) throw new CriticalError(`the state lacks the code ${bytesToHex(account.codeHash)} of ${address}: the store is damaged`);
      }
    }
    return account.code;
  }

  codeHash(address: Hex): Uint8Array {
    return this.#account(address).codeHash;
  }

  setCode(address: Hex, code: Uint8Array): void {
    const account = this.#write(address);
    const { code: before, codeHash } = account;
    account.code = code;
    account.codeHash = code.length === 0 ? EMPTY_CODE_HASH : keccak256(code);
    if (code.length > 0) this.#newCode.set(bytesToHex(account.codeHash), [account.codeHash, code]);
    this.journal.push(() => {
      account.code = before;
      account.codeHash = codeHash;
    });
  }

  storage(address: Hex, slot: bigint): bigint {
    return readSlot(this.#account(address), this.#nodes, slot);
  }

  /** The slot's value when the transaction began. */
  originalStorage(address: Hex, slot: bigint): bigint {
    return this.#account(address).original.get(slot) ?? this.storage(address, slot);
  }

  setStorage(address: Hex, slot: bigint, value: bigint): void {
    const before = this.storage(address, slot);
    if (before === value) return;
    const account = this.#write(address);
    if (!account.original.has(slot)) {
      account.original.set(slot, before);
      this.#originalsOf.add(account);
    }
    account.storage.set(slot, value);
    account.dirtySlots.add(slot);
    this.journal.push(() => account.storage.set(slot, before));
  }

  /** Whether an address has storage: with a nonce or code it makes a creation there collide (EIP-7610). */
  hasStorage(address: Hex): boolean {
    const account = this.#account(address);
    return !account.wiped && !Buffer.from(account.storageRoot).equals(EMPTY_STORAGE_ROOT);
  }

  /** Begins a contract at an address: its old storage is gone, its balance stays. */
  createContract(address: Hex): void {
    const account = this.#write(address);
    const { storage, wiped } = account;
    account.storage = new Map();
    account.wiped = true;
    const isNew = !this.created.has(address);
    this.created.add(address);
    this.journal.push(() => {
      account.storage = storage;
      account.wiped = wiped;
      if (isNew) this.created.delete(address);
    });
  }

  override beginTransaction(): void {
    for (const account of this.#originalsOf) account.original.clear();
    this.#originalsOf.clear();
    super.beginTransaction();
  }

  /** Removes what self-destructed and what was touched and is empty. */
  endTransaction(): void {
    for (const address of this.destroyed) this.#erase(address);
    for (const address of this.touched) if (this.isEmpty(address)) this.#erase(address);
    this.journal = [];
  }

  #erase(address: Hex): void {
    const account = this.#account(address);
    if (!account.exists) return;
    Object.assign(account, { exists: false, nonce: 0, balance: 0n, codeHash: EMPTY_CODE_HASH, code: undefined, storageRoot: EMPTY_STORAGE_ROOT, storage: new Map(), dirtySlots: new Set(), original: new Map(), wiped: false });
    this.#dirty.add(address);
  }

  /** Hashes what changed since the last commit. The state goes on from there. */
  commit(): StateCommit {
    const nodes: (readonly [Uint8Array, Uint8Array])[] = [...this.#newCode.values()];
    const sink = (hash: Uint8Array, encoded: Uint8Array) => {
      nodes.push([hash, encoded]);
    };
    for (const address of this.#dirty) {
      const account = this.#account(address);
      if (!account.exists) {
        this.#trie.set(accountKey(address), undefined);
        continue;
      }
      if (account.wiped || account.dirtySlots.size > 0) commitStorage(account, this.#nodes, sink);
      this.#trie.set(accountKey(address), encodeAccount(account));
    }
    const root = this.#trie.commit(sink);
    this.#dirty.clear();
    this.#newCode.clear();
    return { root, nodes };
  }

  /** Storage root as of the last commit. */
  storageRoot(address: Hex): Uint8Array {
    return this.#account(address).storageRoot;
  }

  /** Proofs against the state root as of the last commit. Source: EIP-1186. */
  proof(address: Hex, slots: readonly bigint[]): AccountProof {
    const account = this.#account(address);
    const trie = new Trie(this.#nodes, account.storageRoot);
    return {
      address,
      balance: account.balance,
      nonce: account.nonce,
      codeHash: bytesToHex(account.codeHash),
      storageHash: bytesToHex(account.storageRoot),
      accountProof: this.#trie.prove(accountKey(address)),
      storageProof: slots.map((key) => ({ key, value: this.storage(address, key), proof: trie.prove(slotKey(key)) })),
    };
  }
}

function isEmptyCode(codeHash: Uint8Array): boolean {
  return codeHash === EMPTY_CODE_HASH || Buffer.from(codeHash).equals(EMPTY_CODE_HASH);
}
