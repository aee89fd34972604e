import { createRequire } from "node:module";
import { CriticalError, errorMessage } from "@pangaea/primitives";
import type { Database } from "lmdb";
import { checkBatch, type Range, type Store, type Write } from "./store.ts";

const MAP_SIZE = 1 << 30;

/** A store in an LMDB environment: one folder, one writer. A batch is one durable transaction. */
export class LmdbStore implements Store {
  readonly #database: Database<Uint8Array, Buffer>;

  /** Opens or creates the environment at `path`. Throws `CriticalError` when LMDB cannot be loaded or the folder not be used. */
  constructor(path: string) {
    try {
      const { open } = loadLmdb();
      // Without overlapping syncs a transaction is on disk when it returns.
      this.#database = open<Uint8Array, Buffer>({ path, keyEncoding: "binary", encoding: "binary", mapSize: MAP_SIZE, compression: false, noSubdir: false, overlappingSync: false });
    } catch (error) {
      throw new CriticalError(`the store at ${path} cannot be opened (${errorMessage(error)}): check the folder's permissions and free space, or leave --data-dir out to run in memory`);
    }
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#database.get(asBuffer(key));
    return value === undefined ? undefined : new Uint8Array(value);
  }

  *entries(range: Range = {}): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    const { from, to, limit, reverse } = range;
    // LMDB walks backwards from an inclusive start to an exclusive end; ours is the mirror, so the bounds are filtered.
    const bounds = reverse === true ? { ...(to === undefined ? {} : { start: asBuffer(to) }), reverse: true } : { ...(from === undefined ? {} : { start: asBuffer(from) }), ...(to === undefined ? {} : { end: asBuffer(to) }) };
    let left = limit ?? Number.MAX_SAFE_INTEGER;
    for (const { key, value } of this.#database.getRange(bounds)) {
      if (left === 0) return;
      if (reverse === true && to !== undefined && Buffer.compare(key, to) >= 0) continue;
      if (reverse === true && from !== undefined && Buffer.compare(key, from) < 0) return;
      left--;
      yield [new Uint8Array(key), new Uint8Array(value)];
    }
  }

  write(batch: readonly Write[]): void {
    checkBatch(batch);
    if (batch.length === 0) return;
    this.#database.transactionSync(() => {
      for (const [key, value] of batch) {
        if (value === undefined) this.#database.removeSync(asBuffer(key));
        else this.#database.putSync(asBuffer(key), value);
      }
    });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

const loadLmdb = (): typeof import("lmdb") => createRequire(import.meta.url)("lmdb");

/** Why LMDB cannot be loaded on this machine; undefined when it can. */
export function lmdbProblem(): string | undefined {
  try {
    loadLmdb();
    return undefined;
  } catch (error) {
    return errorMessage(error).split("\n")[0];
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
