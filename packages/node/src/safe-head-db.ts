import { type BlockId, bytesToHex, concatBytes, hexToBytes, NotFoundError, readU64, writeU64 } from "@pangaea/primitives";
import type { Store, Write } from "@pangaea/store";

const VALUE_SIZE = 72;
const PREFIX = 0x00;
/** Sorts after all entries. */
const FLOOR_KEY = Uint8Array.of(0x01);

function keyOf(l1Number: number): Uint8Array {
  const key = new Uint8Array(9);
  key[0] = PREFIX;
  writeU64(key, 1, l1Number);
  return key;
}

/** Which L2 block was safe at each L1 block, kept between starts. Source: op-node `safedb`. */
export class SafeHeadDb {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  record(l1: BlockId, l2: BlockId): void {
    const number = new Uint8Array(8);
    writeU64(number, 0, l2.number);
    this.#store.write([[keyOf(l1.number), concatBytes(hexToBytes(l1.hash), hexToBytes(l2.hash), number)]]);
  }

  /** Forgets what a reset to `safe` takes back: the entries from the first that reaches it. */
  truncate(safe: BlockId): void {
    const writes: Write[] = [];
    for (const [key, value] of this.#store.entries({ from: keyOf(0), to: FLOOR_KEY, reverse: true })) {
      if (decode(key, value).safeHead.number < safe.number) break;
      writes.push([key, undefined]);
    }
    if (writes.length > 0) this.#store.write(writes);
  }

  /** The safe head as of an L1 block. Throws `NotFoundError` when there is no entry so early. */
  safeHeadAtL1(l1Number: number): { readonly l1Block: BlockId; readonly safeHead: BlockId } {
    for (const [key, value] of this.#store.entries({ from: keyOf(0), to: keyOf(l1Number + 1), reverse: true, limit: 1 })) return decode(key, value);
    throw new NotFoundError(`no safe head is recorded at or before L1 block ${l1Number}`);
  }

  /** The newest entry whose L1 block is still on L1, found by bisection; undefined when there is none. Entries of a chain that L1 left follow those that stand. */
  async newestOn(isOnL1: (block: BlockId) => Promise<boolean>): Promise<{ readonly l1Block: BlockId; readonly safeHead: BlockId } | undefined> {
    const [oldest, newest] = [this.#edge(false), this.#edge(true)];
    if (oldest === undefined || newest === undefined) return undefined;
    if (await isOnL1(newest.l1Block)) return newest;
    if (!(await isOnL1(oldest.l1Block))) return undefined;
    let found = oldest;
    for (let low = oldest.l1Block.number, high = newest.l1Block.number; high - low > 1; ) {
      const middle = (low + high) >>> 1;
      const entry = this.safeHeadAtL1(middle);
      if (await isOnL1(entry.l1Block)) {
        found = entry;
        low = middle;
      } else {
        high = Math.min(middle, entry.l1Block.number);
      }
    }
    return found;
  }

  /**
   * The first L1 block at which an L2 block was safe, with the L2 blocks that became safe there: those above `after`, up to `upTo`. Found by
   * bisection. Throws `NotFoundError` when the block has not been safe yet, or was before this record begins.
   */
  l1AtSafeHead(l2Number: number): SafeSince {
    const floor = this.floor;
    if (floor !== undefined && l2Number <= floor) throw new NotFoundError(`when L2 block ${l2Number} became safe is not on record: the record begins after block ${floor}`);
    const [oldest, newest] = [this.#edge(false), this.#edge(true)];
    if (oldest === undefined || newest === undefined || newest.safeHead.number < l2Number) throw new NotFoundError(`L2 block ${l2Number} is not recorded as safe yet`);
    if (oldest.safeHead.number >= l2Number) return { l1Block: oldest.l1Block, after: floor ?? -1, upTo: oldest.safeHead.number };
    // The entry at or below `low` is too early, the one found last is not.
    let low = oldest.l1Block.number;
    let below = oldest;
    let found = newest;
    for (let high = newest.l1Block.number; high - low > 1; ) {
      const middle = (low + high) >>> 1;
      const entry = this.safeHeadAtL1(middle);
      if (entry.safeHead.number >= l2Number) {
        found = entry;
        high = entry.l1Block.number;
      } else {
        below = entry;
        low = middle;
      }
    }
    return { l1Block: found.l1Block, after: below.safeHead.number, upTo: found.safeHead.number };
  }

  /** The L2 block that was safe when the record began: of it and those before it, nothing is known here. Undefined before `begin`. */
  get floor(): number | undefined {
    const value = this.#store.get(FLOOR_KEY);
    return value === undefined ? undefined : Number(readU64(value, 0));
  }

  /** Forgets everything: the record begins anew after a block that was not derived here. */
  beginAnew(safe: BlockId): void {
    this.truncate({ ...safe, number: 0 });
    this.#setFloor(safe.number);
  }

  /** Notes where the record begins, the first time it does; later only where derivation starts below. */
  begin(safe: number): void {
    const floor = this.floor;
    if (floor === undefined || floor > safe) this.#setFloor(safe);
  }

  #setFloor(safe: number): void {
    const value = new Uint8Array(8);
    writeU64(value, 0, safe);
    this.#store.write([[FLOOR_KEY, value]]);
  }

  #edge(reverse: boolean): { readonly l1Block: BlockId; readonly safeHead: BlockId } | undefined {
    for (const [key, value] of this.#store.entries({ from: keyOf(0), to: FLOOR_KEY, reverse, limit: 1 })) return decode(key, value);
    return undefined;
  }
}

/** Where L2 blocks became safe: at `l1Block`, those above `after`, up to `upTo`. */
export interface SafeSince {
  readonly l1Block: BlockId;
  readonly after: number;
  readonly upTo: number;
}

function decode(key: Uint8Array, value: Uint8Array): { readonly l1Block: BlockId; readonly safeHead: BlockId } {
  if (value.length !== VALUE_SIZE) throw new NotFoundError(`the safe-head entry at ${bytesToHex(key)} has ${value.length} bytes, not ${VALUE_SIZE}: delete the safe-head store and start again`);
  return {
    l1Block: { number: Number(readU64(key, 1)), hash: bytesToHex(value.subarray(0, 32)) },
    safeHead: { hash: bytesToHex(value.subarray(32, 64)), number: Number(readU64(value, 64)) },
  };
}
