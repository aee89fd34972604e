import type { RollupConfig } from "@pangaea/config";
import type { Heads } from "@pangaea/engine";
import { checksumOfLog, type ExecutingMessage } from "@pangaea/interop";
import { SafeHeadDb, syncStatus } from "@pangaea/node";
import { bytesToHex, type BlockId, type Hex, keccak256, type L1BlockRef, type L1Heads, type L2BlockRef, NotFoundError, writeU32, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { type IndexedBlock, MessageIndex, type Store, type Write } from "@pangaea/store";
import type { InteropChain } from "@pangaea/supernode";

export const GENESIS_TIME = 1_700_000_000;
export const FIRST_CHAIN = 901;
/** Seconds between L1 blocks. */
const L1_BLOCK_TIME = 12;
const LOG_HASH_BYTES = 32;
/** Blocks sealed, and records written, in one transaction. */
const BATCH = 512;
const WRITES_A_BATCH = 8_192;
const ORIGIN: Hex = `0x${"11".repeat(20)}`;

/** 32 bytes that follow from small numbers. */
export function word(...numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * numbers.length);
  for (const [i, number] of numbers.entries()) writeU32(bytes, 4 * i, number);
  return keccak256(bytes);
}

/** An L1 of empty blocks. Its answers come a turn of the event loop later, as those of an endpoint do at the soonest. */
export class BenchL1 {
  readonly #hashes: Hex[] = [];
  #head: number;
  #reorgFrom = Number.MAX_SAFE_INTEGER;

  constructor(head: number) {
    this.#head = head;
  }

  /** The L1 block from which the L2 blocks of a time derive. */
  static carrying(timestamp: number): number {
    return Math.ceil((timestamp - GENESIS_TIME) / L1_BLOCK_TIME) + 1;
  }

  /** Other blocks take the place of those from a number on, one more than there were. */
  reorg(from: number): void {
    this.#reorgFrom = from;
    this.#hashes.splice(from);
    this.#head++;
  }

  ref(number: number): L1BlockRef {
    return { number, hash: this.#hash(number), parentHash: number === 0 ? ZERO_HASH : this.#hash(number - 1), timestamp: GENESIS_TIME + number * L1_BLOCK_TIME };
  }

  readonly heads = (): L1Heads => ({ latest: this.ref(this.#head), safe: this.ref(0), finalized: this.ref(0) });

  readonly blockRefByNumber = async (number: number): Promise<L1BlockRef> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (number > this.#head) throw new NotFoundError(`L1 has no block ${number}`);
    return this.ref(number);
  };

  #hash(number: number): Hex {
    return (this.#hashes[number] ??= bytesToHex(word(1, number, number >= this.#reorgFrom ? 1 : 0)));
  }
}

/** What a chain's blocks hold. */
export interface ChainShape {
  /** Logs that a block emits. */
  readonly sends: number;
  /** Messages that a block executes, of the blocks of the second before on the next chain. */
  readonly executes: number;
}

/** A rollup of one-second blocks that follow from their numbers, all of them local safe. */
export class BenchChain implements InteropChain {
  readonly chainId: number;
  readonly config: RollupConfig;
  readonly safeHeads: SafeHeadDb;
  readonly #l1: BenchL1;
  readonly #length: number;
  readonly #shape: ChainShape;
  readonly #peer: number;

  /** Chain `i` of `count`, with blocks up to a number. */
  constructor(l1: BenchL1, safeHeads: Store, i: number, count: number, length: number, shape: ChainShape) {
    this.chainId = FIRST_CHAIN + i;
    this.#peer = FIRST_CHAIN + ((i + 1) % count);
    this.#l1 = l1;
    this.#length = length;
    this.#shape = shape;
    this.safeHeads = new SafeHeadDb(safeHeads);
    this.config = {
      genesis: {
        l1: l1.ref(0), l2: { hash: blockHash(this.chainId, 0), number: 0 }, l2Time: GENESIS_TIME,
        systemConfig: { batcherAddress: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH, gasLimit: 30_000_000, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 },
      },
      blockTime: 1, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: 900, l2ChainId: this.chainId, forks: { lagoon: GENESIS_TIME }, keepKarstUpgradeGas: false,
      batchInboxAddress: ZERO_ADDRESS, depositContractAddress: ZERO_ADDRESS, l1SystemConfigAddress: ZERO_ADDRESS, protocolVersionsAddress: ZERO_ADDRESS, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 },
    };
  }

  heads(): Heads {
    const [tip, genesis] = [this.ref(this.#length), this.ref(0)];
    return { unsafe: tip, crossUnsafe: genesis, pendingSafe: tip, localSafe: tip, safe: genesis, finalized: genesis };
  }

  syncStatus(): ReturnType<InteropChain["syncStatus"]> {
    const heads = this.#l1.heads();
    return syncStatus(heads.latest, heads, this.heads());
  }

  authorityMoved(): void {}

  reset(): void {}

  /** Nothing: the indexes hold all that is asked for. */
  get execution(): InteropChain["execution"] {
    throw new Error(`chain ${this.chainId} has no execution layer in this bench`);
  }

  ref(number: number): L2BlockRef {
    return { number, hash: blockHash(this.chainId, number), parentHash: number === 0 ? ZERO_HASH : blockHash(this.chainId, number - 1), timestamp: GENESIS_TIME + number, l1Origin: this.config.genesis.l1, sequenceNumber: number };
  }

  /** A log's hash; the logs that a block emits come before those by which it executes. */
  logHash(number: number, logIndex: number): Uint8Array {
    return logHash(this.chainId, number, logIndex);
  }

  block(number: number): IndexedBlock {
    const { sends, executes } = this.#shape;
    const logHashes = new Uint8Array(number === 0 ? 0 : (sends + executes) * LOG_HASH_BYTES);
    for (let i = 0; i < logHashes.length / LOG_HASH_BYTES; i++) logHashes.set(this.logHash(number, i), i * LOG_HASH_BYTES);
    const executing = number < 2 ? [] : Array.from({ length: executes }, (_, i) => executingMessage(this.#peer, number - 1, i, sends + i));
    return { ...this.ref(number), logHashes, executing };
  }

  /** Fills a message index with all blocks, durably. */
  fillIndex(store: Store): void {
    const index = new MessageIndex(store, { chainId: BigInt(this.chainId) });
    for (let from = 0; from <= this.#length; from += BATCH) index.seal(Array.from({ length: Math.min(BATCH, this.#length + 1 - from) }, (_, i) => this.block(from + i)));
  }

  /** Fills a store of safe heads: all blocks, as the L1 blocks carry them. */
  fillSafeHeads(store: Store): void {
    const newest = BenchL1.carrying(GENESIS_TIME + this.#length);
    writeSafeHeads(store, Array.from({ length: newest }, (_, i) => [this.#l1.ref(i + 1), this.ref(Math.min(i * L1_BLOCK_TIME, this.#length))]));
  }
}

/** Records, for L1 blocks, which L2 blocks became safe there. */
export function writeSafeHeads(store: Store, records: readonly (readonly [l1: BlockId, safe: BlockId])[]): void {
  const writes: Write[] = [];
  const db = new SafeHeadDb({ get: () => undefined, entries: () => [], write: (batch) => writes.push(...batch), close: async () => {} });
  db.begin(0);
  for (const [l1Block, safe] of records) db.record(l1Block, safe);
  for (let at = 0; at < writes.length; at += WRITES_A_BATCH) store.write(writes.slice(at, at + WRITES_A_BATCH));
}

const blockHash = (chainId: number, number: number): Hex => bytesToHex(word(2, chainId, number));
const logHash = (chainId: number, number: number, logIndex: number): Uint8Array => word(3, chainId, number, logIndex);

function executingMessage(source: number, blockNumber: number, logIndex: number, at: number): ExecutingMessage {
  const place = { blockNumber, logIndex, timestamp: GENESIS_TIME + blockNumber, chainId: BigInt(source) };
  return { logIndex: at, identifier: { origin: ORIGIN, ...place }, payloadHash: ZERO_HASH, checksum: checksumOfLog(logHash(source, blockNumber, logIndex), place) };
}
