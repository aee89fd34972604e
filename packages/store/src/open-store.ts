import { mkdirSync } from "node:fs";
import { concatBytes, CriticalError, errorMessage } from "@pangaea/primitives";
import { LmdbStore } from "./lmdb-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { checkBatch, type Store } from "./store.ts";

/** The store in a folder, or one in memory when there is none. Throws `CriticalError` when the folder cannot be used. */
export function openStore(path: string | undefined): Store {
  if (path === undefined) return new MemoryStore();
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CriticalError(`the folder ${path} cannot be made (${errorMessage(error)}): give a --data-dir that this user may write to`);
  }
  return new LmdbStore(path);
}

/** The part of a store whose keys begin with a prefix; the prefix is not seen. Closing it leaves the store open. */
export function prefixed(store: Store, prefix: Uint8Array): Store {
  const end = successor(prefix);
  const inside = (key: Uint8Array) => concatBytes(prefix, key);
  return {
    get: (key) => store.get(inside(key)),
    *entries(range = {}) {
      const { from, to, ...rest } = range;
      for (const [key, value] of store.entries({ ...rest, from: from === undefined ? prefix : inside(from), ...(to !== undefined ? { to: inside(to) } : end !== undefined ? { to: end } : {}) })) yield [key.subarray(prefix.length), value];
    },
    write: (batch) => {
      checkBatch(batch);
      store.write(batch.map(([key, value]) => [inside(key), value]));
    },
    async close() {},
  };
}

/** The least key after all keys with a prefix; undefined when there is none. */
function successor(prefix: Uint8Array): Uint8Array | undefined {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last < 0) return undefined;
  const end = prefix.slice(0, last + 1);
  end[last] = end[last]! + 1;
  return end;
}
