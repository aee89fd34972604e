import { MemoryStore, type Range, type Store, type Write } from "@pangaea/store";

/** Ends a process at one of its writes, before it is made or right after; counts the writes of all stores that share it. */
export class Fuse {
  writes = 0;
  blown = false;
  readonly #at: number;
  readonly #side: "before" | "after";

  constructor(at = 0, side: "before" | "after" = "before") {
    this.#at = at;
    this.#side = side;
  }

  guard(write: () => void): void {
    if (this.blown) throw new Error("the process has ended");
    this.writes++;
    const ends = this.writes === this.#at;
    if (!ends || this.#side === "after") write();
    if (!ends) return;
    this.blown = true;
    throw new Error("the process ends here");
  }
}

/** A store that outlives its process. */
export class FusedStore implements Store {
  readonly #inner: Store;
  readonly #fuse: Fuse;
  readonly #onClose: () => void;

  constructor(inner: Store, fuse: Fuse, onClose: () => void) {
    this.#inner = inner;
    this.#fuse = fuse;
    this.#onClose = onClose;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#inner.get(key);
  }

  entries(range?: Range): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    return this.#inner.entries(range);
  }

  write(batch: readonly Write[]): void {
    this.#fuse.guard(() => this.#inner.write(batch));
  }

  async close(): Promise<void> {
    this.#onClose();
  }
}

/** The stores of a data directory, by name. */
export class DataDirectory {
  /** Names of the stores that were closed. */
  readonly closed: string[] = [];
  readonly #stores = new Map<string, MemoryStore>();

  open(name: string, fuse: Fuse): Store {
    const store = this.#stores.get(name) ?? new MemoryStore();
    this.#stores.set(name, store);
    return new FusedStore(store, fuse, () => void this.closed.push(name));
  }

  /** Every key with its value in every store, as text. */
  contents(): readonly string[] {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    return [...this.#stores].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, store]) => [...store.entries()].map(([key, value]) => `${name} ${hex(key)} ${hex(value)}`));
  }
}
