import { type BlockId, bytesToHex, concatBytes, CriticalError, type Hex, hexToBytes, InvalidInputError, readU32, utf8ToBytes, writeU32 } from "@pangaea/primitives";
import { checked, corrupt, fitsU48, guarded, numberKey, readU48, U48_SIZE, withCheck, writeU48 } from "./checked-value.ts";
import type { Store } from "./store.ts";

const KIND = 0;
const KEY_SIZE = 1 + U48_SIZE + 32;
const OUTPUT_AT = U48_SIZE + 4;
const REASON_AT = OUTPUT_AT + 96;
const MAX_REASON_BYTES = 1_024;
const MAX_RECORDS = 65_536;
const REMEDY = "delete the folder of the interop activity, it is verified again from L1";

/** What a block's output root is made of, kept because the block itself leaves the chain. */
export interface DeniedOutput {
  readonly stateRoot: Hex;
  readonly messagePasserStorageRoot: Hex;
  readonly blockHash: Hex;
}

/** A block that must not be on its chain: decided at a timestamp (Unix seconds), for a reason that people can read (cut at 1,024 bytes). */
export interface DeniedBlock extends BlockId {
  readonly decisionTimestamp: number;
  readonly output: DeniedOutput;
  readonly reason: string;
}

interface KeptBlock extends DeniedBlock {
  /** Rises with each block denied at the same height. */
  readonly turn: number;
}

/**
 * The blocks of one chain that were judged invalid, by height and hash; all are in memory, at most 65,536.
 * Throws `TemporaryError` when the store fails, `CriticalError` when a record is damaged or there are too many. Source: op-supernode's deny list.
 */
export class DenyList {
  readonly #store: ReturnType<typeof guarded>;
  readonly #where: string;
  readonly #byHeight = new Map<number, readonly KeptBlock[]>();
  #size = 0;

  /** Loads the list from a store of its own, or a part of one. */
  constructor(store: Store, { chainId }: { readonly chainId: bigint }) {
    this.#where = `deny list of chain ${chainId}`;
    this.#store = guarded(store, this.#where);
    for (const [key, stored] of this.#store.entries({ from: Uint8Array.of(KIND), to: Uint8Array.of(KIND + 1), limit: MAX_RECORDS })) this.#remember(decode(key, stored, this.#where));
  }

  /** Denies a block, durably. One that is denied already keeps its first record. Throws `InvalidInputError` for block 0, which has no replacement, and for a record out of range. */
  add(block: DeniedBlock): void {
    if (!fitsU48(block.number) || block.number === 0 || !fitsU48(block.decisionTimestamp)) throw new InvalidInputError(`${this.#where}: block ${block.number} (${block.hash}), decided at ${block.decisionTimestamp}, cannot be denied: both are to be from 1 to 2^48-1`);
    if (this.isDenied(block.number, block.hash)) return;
    if (this.#size >= MAX_RECORDS) throw new CriticalError(`${this.#where}: ${MAX_RECORDS} blocks are denied already, so block ${block.number} (${block.hash}) cannot be: stop the chain's sequencer, then ${REMEDY}`);
    const kept: KeptBlock = { ...block, reason: cut(block.reason), turn: (this.#byHeight.get(block.number)?.at(-1)?.turn ?? -1) + 1 };
    const key = keyOf(kept);
    this.#store.write([[key, withCheck(key, encode(kept))]]);
    this.#remember(kept);
  }

  isDenied(number: number, hash: Hex): boolean {
    return this.#byHeight.get(number)?.some((block) => block.hash === hash) ?? false;
  }

  /** Whether any block of this height is denied. */
  has(number: number): boolean {
    return this.#byHeight.has(number);
  }

  /** The blocks denied at a height, in the order in which they were. */
  at(number: number): readonly DeniedBlock[] {
    return (this.#byHeight.get(number) ?? []).map(bare);
  }

  /** The block denied last at a height. */
  lastAt(number: number): DeniedBlock | undefined {
    const last = this.#byHeight.get(number)?.at(-1);
    return last === undefined ? undefined : bare(last);
  }

  /** The heights with denied blocks, rising. */
  heights(): readonly number[] {
    return [...this.#byHeight.keys()].sort((a, b) => a - b);
  }

  /** Forgets the blocks whose denial was decided after a timestamp, in one durable batch, and gives them. */
  dropDecidedAfter(timestamp: number): readonly DeniedBlock[] {
    const removed = this.#inOrder().filter((block) => block.decisionTimestamp > timestamp);
    if (removed.length === 0) return [];
    this.#store.write(removed.map((block) => [keyOf(block), undefined]));
    for (const { number } of removed) {
      const left = this.#byHeight.get(number)?.filter((block) => block.decisionTimestamp <= timestamp) ?? [];
      if (left.length === 0) this.#byHeight.delete(number);
      else this.#byHeight.set(number, left);
    }
    this.#size -= removed.length;
    return removed.map(bare);
  }

  /** Denied blocks from a height on, by height and turn, at most `limit`. */
  all(from: number, limit: number): readonly DeniedBlock[] {
    return this.#inOrder().filter((block) => block.number >= from).slice(0, limit).map(bare);
  }

  #inOrder(): readonly KeptBlock[] {
    return this.heights().flatMap((number) => this.#byHeight.get(number) ?? []);
  }

  #remember(block: KeptBlock): void {
    this.#byHeight.set(block.number, [...(this.#byHeight.get(block.number) ?? []), block].sort((a, b) => a.turn - b.turn));
    this.#size++;
  }
}

const bare = ({ turn: _, ...block }: KeptBlock): DeniedBlock => block;

const keyOf = ({ number, hash }: BlockId): Uint8Array => concatBytes(numberKey(KIND, number), hexToBytes(hash, 32));

/** A reason cut to whole characters within its bound. */
function cut(reason: string): string {
  const bytes = utf8ToBytes(reason);
  return bytes.length <= MAX_REASON_BYTES ? reason : new TextDecoder().decode(bytes.subarray(0, MAX_REASON_BYTES), { stream: true });
}

/** Decision timestamp u48, turn u32, state root 32, message passer's storage root 32, block hash 32, reason. */
function encode({ decisionTimestamp, turn, output, reason }: KeptBlock): Uint8Array {
  const head = new Uint8Array(OUTPUT_AT);
  writeU48(head, 0, decisionTimestamp);
  writeU32(head, U48_SIZE, turn);
  return concatBytes(head, hexToBytes(output.stateRoot, 32), hexToBytes(output.messagePasserStorageRoot, 32), hexToBytes(output.blockHash, 32), utf8ToBytes(reason));
}

function decode(key: Uint8Array, stored: Uint8Array, where: string): KeptBlock {
  const value = checked(key, stored, where, REMEDY);
  if (key.length !== KEY_SIZE || value.length < REASON_AT || value.length > REASON_AT + MAX_REASON_BYTES) throw corrupt(key, `${value.length} bytes are no denied block`, where, REMEDY);
  const hash = (at: number) => bytesToHex(value.subarray(at, at + 32));
  return {
    number: readU48(key, 1),
    hash: bytesToHex(key.subarray(1 + U48_SIZE)),
    decisionTimestamp: readU48(value, 0),
    turn: readU32(value, U48_SIZE),
    output: { stateRoot: hash(OUTPUT_AT), messagePasserStorageRoot: hash(OUTPUT_AT + 32), blockHash: hash(OUTPUT_AT + 64) },
    reason: new TextDecoder().decode(value.subarray(REASON_AT)),
  };
}
