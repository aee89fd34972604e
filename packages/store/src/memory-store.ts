import { checkBatch, type Range, type Store, type Write } from "./store.ts";

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * A store in memory: a map for look-ups, and the keys in order for walks. New keys wait unsorted until the next walk, which merges them in,
 * so that a large batch costs no more than its writes.
 */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, Entry>();
  #ordered: readonly string[] = [];
  /** Keys that are in the map and not yet among the ordered. */
  #added: string[] = [];
  /** Whether ordered keys have left the map. */
  #removed = false;

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(mapKey(key))?.value;
  }

  *entries(range: Range = {}): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    const ordered = this.#inOrder();
    const start = range.from === undefined ? 0 : lowerBound(ordered, mapKey(range.from));
    const end = range.to === undefined ? ordered.length : lowerBound(ordered, mapKey(range.to));
    let left = range.limit ?? Number.MAX_SAFE_INTEGER;
    for (let i = start; i < end && left > 0; i++) {
      const entry = this.#entries.get(ordered[range.reverse === true ? end - 1 - (i - start) : i]!);
      if (entry === undefined) continue;
      left--;
      yield [entry.key, entry.value];
    }
  }

  write(batch: readonly Write[]): void {
    checkBatch(batch);
    for (const [key, value] of batch) {
      const id = mapKey(key);
      const known = this.#entries.has(id);
      if (value !== undefined) this.#entries.set(id, { key: key.slice(), value: value.slice() });
      else if (known) this.#removed = this.#entries.delete(id);
      if (value !== undefined && !known) this.#added.push(id);
    }
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#ordered = [];
    this.#added = [];
  }

  #inOrder(): readonly string[] {
    if (this.#added.length > 0 || this.#removed) this.#ordered = merge(this.#ordered, this.#added.sort(), this.#entries);
    this.#added = [];
    this.#removed = false;
    return this.#ordered;
  }
}

/** A key as a string of one character a byte: the order of such strings is the order of the bytes. */
const mapKey = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");

/** Two sorted lists as one without repetitions and without keys that have gone. A key that went and came again stands in both. */
function merge(old: readonly string[], added: readonly string[], present: ReadonlyMap<string, unknown>): string[] {
  const merged: string[] = [];
  for (let i = 0, j = 0; i < old.length || j < added.length; ) {
    const next = j === added.length || (i < old.length && old[i]! <= added[j]!) ? old[i++]! : added[j++]!;
    if (merged.at(-1) !== next && present.has(next)) merged.push(next);
  }
  return merged;
}

function lowerBound(ordered: readonly string[], key: string): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ordered[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
