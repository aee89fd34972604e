import { byTimeAndPlace, type RelayMessage } from "./relay-message.ts";

/** A message at its destination. waiting: for its next attempt. under-way: in a transaction. settled: executed in `settledAt`, kept until that block is safe. */
export interface QueuedMessage {
  readonly message: RelayMessage;
  state: "waiting" | "under-way" | "settled";
  /** Block of the destination. */
  settledAt: number;
  /** Clock time before which it is not tried again. */
  dueAt: number;
  /** Attempts that the destination refused or that reverted. */
  failures: number;
  /** Attempts in a row that say nothing about the message itself. */
  delays: number;
  /** Whether its block is no longer of the source chain, or it expired: it is not to be relayed. */
  isDropped: boolean;
}

/** Bytes of payload of a pair's waiting messages; with so many the pair is full. */
const MAX_QUEUED_BYTES = 64_000_000;

const keyOf = ({ source, identifier, blockHash }: RelayMessage): string => `${source}:${identifier.blockNumber}:${identifier.logIndex}:${blockHash}`;

const dueSince = ({ dueAt, message }: QueuedMessage): number => Math.max(dueAt, message.identifier.timestamp * 1_000);

/** The messages to one destination, of all sources. What waits or is under way is bounded for each source by who adds; what is settled is bounded here. */
export class MessageQueue {
  readonly #maxQueued: number;
  readonly #entries = new Map<string, QueuedMessage>();
  readonly #load = new Map<number, { count: number; bytes: number }>();
  #settled = 0;

  constructor(maxQueued: number) {
    this.#maxQueued = maxQueued;
  }

  /** Takes messages in; those that are there already are passed over. Gives how many are new. */
  add(messages: readonly RelayMessage[]): number {
    let added = 0;
    for (const message of messages) {
      const key = keyOf(message);
      if (this.#entries.has(key)) continue;
      this.#entries.set(key, { message, state: "waiting", settledAt: 0, dueAt: 0, failures: 0, delays: 0, isDropped: false });
      this.#weigh(message, 1);
      added++;
    }
    return added;
  }

  has(message: RelayMessage): boolean {
    return this.#entries.has(keyOf(message));
  }

  remove(entry: QueuedMessage): void {
    if (!this.#entries.delete(keyOf(entry.message))) return;
    if (entry.state === "settled") this.#settled--;
    else this.#weigh(entry.message, -1);
  }

  /** Takes down that a message is executed in a block of the destination. Gives the oldest settled ones that there is no room for any more, removed. */
  settle(entry: QueuedMessage, blockNumber: number): readonly QueuedMessage[] {
    if (entry.state !== "settled" && this.#entries.has(keyOf(entry.message))) {
      this.#settled++;
      this.#weigh(entry.message, -1);
    }
    entry.state = "settled";
    entry.settledAt = blockNumber;
    const excess = this.#settled - this.#maxQueued;
    const oldest = excess > 0 ? this.settled().slice(0, excess) : [];
    for (const one of oldest) this.remove(one);
    return oldest;
  }

  /** Back from under way or settled: it waits until a time. */
  wait(entry: QueuedMessage, dueAt: number): void {
    if (entry.state === "settled" && this.#entries.has(keyOf(entry.message))) {
      this.#settled--;
      this.#weigh(entry.message, 1);
    }
    entry.state = "waiting";
    entry.dueAt = dueAt;
  }

  isFull(source: number): boolean {
    const { count, bytes } = this.#load.get(source) ?? { count: 0, bytes: 0 };
    return count >= this.#maxQueued || bytes >= MAX_QUEUED_BYTES;
  }

  /** Messages of a source that may still be added. */
  room(source: number): number {
    return this.isFull(source) ? 0 : this.#maxQueued - this.pending(source);
  }

  /** Messages of a source that wait or are under way. */
  pending(source: number): number {
    return this.#load.get(source)?.count ?? 0;
  }

  /**
   * What may be tried now: of blocks up to a time (Unix seconds) and due, none whose message is under way in another transaction. In the order in
   * which it fell due, so that messages that always fail do not stand before the others each time; what fell due together as in its blocks.
   */
  due(now: number, timestamp: number, limit: number): readonly QueuedMessage[] {
    if (limit <= 0) return [];
    const taken = new Set<string>();
    for (const { state, message } of this.#entries.values()) if (state === "under-way") taken.add(message.messageHash);
    const ready = [...this.#entries.values()].filter(({ state, dueAt, message }) => state === "waiting" && dueAt <= now && message.identifier.timestamp <= timestamp);
    const chosen: QueuedMessage[] = [];
    for (const entry of ready.sort((a, b) => dueSince(a) - dueSince(b) || byTimeAndPlace(a.message, b.message))) {
      if (chosen.length >= limit) break;
      if (taken.has(entry.message.messageHash)) continue;
      taken.add(entry.message.messageHash);
      chosen.push(entry);
    }
    return chosen;
  }

  /** In the order of their settling's block. */
  settled(): readonly QueuedMessage[] {
    return [...this.#entries.values()].filter(({ state }) => state === "settled").sort((a, b) => a.settledAt - b.settledAt);
  }

  get hasSettled(): boolean {
    return this.#settled > 0;
  }

  all(): IterableIterator<QueuedMessage> {
    return this.#entries.values();
  }

  #weigh({ source, payload }: RelayMessage, sign: 1 | -1): void {
    const load = this.#load.get(source) ?? { count: 0, bytes: 0 };
    this.#load.set(source, { count: load.count + sign, bytes: load.bytes + sign * payload.length });
  }
}
