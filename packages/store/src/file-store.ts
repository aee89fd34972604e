import { closeSync, existsSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { concatBytes, CriticalError, errorMessage } from "@pangaea/primitives";
import { MemoryStore } from "./memory-store.ts";
import { checkBatch, type Range, type Store, type Write } from "./store.ts";

const LOG_FILE = "entries.log";
const NEXT_LOG_FILE = "entries.next";
/** Length of the body that follows, CRC-32 of that length, so that a damaged one does not pass for a record that was cut off, and CRC-32 of the body; big endian. */
const RECORD_HEAD = 12;
const LENGTH_SIZE = 4;
/** Bytes of the log that are always kept before it is written anew. */
const LEAST_COMPACTED = 16_000_000;
const GROWTH = 3;
/** A length that says that the key was deleted. */
const DELETED = 0xffff_ffff;
/** Bytes of a record when the log is written anew. */
const RECORD_SIZE = 1_000_000;

/**
 * A store in one file, the stand-in where LMDB cannot be loaded: all entries in memory, and a log of batches that is read when it is opened.
 * A batch is one checksummed record, on disk when `write` returns; the record that a crash cut off is dropped. One writer.
 */
export class FileStore implements Store {
  readonly #folder: string;
  readonly #entries = new MemoryStore();
  #file: number;
  #size = 0;
  /** Log size at which it is written anew. */
  #most = LEAST_COMPACTED;

  /** Whether a folder holds such a store. */
  static isIn(folder: string): boolean {
    return existsSync(join(folder, LOG_FILE));
  }

  /** Opens or creates the store in `folder`. Throws `CriticalError` when the log is damaged or the folder cannot be used. */
  constructor(folder: string) {
    this.#folder = folder;
    const path = join(folder, LOG_FILE);
    try {
      this.#file = openSync(path, "a+", 0o600);
      const { buffer, byteOffset, length } = readFileSync(path);
      this.#size = this.#replay(new Uint8Array(buffer, byteOffset, length), path);
      ftruncateSync(this.#file, this.#size);
    } catch (error) {
      if (error instanceof CriticalError) throw error;
      throw new CriticalError(`the store at ${folder} cannot be opened (${errorMessage(error)}): check the folder's permissions and free space, or leave --data-dir out to run in memory`);
    }
    this.#compact();
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(key);
  }

  entries(range?: Range): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    return this.#entries.entries(range);
  }

  write(batch: readonly Write[]): void {
    checkBatch(batch);
    if (batch.length === 0) return;
    this.#size += append(this.#file, batch);
    fdatasyncSync(this.#file);
    this.#entries.write(batch);
    if (this.#size > this.#most) this.#compact();
  }

  async close(): Promise<void> {
    closeSync(this.#file);
    await this.#entries.close();
  }

  /** Takes in the log; gives the length of what is whole. Throws `CriticalError` where something is damaged that no crash explains. */
  #replay(log: Uint8Array, path: string): number {
    const view = new DataView(log.buffer, log.byteOffset, log.length);
    let at = 0;
    while (at + RECORD_HEAD <= log.length) {
      const bodyAt = at + RECORD_HEAD;
      const hasLength = crc32(log.subarray(at, at + LENGTH_SIZE)) === view.getUint32(at + LENGTH_SIZE);
      const end = hasLength ? bodyAt + view.getUint32(at) : bodyAt;
      if (end > log.length) break;
      const body = log.subarray(bodyAt, end);
      if (!hasLength || crc32(body) !== view.getUint32(at + 2 * LENGTH_SIZE)) {
        if (log.subarray(end).every((byte) => byte === 0)) break;
        throw new CriticalError(`the store's log ${path} is damaged at byte ${at}: put a copy of the folder in its place, or delete the folder and start again`);
      }
      this.#entries.write(decodeBatch(body));
      at = end;
    }
    return at;
  }

  /** Writes the log anew from the entries when much of it is outdated. */
  #compact(): void {
    if (this.#size <= LEAST_COMPACTED) return;
    const next = join(this.#folder, NEXT_LOG_FILE);
    const file = openSync(next, "w", 0o600);
    let size = 0;
    let batch: Write[] = [];
    let batched = 0;
    for (const [key, value] of this.#entries.entries()) {
      batch.push([key, value]);
      batched += key.length + value.length;
      if (batched < RECORD_SIZE) continue;
      size += append(file, batch);
      batch = [];
      batched = 0;
    }
    if (batch.length > 0) size += append(file, batch);
    fsyncSync(file);
    closeSync(file);
    closeSync(this.#file);
    renameSync(next, join(this.#folder, LOG_FILE));
    const directory = openSync(this.#folder, "r");
    fsyncSync(directory);
    closeSync(directory);
    this.#file = openSync(join(this.#folder, LOG_FILE), "a+", 0o600);
    this.#size = size;
    this.#most = Math.max(LEAST_COMPACTED, GROWTH * size);
  }
}

/** Writes a batch as one record at the end of a file; gives its length. */
function append(file: number, batch: readonly Write[]): number {
  const body = encodeBatch(batch);
  const head = new Uint8Array(RECORD_HEAD);
  const view = new DataView(head.buffer);
  view.setUint32(0, body.length);
  view.setUint32(LENGTH_SIZE, crc32(head.subarray(0, LENGTH_SIZE)));
  view.setUint32(2 * LENGTH_SIZE, crc32(body));
  const record = concatBytes(head, body);
  for (let written = 0; written < record.length; ) written += writeSync(file, record, written);
  return record.length;
}

function encodeBatch(batch: readonly Write[]): Uint8Array {
  return concatBytes(
    ...batch.flatMap(([key, value]) => {
      const head = new Uint8Array(6);
      const view = new DataView(head.buffer);
      view.setUint16(0, key.length);
      view.setUint32(2, value?.length ?? DELETED);
      return value === undefined ? [head, key] : [head, key, value];
    }),
  );
}

function decodeBatch(body: Uint8Array): readonly Write[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const batch: Write[] = [];
  for (let at = 0; at < body.length; ) {
    const keyEnd = at + 6 + view.getUint16(at);
    const length = view.getUint32(at + 2);
    const valueEnd = length === DELETED ? keyEnd : keyEnd + length;
    batch.push([body.subarray(at + 6, keyEnd), length === DELETED ? undefined : body.subarray(keyEnd, valueEnd)]);
    at = valueEnd;
  }
  return batch;
}
