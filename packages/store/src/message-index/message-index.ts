import { checksumsOfChain, type ExecutingMessage } from "@pangaea/interop";
import { type BlockId, bytesToHex, formatBlock, type Hex, joinBytes, ResetError, saysBytes } from "@pangaea/primitives";
import { checked, corrupt, guarded, numberKey, withCheck } from "../checked-value.ts";
import type { Store, Write } from "../store.ts";
import { BLOCK_RECORD_SIZE, BlockRecords, writeBlockRecord } from "./block-records.ts";
import { type Bounds, BOUNDS_KEY, boundsWrite, decodeBounds } from "./bounds.ts";
import { checkBlock, LOG_HASH_SIZE } from "./check-block.ts";
import { decodeExecuting, encodeExecuting } from "./executing-record.ts";
import type { BlockSeal, IndexedBlock, MessageAnswer, MessageQuery } from "./indexed-block.ts";
import { PagedRecords, sweep } from "./paged-records.ts";

const KIND = { blocks: 1, logs: 2, executing: 3 } as const;
const PAGE_MEMORY = 4_096;
const YES: MessageAnswer = { kind: "yes" };
const DEFAULT_CACHE_BYTES = 16 * 1_024 * 1_024;
/** One part for blocks, the others for logs. */
const CACHE_PARTS = 4;
const PRUNED_BLOCKS_A_CALL = 2_000;
const PRUNED_PAGES_A_CALL = 4_096;

export interface MessageIndexOptions {
  /** The chain whose logs these are. */
  readonly chainId: bigint;
  /** Memory for what was looked up last, a quarter for blocks and the rest for logs; 16 MiB when absent. */
  readonly cacheBytes?: number;
}

/**
 * Every log of one chain, by its hash and place, in a store of its own (or a part of one): a gapless stretch of sealed blocks that grows at the end,
 * is rewound from the end and pruned from the beginning. Tells whether a message is on the chain.
 *
 * On disk: 32 bytes a log and 48 a block in pages that fill those of LMDB, so 32.3 bytes a log and 48.8 a block (4 logs a block: 44.5 bytes a log,
 * 20: 34.7), and 111 bytes an executing message. A message's checksum is computed from the log hash when it is asked for.
 *
 * The bounds are written in the transaction that adds or prunes blocks and before those that clear away rewound ones; what lies beyond them is never
 * read, and swept when the index is opened. Throws `TemporaryError` when the store fails, `CriticalError` when a record is missing or damaged: neither is an answer.
 * Source: op-supernode's logs database.
 */
export class MessageIndex {
  readonly #store: Pick<Store, "get" | "entries" | "write">;
  readonly #chainId: bigint;
  readonly #checksumOf: ReturnType<typeof checksumsOfChain>;
  readonly #where: string;
  readonly #remedy = "delete the folder of the message index, it is filled again from the execution layer";
  readonly #blocks: BlockRecords;
  readonly #logs: PagedRecords;
  #bounds: Bounds | undefined;
  #first: BlockSeal | undefined;
  #last: BlockSeal | undefined;
  /** Whether something may lie above the last block. */
  #unswept = true;

  /** Opens the index and clears away what an interrupted rewind left. Throws as the class says. */
  constructor(store: Store, { chainId, cacheBytes = DEFAULT_CACHE_BYTES }: MessageIndexOptions) {
    this.#chainId = chainId;
    this.#checksumOf = checksumsOfChain(chainId);
    this.#where = `message index of chain ${chainId}`;
    this.#store = guarded(store, this.#where);
    const common = { where: this.#where, remedy: this.#remedy };
    const pages = Math.max(CACHE_PARTS, Math.floor(cacheBytes / PAGE_MEMORY));
    const blockPages = Math.floor(pages / CACHE_PARTS);
    this.#blocks = new BlockRecords(store, { kind: KIND.blocks, cachedPages: blockPages, ...common });
    this.#logs = new PagedRecords(store, { kind: KIND.logs, recordSize: LOG_HASH_SIZE, cachedPages: pages - blockPages, ...common });
    this.#setBounds(this.#readBounds());
    this.#sweep();
  }

  /** The earliest block that is there. */
  get first(): BlockSeal | undefined {
    return this.#first;
  }

  /** The block sealed last. */
  get last(): BlockSeal | undefined {
    return this.#last;
  }

  /**
   * Adds blocks in one durable batch. Each follows the one before it; the first ever may have any number. Blocks that are there are passed over.
   * Throws `ResetError` with both hashes when a block or its parent is not the one that is there (rewind, then seal again), or when it leaves a gap;
   * `InvalidInputError` for a block that cannot be: log hashes that are not 32 bytes each, executing logs out of order, time that does not rise.
   * Then nothing of the batch is written.
   */
  seal(blocks: readonly IndexedBlock[]): void {
    const added = this.#follow(blocks);
    const opening = added[0];
    if (opening === undefined) return;
    if (this.#unswept) this.#sweep();
    const before = this.#bounds === undefined ? undefined : this.#blocks.record(this.#bounds.last);
    const firstLog = before === undefined ? 0 : before.firstLog + before.logs;
    const records = new Uint8Array(added.length * BLOCK_RECORD_SIZE);
    const executing: Write[] = [];
    let nextLog = firstLog;
    for (const [i, block] of added.entries()) {
      const logs = block.logHashes.length / LOG_HASH_SIZE;
      writeBlockRecord(records, i * BLOCK_RECORD_SIZE, block.hash, { timestamp: block.timestamp, firstLog: nextLog, logs, executes: block.executing.length > 0 });
      nextLog += logs;
      if (block.executing.length === 0) continue;
      const key = numberKey(KIND.executing, block.number);
      executing.push([key, withCheck(key, encodeExecuting(block))]);
    }
    const bounds: Bounds = this.#bounds === undefined ? { first: opening.number, last: opening.number + added.length - 1, parentHash: opening.parentHash } : { ...this.#bounds, last: this.#bounds.last + added.length };
    const fresh = this.#bounds === undefined;
    const logHashes = joinBytes(added.map((block) => block.logHashes));
    this.#store.write([...this.#blocks.append(opening.number, records, fresh), ...this.#logs.append(firstLog, logHashes, firstLog === 0), ...executing, boundsWrite(bounds)]);
    this.#blocks.forget(opening.number);
    this.#logs.forget(firstLog);
    this.#setBounds(bounds);
  }

  /**
   * Whether a message's log is on the chain. With `upTo`, a block number, the chain is taken to end there (a safety view).
   * A claim is also contradicted by the times of the first and the last block: a later block is younger, an earlier one older.
   */
  contains({ blockNumber, timestamp, logIndex, checksum }: MessageQuery, upTo = Number.MAX_SAFE_INTEGER): MessageAnswer {
    const { first, last } = this;
    if (first === undefined || last === undefined) return { kind: "not-yet", reason: `the index of chain ${this.#chainId} is empty` };
    const end = Math.min(last.number, upTo);
    if (blockNumber > end) return this.#beyond(end, blockNumber, timestamp);
    if (blockNumber < first.number) {
      if (first.number <= end && timestamp >= first.timestamp) return { kind: "contradiction", reason: `block ${blockNumber} lies before block ${first.number} of time ${first.timestamp}, so its time is not ${timestamp}` };
      return { kind: "pruned", reason: `block ${blockNumber} lies before block ${first.number}, the first that is kept` };
    }
    const block = this.#blocks.record(blockNumber);
    if (block.timestamp !== timestamp) return { kind: "contradiction", reason: `block ${blockNumber} has timestamp ${block.timestamp}, not ${timestamp}` };
    if (!(logIndex >= 0 && logIndex < block.logs)) return { kind: "contradiction", reason: `block ${blockNumber} has ${block.logs} logs, none with index ${logIndex}` };
    const log = block.firstLog + logIndex;
    const at = this.#logs.offsetOf(log);
    const found = this.#checksumOf(this.#logs.pageOf(log).subarray(at, at + LOG_HASH_SIZE), { blockNumber, logIndex, timestamp });
    if (!saysBytes(checksum, found)) return { kind: "contradiction", reason: `log ${logIndex} of block ${blockNumber} has checksum ${bytesToHex(found)}, not ${checksum}` };
    return YES;
  }

  /** A block with its log hashes and executing messages; undefined when it is not there. */
  blockAt(number: number): IndexedBlock | undefined {
    if (!this.#has(number)) return undefined;
    const { timestamp, firstLog, logs, executes } = this.#blocks.record(number);
    return { number, hash: this.#blocks.hash(number), parentHash: this.#parentHash(number), timestamp, logHashes: this.#logs.slice(firstLog, firstLog + logs), executing: executes ? this.#executing(number) : [] };
  }

  /** A block's hash; undefined when it is not there. */
  hashAt(number: number): Hex | undefined {
    return number === this.#last?.number ? this.#last.hash : this.#has(number) ? this.#blocks.hash(number) : undefined;
  }

  /** Whether a block is there with its hash. */
  holds({ number, hash }: BlockId): boolean {
    if (number === this.#last?.number) return hash === this.#last.hash;
    return this.#has(number) && this.#blocks.hasHash(number, hash);
  }

  /** A block without its logs; undefined when it is not there. */
  sealOf(number: number): BlockSeal | undefined {
    if (!this.#has(number)) return undefined;
    const { timestamp, logs } = this.#blocks.record(number);
    return { number, hash: this.#blocks.hash(number), parentHash: this.#parentHash(number), timestamp, logs };
  }

  /** The messages that a block executes; undefined when it is not there. */
  executingAt(number: number): readonly ExecutingMessage[] | undefined {
    if (!this.#has(number)) return undefined;
    return this.#blocks.record(number).executes ? this.#executing(number) : [];
  }

  /** Drops all blocks above one, or all when there is none to keep. Throws `ResetError` when that block is not there with that hash. */
  rewind(to: BlockId | undefined): void {
    const bounds = this.#bounds;
    if (bounds === undefined && to === undefined) return;
    if (to !== undefined) {
      const known = this.sealOf(to.number);
      if (known?.hash !== to.hash) throw new ResetError(`${this.#where} cannot be rewound to block ${to.number} (${to.hash}): ${known === undefined ? `it holds ${this.#extent()}` : `it has ${known.hash} there`}; rewind to a block that it has`);
    }
    if (bounds === undefined || to?.number === bounds.last) return;
    const kept = to === undefined ? undefined : { ...bounds, last: to.number };
    this.#store.write([kept === undefined ? [BOUNDS_KEY, undefined] : boundsWrite(kept)]);
    this.#blocks.forget();
    this.#logs.forget();
    this.#setBounds(kept);
    this.#unswept = true;
    this.#sweep();
  }

  /**
   * Drops blocks older than a time (Unix seconds) from the beginning, never the last; at most 2,000 a call.
   * Gives the number of blocks that were dropped: call again until it is 0.
   */
  prune(beforeTimestamp: number): number {
    const bounds = this.#bounds;
    if (bounds === undefined) return 0;
    const from = bounds.first;
    const target = Math.min(this.#blocks.firstAfter(beforeTimestamp - 1, bounds), bounds.last, from + PRUNED_BLOCKS_A_CALL);
    const oldest = this.#blocks.record(from).firstLog;
    const executing: Write[] = [];
    let first = from;
    let firstLog = oldest;
    while (first < target && this.#logs.pagesBefore(oldest, firstLog) < PRUNED_PAGES_A_CALL) {
      const block = this.#blocks.record(first);
      if (block.executes) executing.push([numberKey(KIND.executing, first), undefined]);
      first++;
      firstLog = block.firstLog + block.logs;
    }
    if (first === from) return 0;
    const kept = { ...bounds, first, parentHash: this.#parentHash(first) };
    this.#store.write([boundsWrite(kept), ...this.#blocks.dropBefore(from, first), ...this.#logs.dropBefore(oldest, firstLog), ...executing]);
    this.#blocks.forget();
    this.#logs.forget();
    this.#setBounds(kept);
    return first - from;
  }

  /** The blocks of a batch that are not there yet, when all of it fits. */
  #follow(blocks: readonly IndexedBlock[]): readonly IndexedBlock[] {
    const added: IndexedBlock[] = [];
    let tip: Pick<BlockSeal, "number" | "hash" | "timestamp"> | undefined = this.#last;
    for (const block of blocks) {
      if (tip !== undefined && block.number <= tip.number) {
        const known = added.find(({ number }) => number === block.number) ?? this.sealOf(block.number);
        if (known?.hash === block.hash) continue;
        throw new ResetError(`${this.#where}: block ${block.number} is to be sealed with hash ${block.hash}, ${known === undefined ? `but the index begins at ${formatBlock(this.#first ?? tip)}` : `but was sealed with ${known.hash}`}; rewind below it`);
      }
      if (tip !== undefined && block.number !== tip.number + 1) throw new ResetError(`${this.#where}: block ${block.number} (${block.hash}) does not follow the last, ${tip.number} (${tip.hash}); seal those between`);
      if (tip !== undefined && block.parentHash !== tip.hash) throw new ResetError(`${this.#where}: block ${block.number} (${block.hash}) has parent ${block.parentHash}, but the last sealed is ${tip.hash}; rewind to their common ancestor`);
      checkBlock(block, tip?.timestamp, this.#where);
      added.push(block);
      tip = block;
    }
    return added;
  }

  /** The answer to a claim about a block above the last of the view. */
  #beyond(end: number, blockNumber: number, timestamp: number): MessageAnswer {
    if (!this.#has(end)) return { kind: "not-yet", reason: `block ${blockNumber} lies above block ${end}, where the view ends` };
    const reached = this.#blocks.timestamp(end);
    if (reached >= timestamp) return { kind: "contradiction", reason: `block ${blockNumber} comes after block ${end} of time ${reached}, so its time is not ${timestamp}` };
    return { kind: "not-yet", reason: `block ${blockNumber} of time ${timestamp} lies above block ${end} of time ${reached}, the last so far` };
  }

  #has(number: number): boolean {
    return this.#bounds !== undefined && Number.isInteger(number) && number >= this.#bounds.first && number <= this.#bounds.last;
  }

  #parentHash(number: number): Hex {
    return this.#bounds !== undefined && number === this.#bounds.first ? this.#bounds.parentHash : this.#blocks.hash(number - 1);
  }

  #executing(number: number): readonly ExecutingMessage[] {
    const key = numberKey(KIND.executing, number);
    const stored = this.#store.get(key);
    if (stored === undefined) throw corrupt(key, "it is missing", this.#where, this.#remedy);
    const messages = decodeExecuting(checked(key, stored, this.#where, this.#remedy));
    if (messages === undefined) throw corrupt(key, `${stored.length} bytes are not whole executing messages`, this.#where, this.#remedy);
    return messages;
  }

  #readBounds(): Bounds | undefined {
    const stored = this.#store.get(BOUNDS_KEY);
    return stored === undefined ? undefined : decodeBounds(stored, this.#where, this.#remedy);
  }

  #setBounds(bounds: Bounds | undefined): void {
    this.#bounds = bounds;
    this.#first = bounds === undefined ? undefined : this.sealOf(bounds.first);
    this.#last = bounds === undefined ? undefined : this.sealOf(bounds.last);
  }

  /** Clears away what lies above the last block. */
  #sweep(): void {
    const last = this.#bounds === undefined ? undefined : this.#blocks.record(this.#bounds.last);
    const end = this.#bounds === undefined ? 0 : this.#bounds.last + 1;
    this.#blocks.sweepFrom(end);
    this.#logs.sweepFrom(last === undefined ? 0 : last.firstLog + last.logs);
    sweep(this.#store, KIND.executing, end);
    this.#unswept = false;
  }

  #extent(): string {
    return this.#first === undefined || this.#last === undefined ? "no block" : `blocks ${this.#first.number} to ${this.#last.number}`;
  }
}
