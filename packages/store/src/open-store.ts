import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { concatBytes, CriticalError, errorMessage } from "@pangaea/primitives";
import { FileStore } from "./file-store.ts";
import { LmdbStore, lmdbProblem } from "./lmdb-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { checkBatch, type Store } from "./store.ts";

/** LMDB's file in its folder. */
const LMDB_FILE = "data.mdb";

/** The store in a folder, or one in memory when there is none; where LMDB cannot be loaded a slower one, which a folder then keeps. Throws `CriticalError` when the folder cannot be used. */
export function openStore(path: string | undefined): Store {
  if (path === undefined) return new MemoryStore();
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CriticalError(`the folder ${path} cannot be made (${errorMessage(error)}): give a --data-dir that this user may write to`);
  }
  if (FileStore.isIn(path)) return new FileStore(path);
  const problem = lmdbProblem();
  if (problem === undefined) return new LmdbStore(path);
  if (existsSync(join(path, LMDB_FILE))) throw new CriticalError(`the store at ${path} was written with the native module lmdb, which cannot be loaded here (${problem}): run npm install again, or use a new --data-dir`);
  return new FileStore(path);
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
