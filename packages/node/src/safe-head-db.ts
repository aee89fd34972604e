import { type BlockId, bytesToHex, concatBytes, hexToBytes, NotFoundError, readU64, writeU64 } from "@pangaea/primitives";
import type { Store, Write } from "@pangaea/store";

const VALUE_SIZE = 72;
const PREFIX = 0x00;

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
    for (const [key, value] of this.#store.entries({ from: keyOf(0), reverse: true })) {
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
    const edge = (reverse: boolean) => [...this.#store.entries({ from: keyOf(0), reverse, limit: 1 })].map(([key, value]) => decode(key, value))[0];
    const [oldest, newest] = [edge(false), edge(true)];
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

  /** The first L1 block at which an L2 block was safe. Throws `NotFoundError` when it has not been yet. */
  l1AtSafeHead(l2Number: number): BlockId {
    for (const [key, value] of this.#store.entries({ from: keyOf(0) })) {
      const { l1Block, safeHead } = decode(key, value);
      if (safeHead.number >= l2Number) return l1Block;
    }
    throw new NotFoundError(`L2 block ${l2Number} is not recorded as safe yet`);
  }
}

function decode(key: Uint8Array, value: Uint8Array): { readonly l1Block: BlockId; readonly safeHead: BlockId } {
  if (value.length !== VALUE_SIZE) throw new NotFoundError(`the safe-head entry at ${bytesToHex(key)} has ${value.length} bytes, not ${VALUE_SIZE}: delete the safe-head store and start again`);
  return {
    l1Block: { number: Number(readU64(key, 1)), hash: bytesToHex(value.subarray(0, 32)) },
    safeHead: { hash: bytesToHex(value.subarray(32, 64)), number: Number(readU64(value, 64)) },
  };
}
