import { concatBytes } from "@pangaea/primitives";
import { CHECK_SIZE, checked, corrupt, guarded, numberKey, withCheck } from "../checked-value.ts";
import type { Store, Write } from "../store.ts";

/** An LMDB page of 4096 bytes less its header: a value of this length wastes nothing. */
const PAGE_BYTES = 4_080;
const DELETES_A_BATCH = 512;

export interface PagedRecordsOptions {
  /** First byte of the keys. */
  readonly kind: number;
  /** Bytes of a record. */
  readonly recordSize: number;
  /** Pages kept in memory, at least one. */
  readonly cachedPages: number;
  /** Names the records in errors, and says what to do when they are damaged. */
  readonly where: string;
  readonly remedy: string;
}

/**
 * Records of one size, found by their index, as many to a stored value as fill a page of the disk. What lies before the first
 * record or after the last is for the caller to know: an index outside is an error, and appending at an index overwrites what follows it.
 * The page's check is verified when it is read from the store. The pages read last are kept.
 */
export class PagedRecords {
  readonly #store: Pick<Store, "get" | "entries" | "write">;
  readonly #options: PagedRecordsOptions;
  readonly #perPage: number;
  /** Pages read since the generation before was full; a page of the old generation that is read again joins them. */
  #young = new Map<number, Buffer>();
  #old = new Map<number, Buffer>();

  constructor(store: Store, options: PagedRecordsOptions) {
    this.#store = guarded(store, options.where);
    this.#options = options;
    this.#perPage = Math.floor((PAGE_BYTES - CHECK_SIZE) / options.recordSize);
  }

  /** The page that holds a record, not to be changed; the record stands at `offsetOf` it. Throws `CriticalError` when it is missing or damaged. */
  pageOf(index: number): Buffer {
    return this.#page(Math.floor(index / this.#perPage), this.offsetOf(index) + this.#options.recordSize);
  }

  /** Where a record stands in its page, bytes. */
  offsetOf(index: number): number {
    return (index % this.#perPage) * this.#options.recordSize;
  }

  /** A copy of the records from an index to before another, joined. Throws as `pageOf` does. */
  slice(from: number, to: number): Uint8Array {
    const { recordSize } = this.#options;
    const out = new Uint8Array((to - from) * recordSize);
    for (let index = from; index < to; ) {
      const number = Math.floor(index / this.#perPage);
      const start = index - number * this.#perPage;
      const count = Math.min(this.#perPage - start, to - index);
      out.set(this.#page(number, (start + count) * recordSize).subarray(start * recordSize, (start + count) * recordSize), (index - from) * recordSize);
      index += count;
    }
    return out;
  }

  /** The writes that put joined records at an index and behind it. `fresh` says that no record is before them, so none is looked for. */
  append(index: number, records: Uint8Array, fresh: boolean): Write[] {
    const { recordSize, kind } = this.#options;
    const writes: Write[] = [];
    let number = Math.floor(index / this.#perPage);
    const start = (index - number * this.#perPage) * recordSize;
    let head = start === 0 ? undefined : fresh ? new Uint8Array(start) : this.#page(number, start).subarray(0, start);
    for (let at = 0; at < records.length; number++) {
      const room = this.#perPage * recordSize - (head?.length ?? 0);
      const part = records.subarray(at, at + room);
      const key = numberKey(kind, number);
      writes.push([key, withCheck(key, head === undefined ? part : concatBytes(head, part))]);
      at += part.length;
      head = undefined;
    }
    return writes;
  }

  /** The number of pages that hold nothing but records before `to`; `from` is the first record. */
  pagesBefore(from: number, to: number): number {
    return Math.floor(to / this.#perPage) - Math.floor(from / this.#perPage);
  }

  /** The writes that delete those pages. */
  dropBefore(from: number, to: number): Write[] {
    const first = Math.floor(from / this.#perPage);
    return Array.from({ length: this.pagesBefore(from, to) }, (_, i) => [numberKey(this.#options.kind, first + i), undefined]);
  }

  /** Deletes the pages that hold nothing but records from `end` on, in batches. */
  sweepFrom(end: number): void {
    sweep(this.#store, this.#options.kind, Math.ceil(end / this.#perPage));
  }

  /** To be called when records from `index` on have been written, or without it for any. */
  forget(index?: number): void {
    if (index === undefined) {
      this.#young.clear();
      this.#old.clear();
      return;
    }
    const number = Math.floor(index / this.#perPage);
    this.#young.delete(number);
    this.#old.delete(number);
  }

  /** A page with at least so many bytes of records. */
  #page(number: number, bytes: number): Buffer {
    let page = this.#young.get(number);
    if (page === undefined) {
      page = this.#old.get(number) ?? this.#load(number);
      if (this.#young.size >= this.#options.cachedPages / 2) {
        this.#old = this.#young;
        this.#young = new Map();
      }
      this.#young.set(number, page);
    }
    if (page.length < bytes) throw this.#damaged(number, `it has ${page.length} bytes of records, fewer than ${bytes}`);
    return page;
  }

  #load(number: number): Buffer {
    const { kind, recordSize, where, remedy } = this.#options;
    const key = numberKey(kind, number);
    const stored = this.#store.get(key);
    if (stored === undefined) throw this.#damaged(number, "it is missing");
    const page = checked(key, stored, where, remedy);
    if (page.length % recordSize !== 0 || page.length > this.#perPage * recordSize) throw this.#damaged(number, `${page.length} bytes are not 1 to ${this.#perPage} records of ${recordSize}`);
    return Buffer.from(page.buffer, page.byteOffset, page.length);
  }

  #damaged(number: number, what: string): Error {
    return corrupt(numberKey(this.#options.kind, number), what, this.#options.where, this.#options.remedy);
  }
}

/** Deletes the records of a kind whose number is `from` or above, in bounded batches. */
export function sweep(store: Pick<Store, "entries" | "write">, kind: number, from: number): void {
  for (;;) {
    const keys = [...store.entries({ from: numberKey(kind, from), to: Uint8Array.of(kind + 1), limit: DELETES_A_BATCH })].map(([key]) => key);
    if (keys.length === 0) return;
    store.write(keys.map((key) => [key, undefined]));
  }
}
