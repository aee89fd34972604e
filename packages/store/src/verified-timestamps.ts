import { type BlockId, bytesEqual, bytesToHex, CriticalError, formatBlock, hexToBytes, readU16, readU64, sameBlock, writeU16, writeU64 } from "@pangaea/primitives";
import { checked, corrupt, fitsU48, guarded, numberKey, readU48, U48_SIZE, withCheck, writeU48 } from "./checked-value.ts";
import type { Store, Write } from "./store.ts";

const KIND = 0;
const BLOCK_ID_SIZE = 32 + U48_SIZE;
const HEADS_AT = BLOCK_ID_SIZE + 2;
const HEAD_SIZE = 8 + BLOCK_ID_SIZE;
const DELETES_A_BATCH = 4_096;
const WHERE = "verified timestamps";
const REMEDY = "delete the folder of the interop activity, it is verified again from L1";

/** What was verified at a timestamp (Unix seconds): every chain's block there, by chain id, and the L1 block from which all of them derive. */
export interface VerifiedTimestamp {
  readonly timestamp: number;
  readonly l1Inclusion: BlockId;
  readonly heads: ReadonlyMap<number, BlockId>;
}

/**
 * The verified timestamps, one a second without gaps. 44 bytes and 46 for each chain an entry.
 * Throws `TemporaryError` when the store fails, `CriticalError` when an entry is missing or damaged. Source: op-supernode's verified database.
 */
export class VerifiedTimestamps {
  readonly #store: Pick<Store, "get" | "entries" | "write">;
  #first: VerifiedTimestamp | undefined;
  #last: VerifiedTimestamp | undefined;

  /** Takes a store of its own, or a part of one. */
  constructor(store: Store) {
    this.#store = guarded(store, WHERE);
    this.#readEnds();
  }

  get first(): VerifiedTimestamp | undefined {
    return this.#first;
  }

  get last(): VerifiedTimestamp | undefined {
    return this.#last;
  }

  /** The entry of a timestamp; undefined when it is not verified or no longer kept. */
  at(timestamp: number): VerifiedTimestamp | undefined {
    if (this.#first === undefined || this.#last === undefined || !Number.isInteger(timestamp) || timestamp < this.#first.timestamp || timestamp > this.#last.timestamp) return undefined;
    const key = numberKey(KIND, timestamp);
    const stored = this.#store.get(key);
    if (stored === undefined) throw corrupt(key, `it is missing between ${this.#first.timestamp} and ${this.#last.timestamp}`, WHERE, REMEDY);
    return decode(key, stored);
  }

  /**
   * Adds entries in one durable batch: each a second after the one before it, the first ever at any time. One that is there is passed over when it is equal.
   * Throws `CriticalError` ("state divergence") when one differs from what is there, leaves a gap, or goes back on the one before it: a chain's number may stay,
   * with its hash, or rise by one; the L1 block's number may stay, with its hash, or rise. Then nothing of the batch is written.
   */
  append(entries: readonly VerifiedTimestamp[]): void {
    const writes: Write[] = [];
    let last = this.#last;
    let first = this.#first;
    for (const entry of entries) {
      if (!fitsU48(entry.timestamp)) throw divergence(entry.timestamp, "is no Unix time in seconds");
      const key = numberKey(KIND, entry.timestamp);
      const value = encode(entry);
      if (last !== undefined && entry.timestamp <= last.timestamp) {
        const known = writes.find(([other]) => bytesEqual(other, key))?.[1] ?? this.#encodedAt(entry.timestamp);
        if (known === undefined) throw divergence(entry.timestamp, `lies before ${first?.timestamp}, the first that is kept`);
        if (!bytesEqual(known, withCheck(key, value))) throw divergence(entry.timestamp, `is verified already, with other blocks: ${describe(decode(key, known))}, now ${describe(entry)}`);
        continue;
      }
      if (last !== undefined) checkFollows(last, entry);
      writes.push([key, withCheck(key, value)]);
      last = entry;
      first ??= entry;
    }
    if (writes.length === 0) return;
    this.#store.write(writes);
    this.#first = first;
    this.#last = last;
  }

  /** Drops every entry after a timestamp, or all; from the newest, in batches. */
  rewindTo(timestamp: number | undefined): void {
    if (this.#first === undefined || this.#last === undefined) return;
    const from = Math.max(timestamp === undefined ? 0 : timestamp + 1, this.#first.timestamp);
    while (this.#last !== undefined && this.#last.timestamp >= from) {
      const end: number = this.#last.timestamp;
      const start = Math.max(from, end + 1 - DELETES_A_BATCH);
      this.#drop(start, end + 1);
    }
  }

  /** The newest entry whose L1 block the predicate accepts; it must accept all L1 blocks up to one and none above it. Takes a binary search. */
  newestWhere(accepts: (l1Inclusion: BlockId) => boolean): VerifiedTimestamp | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    if (accepts(this.#last.l1Inclusion)) return this.#last;
    let found: VerifiedTimestamp | undefined;
    let low = this.#first.timestamp;
    let high = this.#last.timestamp;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const entry = this.at(middle);
      if (entry !== undefined && accepts(entry.l1Inclusion)) {
        found = entry;
        low = middle + 1;
      } else high = middle;
    }
    return found;
  }

  #encodedAt(timestamp: number): Uint8Array | undefined {
    return this.#first !== undefined && timestamp >= this.#first.timestamp ? this.#store.get(numberKey(KIND, timestamp)) : undefined;
  }

  #drop(from: number, to: number): void {
    this.#store.write(Array.from({ length: to - from }, (_, i) => [numberKey(KIND, from + i), undefined]));
    this.#readEnds();
  }

  #readEnds(): void {
    const end = (reverse: boolean) => {
      for (const [key, stored] of this.#store.entries({ from: Uint8Array.of(KIND), to: Uint8Array.of(KIND + 1), limit: 1, reverse })) return decode(key, stored);
      return undefined;
    };
    this.#first = end(false);
    this.#last = end(true);
  }
}

const divergence = (timestamp: number, what: string): CriticalError => new CriticalError(`state divergence: timestamp ${timestamp} ${what}; this is no L1 reorg: keep the folder of the interop activity for an inquiry, then delete it to verify again`);

const describe = ({ l1Inclusion, heads }: VerifiedTimestamp): string => `L1 ${formatBlock(l1Inclusion)}, ${[...heads].map(([chain, head]) => `chain ${chain} ${formatBlock(head)}`).join(", ")}`;

function checkFollows(last: VerifiedTimestamp, next: VerifiedTimestamp): void {
  if (next.timestamp !== last.timestamp + 1) throw divergence(next.timestamp, `does not follow ${last.timestamp}, the last verified`);
  const [was, is] = [last.l1Inclusion, next.l1Inclusion];
  if (is.number < was.number || (is.number === was.number && !sameBlock(was, is))) throw divergence(next.timestamp, `is included at L1 block ${is.number} (${is.hash}), after one at ${was.number} (${was.hash})`);
  for (const [chain, head] of next.heads) {
    const before = last.heads.get(chain);
    if (before === undefined) continue;
    if (head.number === before.number ? head.hash !== before.hash : head.number !== before.number + 1) throw divergence(next.timestamp, `has block ${head.number} (${head.hash}) of chain ${chain}, a second after block ${before.number} (${before.hash})`);
  }
}

/** L1 block, number of chains u16, then by rising chain id: chain id u64 and block; a block is hash 32 and number u48. */
function encode({ timestamp, l1Inclusion, heads }: VerifiedTimestamp): Uint8Array {
  const out = new Uint8Array(HEADS_AT + heads.size * HEAD_SIZE);
  const putBlock = (at: number, block: BlockId) => {
    if (!fitsU48(block.number)) throw divergence(timestamp, `has a block with number ${block.number}, which is not from 0 to 2^48-1`);
    out.set(hexToBytes(block.hash, 32), at);
    writeU48(out, at + 32, block.number);
  };
  putBlock(0, l1Inclusion);
  writeU16(out, BLOCK_ID_SIZE, heads.size);
  let at = HEADS_AT;
  for (const [chain, head] of [...heads].sort(([a], [b]) => a - b)) {
    writeU64(out, at, chain);
    putBlock(at + 8, head);
    at += HEAD_SIZE;
  }
  return out;
}

function decode(key: Uint8Array, stored: Uint8Array): VerifiedTimestamp {
  const value = checked(key, stored, WHERE, REMEDY);
  const count = value.length < HEADS_AT ? -1 : readU16(value, BLOCK_ID_SIZE);
  if (value.length !== HEADS_AT + count * HEAD_SIZE) throw corrupt(key, `${value.length} bytes are no entry of ${Math.max(count, 0)} chains`, WHERE, REMEDY);
  const block = (at: number): BlockId => ({ hash: bytesToHex(value.subarray(at, at + 32)), number: readU48(value, at + 32) });
  const heads = Array.from({ length: count }, (_, i) => [Number(readU64(value, HEADS_AT + i * HEAD_SIZE)), block(HEADS_AT + i * HEAD_SIZE + 8)] as const);
  return { timestamp: readU48(key, 1), l1Inclusion: block(0), heads: new Map(heads) };
}
