import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LmdbStore, MemoryStore, prefixed, type Range, type Store, type Write } from "../../src/index.ts";

/** Fresh stores of each kind; those on LMDB are parts of one environment, which `close` removes. */
export function storeKinds(): { readonly kinds: readonly (readonly [name: string, open: () => Store])[]; close(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-store-"));
  const lmdb = new LmdbStore(folder);
  let next = 0;
  const part = () => {
    const prefix = new Uint8Array(4);
    new DataView(prefix.buffer).setUint32(0, next++);
    return prefixed(lmdb, prefix);
  };
  return {
    kinds: [["memory", () => new MemoryStore()], ["lmdb", part]],
    async close() {
      await lmdb.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A store whose disk fails at the write or read after so many; what was written stays. */
export class FailingStore implements Store {
  writesLeft = Number.MAX_SAFE_INTEGER;
  readsLeft = Number.MAX_SAFE_INTEGER;
  readonly inner: Store;

  constructor(inner: Store) {
    this.inner = inner;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.readsLeft-- <= 0) throw new Error("input/output error");
    return this.inner.get(key);
  }

  *entries(range?: Range): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    if (this.readsLeft-- <= 0) throw new Error("input/output error");
    yield* this.inner.entries(range);
  }

  write(batch: readonly Write[]): void {
    if (this.writesLeft-- <= 0) throw new Error("no space left on device");
    this.inner.write(batch);
  }

  async close(): Promise<void> {
    await this.inner.close();
  }
}

/** Every key with its value, in order. */
export const contents = (store: Store): readonly (readonly [string, string])[] => [...store.entries()].map(([key, value]) => [Buffer.from(key).toString("hex"), Buffer.from(value).toString("hex")]);
