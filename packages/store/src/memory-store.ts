import type { Range, Store, Write } from "./store.ts";

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A store in memory: a map for look-ups, and an ordered view that is made anew when iterated after a change of keys. */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, Entry>();
  #ordered: Entry[] | undefined;

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(mapKey(key))?.value;
  }

  *entries(range: Range = {}): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    const ordered = (this.#ordered ??= [...this.#entries.values()].sort((a, b) => Buffer.compare(a.key, b.key)));
    const start = range.from === undefined ? 0 : lowerBound(ordered, range.from);
    const end = range.to === undefined ? ordered.length : lowerBound(ordered, range.to);
    const count = Math.min(Math.max(end - start, 0), range.limit ?? Number.MAX_SAFE_INTEGER);
    for (let i = 0; i < count; i++) {
      const { key, value } = ordered[range.reverse === true ? end - 1 - i : start + i]!;
      yield [key, value];
    }
  }

  write(batch: readonly Write[]): void {
    this.#ordered = undefined;
    for (const [key, value] of batch) {
      const id = mapKey(key);
      if (value === undefined) this.#entries.delete(id);
      else this.#entries.set(id, { key: key.slice(), value: value.slice() });

    }
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#ordered = undefined;
  }
}

const mapKey = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");

function lowerBound(ordered: readonly Entry[], key: Uint8Array): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(ordered[middle]!.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
