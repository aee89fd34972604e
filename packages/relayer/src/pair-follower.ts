import { type BlockId, errorMessage, InvalidInputError, type Logger, sameBlock } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import type { DestinationRelay } from "./destination-relay.ts";
import type { RelayerMetrics } from "./metrics.ts";
import type { BlockHead, RelayChain, SentMessageLog } from "./relay-chain.ts";
import { type RelayMessage, relayMessageOf } from "./relay-message.ts";
import type { RelayPair } from "./relay-policy.ts";
import type { RelayStore } from "./relay-store.ts";

export interface PairFollowerModules {
  readonly pair: RelayPair;
  readonly chain: RelayChain;
  readonly destination: DestinationRelay;
  readonly store: RelayStore;
  readonly log: Logger;
  readonly metrics: RelayerMetrics;
}

/** Most blocks that are asked for at once. */
const MAX_RANGE = 1_000;
/** Blocks that may be read without a message before the cursor is written: that many are read again after a crash. */
const WRITE_EVERY = 32;
/** The newest blocks read that are remembered one by one, and the distance and number of those that are remembered below them. */
const DENSE_POINTS = 32;
const SPARSE_DISTANCE = 64;
const MAX_POINTS = 128;

/** Blocks by which a common ancestor is found later: all of the newest, then some far apart. */
function thinned(points: readonly BlockId[]): readonly BlockId[] {
  const dense = points.length - DENSE_POINTS;
  return points.filter((point, i) => i === 0 || i >= dense || Math.floor(point.number / SPARSE_DISTANCE) !== Math.floor(points[i - 1]!.number / SPARSE_DISTANCE)).slice(-MAX_POINTS);
}

/** Reads the messages of one pair of chains from the source's blocks, as these come; goes back to the last common block after a reorg. */
export class PairFollower {
  readonly pair: RelayPair;
  readonly #modules: PairFollowerModules;
  readonly #lookbackBlocks: number;
  #points: readonly BlockId[];
  #writtenAt: number;
  #range = MAX_RANGE;

  /** Takes up where the store says that an earlier run stood. Throws `CriticalError` for a damaged record. */
  constructor(modules: PairFollowerModules, { lookbackBlocks }: { readonly lookbackBlocks: number }) {
    this.#modules = modules;
    this.pair = modules.pair;
    this.#lookbackBlocks = lookbackBlocks;
    this.#points = modules.store.points(this.pair) ?? [];
    this.#writtenAt = this.#points.at(-1)?.number ?? -1;
    modules.destination.queue.add(modules.store.messages(this.pair));
  }

  /** The newest block read; undefined before the first. */
  get cursor(): BlockId | undefined {
    return this.#points.at(-1);
  }

  /** Reads on, up to the head; true when there is more to read at once. Errors of the chain are passed on. */
  async poll(head: BlockHead): Promise<boolean> {
    const cursor = await this.#cursorBelow(head);
    const { chain, destination } = this.#modules;
    if (cursor === undefined || cursor.number >= head.number || destination.queue.isFull(this.pair.source)) return false;
    const to = Math.min(head.number, cursor.number + this.#range);
    const end = to === head.number ? head : await chain.block(to);
    if (end === undefined) return false;
    const logs = await this.#logs(cursor.number + 1, to);
    // A log of another block at the end's height: a reorg is under way, the next look finds out.
    if (logs.some(({ blockNumber, blockHash }) => blockNumber === to && blockHash !== end.hash)) return false;
    const { found, readTo } = this.#take(logs, end);
    // What comes from after the cursor was found canonical may be of another chain than the cursor: its blocks below would never be read.
    const isOfHead = readTo.number === head.number && readTo.hash === head.hash;
    if (!isOfHead && (await chain.block(cursor.number))?.hash !== cursor.hash) return false;
    this.#advance(readTo, found);
    return readTo.number < head.number;
  }

  /** The newest block read that is of the chain to which the head belongs; reads its first one when there is none. */
  async #cursorBelow(head: BlockHead): Promise<BlockId | undefined> {
    const { chain } = this.#modules;
    const cursor = this.cursor;
    if (cursor === undefined) {
      this.#points = await this.#firstPoint(head.number);
      return this.cursor;
    }
    if (sameBlock(cursor, head) || head.parentHash === cursor.hash) return cursor;
    if ((await chain.block(cursor.number))?.hash === cursor.hash) return cursor;
    await this.#goBack(head);
    return this.cursor;
  }

  async #firstPoint(below: number): Promise<readonly BlockId[]> {
    const block = await this.#modules.chain.block(Math.max(0, below - this.#lookbackBlocks));
    return block === undefined ? [] : [{ number: block.number, hash: block.hash }];
  }

  async #goBack(head: BlockHead): Promise<void> {
    const { chain, store, destination, log } = this.#modules;
    let common = this.#points.length - 1;
    while (common >= 0 && (await chain.block(this.#points[common]!.number))?.hash !== this.#points[common]!.hash) common--;
    const points = common >= 0 ? this.#points.slice(0, common + 1) : await this.#firstPoint(Math.min(head.number, this.#points[0]!.number));
    const base = points.at(-1);
    if (base === undefined) return;
    const dropped = destination.dropAbove(this.pair.source, base.number);
    log.info("reorg of a source chain; its messages are read again from the last common block", { ...this.pair, from: this.cursor?.number, to: base.number, dropped: dropped.length });
    store.advance(this.pair, points, [], dropped);
    this.#points = points;
    this.#writtenAt = base.number;
  }

  /** Endpoints bound what they answer at once: a range that is refused is halved, and grows again. */
  async #logs(from: number, to: number): Promise<readonly SentMessageLog[]> {
    try {
      const logs = await this.#modules.chain.logs(from, to, this.pair.destination);
      this.#range = Math.min(MAX_RANGE, this.#range * 2);
      return logs;
    } catch (error) {
      if (error instanceof RpcError) this.#range = Math.max(1, Math.floor((to - from + 1) / 2));
      throw error;
    }
  }

  /** The messages of whole blocks, as many as there is room for and of one block at the least, and the block up to which they go. */
  #take(logs: readonly SentMessageLog[], end: BlockId): { readonly found: readonly RelayMessage[]; readonly readTo: BlockId } {
    const { destination, log } = this.#modules;
    const room = destination.queue.room(this.pair.source);
    const found: RelayMessage[] = [];
    let readTo: BlockId | undefined;
    for (const sent of logs) {
      if (readTo !== undefined && sent.blockNumber !== readTo.number && found.length >= room) return { found, readTo };
      readTo = { number: sent.blockNumber, hash: sent.blockHash };
      try {
        const message = relayMessageOf(this.pair.source, this.pair.destination, sent);
        if (message !== undefined && !destination.queue.has(message)) found.push(message);
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        log.warn("a SentMessage log cannot be read; it is passed over", { ...this.pair, block: sent.blockNumber, logIndex: sent.logIndex, error: errorMessage(error) });
      }
    }
    return { found, readTo: { number: end.number, hash: end.hash } };
  }

  #advance(readTo: BlockId, found: readonly RelayMessage[]): void {
    const { store, destination, metrics } = this.#modules;
    const points = thinned([...this.#points, readTo]);
    if (found.length > 0 || readTo.number - this.#writtenAt >= WRITE_EVERY) {
      store.advance(this.pair, points, found);
      this.#writtenAt = readTo.number;
    }
    this.#points = points;
    if (found.length > 0) metrics.countSeen(this.pair, destination.queue.add(found));
  }
}
