import { bigIntToBytes, bytesToBigInt, bytesToHex, CriticalError, EMPTY_BYTES, type Hex, hexToBytes, keccak256, type Log, rlpBytes, rlpDecode, rlpEncode, rlpInteger } from "@pangaea/primitives";
import { decodeAccount, EMPTY_CODE_HASH, EMPTY_STORAGE_ROOT, encodeAccount } from "./account.ts";
import { type NodeStore, Trie } from "./trie.ts";

/** An account with what has been read and written of it since the state was opened. */
interface LiveAccount {
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

const RIPEMD: Hex = "0x0000000000000000000000000000000000000003";
const MAX_KEY_CACHE = 100_000;
const slotKeys = new Map<bigint, Uint8Array>();
const accountKeys = new Map<Hex, Uint8Array>();

function cached<K>(cache: Map<K, Uint8Array>, key: K, make: () => Uint8Array): Uint8Array {
  let hash = cache.get(key);
  if (hash === undefined) {
    if (cache.size >= MAX_KEY_CACHE) cache.clear();
    hash = make();
    cache.set(key, hash);
  }
  return hash;
}

const slotKey = (slot: bigint): Uint8Array => cached(slotKeys, slot, () => keccak256(bigIntToBytes(slot, 32)));
const accountKey = (address: Hex): Uint8Array => cached(accountKeys, address, () => keccak256(hexToBytes(address)));

/**
 * The world at a state root: accounts, storage and code, read as needed and written in memory with a journal. `commit` hashes what
 * changed and can be followed by further blocks; values in wei. Addresses are lower-case hex.
 */
export class WorldState {
  readonly #nodes: NodeStore;
  readonly #trie: Trie;
  readonly #accounts = new Map<Hex, LiveAccount>();
  readonly #dirty = new Set<Hex>();
  readonly #newCode = new Map<string, readonly [Uint8Array, Uint8Array]>();
  #journal: (() => void)[] = [];
  #touched = new Set<Hex>();
  #created = new Set<Hex>();
  #destroyed = new Set<Hex>();
  #originalsOf = new Set<LiveAccount>();
  #warmAddresses = new Set<Hex>();
  #warmSlots = new Map<Hex, Set<bigint>>();
  #transient = new Map<Hex, Map<bigint, bigint>>();
  #refund = 0;
  #logs: Log[] = [];

  constructor(nodes: NodeStore, root: Uint8Array = EMPTY_STORAGE_ROOT) {
    this.#nodes = nodes;
    this.#trie = new Trie(nodes, root);
  }

  #account(address: Hex): LiveAccount {
    let account = this.#accounts.get(address);
    if (account === undefined) {
      const encoded = this.#trie.get(accountKey(address));
      const found = encoded === undefined ? undefined : decodeAccount(encoded);
      account = {
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
      this.#journal.push(() => {
        account.exists = false;
      });
    }
    return account;
  }

  /** Marks for the clearing of empty accounts at the transaction's end (EIP-161). */
  touch(address: Hex): void {
    if (this.#touched.has(address)) return;
    this.#touched.add(address);
    // A touch of the RIPEMD precompile outlives its revert: a quirk of mainnet's history that EIP-161 clients keep.
    if (address !== RIPEMD) this.#journal.push(() => this.#touched.delete(address));
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
    this.#journal.push(() => {
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
    this.#journal.push(() => {
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
    this.#journal.push(() => {
      account.code = before;
      account.codeHash = codeHash;
    });
  }

  storage(address: Hex, slot: bigint): bigint {
    const account = this.#account(address);
    let value = account.storage.get(slot);
    if (value === undefined) {
      const encoded = account.wiped || account.storageRoot === EMPTY_STORAGE_ROOT ? undefined : new Trie(this.#nodes, account.storageRoot).get(slotKey(slot));
      value = encoded === undefined ? 0n : bytesToBigInt(rlpBytes(rlpDecode(encoded), "storage value"));
      account.storage.set(slot, value);
    }
    return value;
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
    this.#journal.push(() => account.storage.set(slot, before));
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
    const isNew = !this.#created.has(address);
    this.#created.add(address);
    this.#journal.push(() => {
      account.storage = storage;
      account.wiped = wiped;
      if (isNew) this.#created.delete(address);
    });
  }

  /** Whether the account was created in this transaction. */
  isCreated(address: Hex): boolean {
    return this.#created.has(address);
  }

  /** Marks an account to be removed when the transaction ends. */
  selfDestruct(address: Hex): void {
    if (this.#destroyed.has(address)) return;
    this.#destroyed.add(address);
    this.#journal.push(() => this.#destroyed.delete(address));
  }

  isDestroyed(address: Hex): boolean {
    return this.#destroyed.has(address);
  }

  transient(address: Hex, slot: bigint): bigint {
    return this.#transient.get(address)?.get(slot) ?? 0n;
  }

  setTransient(address: Hex, slot: bigint, value: bigint): void {
    let slots = this.#transient.get(address);
    if (slots === undefined) this.#transient.set(address, (slots = new Map()));
    const before = slots.get(slot) ?? 0n;
    slots.set(slot, value);
    this.#journal.push(() => slots.set(slot, before));
  }

  /** Warms an address; whether it was cold. */
  warmAddress(address: Hex): boolean {
    if (this.#warmAddresses.has(address)) return false;
    this.#warmAddresses.add(address);
    this.#journal.push(() => this.#warmAddresses.delete(address));
    return true;
  }

  /** Warms a slot; whether it was cold. */
  warmSlot(address: Hex, slot: bigint): boolean {
    let slots = this.#warmSlots.get(address);
    if (slots === undefined) this.#warmSlots.set(address, (slots = new Set()));
    if (slots.has(slot)) return false;
    slots.add(slot);
    this.#journal.push(() => slots.delete(slot));
    return true;
  }

  get refund(): number {
    return this.#refund;
  }

  addRefund(amount: number): void {
    this.#refund += amount;
    this.#journal.push(() => {
      this.#refund -= amount;
    });
  }

  get logs(): readonly Log[] {
    return this.#logs;
  }

  addLog(log: Log): void {
    this.#logs.push(log);
    this.#journal.push(() => this.#logs.pop());
  }

  checkpoint(): number {
    return this.#journal.length;
  }

  revertTo(checkpoint: number): void {
    while (this.#journal.length > checkpoint) this.#journal.pop()!();
  }

  beginTransaction(): void {
    for (const account of this.#originalsOf) account.original.clear();
    this.#originalsOf.clear();
    this.#journal = [];
    this.#touched = new Set();
    this.#created = new Set();
    this.#destroyed = new Set();
    this.#warmAddresses = new Set();
    this.#warmSlots = new Map();
    this.#transient = new Map();
    this.#refund = 0;
    this.#logs = [];
  }

  /** Removes what self-destructed and what was touched and is empty. */
  endTransaction(): void {
    for (const address of this.#destroyed) this.#erase(address);
    for (const address of this.#touched) if (this.isEmpty(address)) this.#erase(address);
    this.#journal = [];
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
      if (account.wiped || account.dirtySlots.size > 0) this.#commitStorage(account, sink);
      this.#trie.set(accountKey(address), encodeAccount(account));
    }
    const root = this.#trie.commit(sink);
    this.#dirty.clear();
    this.#newCode.clear();
    return { root, nodes };
  }

  #commitStorage(account: LiveAccount, sink: (hash: Uint8Array, encoded: Uint8Array) => void): void {
    const trie = new Trie(this.#nodes, account.wiped ? EMPTY_STORAGE_ROOT : account.storageRoot);
    for (const slot of account.wiped ? account.storage.keys() : account.dirtySlots) {
      const value = account.storage.get(slot) ?? 0n;
      trie.set(slotKey(slot), value === 0n ? undefined : rlpEncode(rlpInteger(value)));
    }
    account.storageRoot = trie.commit(sink);
    account.wiped = false;
    account.dirtySlots.clear();
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
