import { type Clock, errorMessage, type Hex, type Logger, silentLogger, TemporaryError } from "@pangaea/primitives";
import { type MessageCheck, type MessageCheckResult, type MessageDescriptor, type MessageFilter, MessageRefusedError } from "./message-filter.ts";

export interface MessageGateOptions {
  /** How much later than the next block a transaction's messages must still be executable for it to enter, in seconds. */
  readonly timeout?: number;
  /** Whether a transaction may enter before its messages are there: for chains that execute messages of the same second. */
  readonly admitsWaiting?: boolean;
  /** How long a transaction may wait in the pool for its messages, in seconds of block time. */
  readonly maxWait?: number;
  /** How many transactions with messages are asked about for one block, those that tip most. */
  readonly maxPerBlock?: number;
  /** How long the filter may take to answer for one that would enter, in milliseconds. */
  readonly admissionMs?: number;
  /** How long the filter may take to answer for a block, in milliseconds; a later answer leaves all of them out of that block. */
  readonly blockMs?: number;
  /** How many transactions may stand before the pool at once while the filter is asked. */
  readonly maxAdmissions?: number;
}

/** What a filter's answer means for a block. */
export interface MessageSorting {
  readonly executable: ReadonlySet<Hex>;
  /** To be dropped from the pool, each with the reason. */
  readonly dropped: ReadonlyMap<Hex, string>;
}

/**
 * Asks a message filter about transactions, at the pool's entry and before each block, within bounds of time and number, and keeps
 * which of them wait for a message since when. An unanswered question lets nothing in and drops nothing.
 */
export class MessageGate {
  readonly #filter: MessageFilter;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #options: Required<MessageGateOptions>;
  /** Time of the first block that had to do without, by transaction. */
  readonly #waitingSince = new Map<Hex, number>();
  #admissions = 0;

  constructor({ filter, clock, log = silentLogger }: { readonly filter: MessageFilter; readonly clock: Clock; readonly log?: Logger }, { timeout = 0, admitsWaiting = false, maxWait = 60, maxPerBlock = 500, admissionMs = 2_000, blockMs = 200, maxAdmissions = 1_000 }: MessageGateOptions = {}) {
    this.#filter = filter;
    this.#clock = clock;
    this.#log = log;
    this.#options = { timeout, admitsWaiting, maxWait, maxPerBlock, admissionMs, blockMs, maxAdmissions };
  }

  get maxPerBlock(): number {
    return this.#options.maxPerBlock;
  }

  /** Whether the last block had to do without this transaction because of its messages. */
  isWaiting(hash: Hex): boolean {
    return this.#waitingSince.has(hash);
  }

  forget(hash: Hex): void {
    this.#waitingSince.delete(hash);
  }

  /** Asks for a transaction that would enter, to be executed at a time or later. Throws `MessageRefusedError`; `TemporaryError` when nobody can tell now. */
  async admit(check: MessageCheck, timestamp: number): Promise<void> {
    const { timeout, admitsWaiting, admissionMs, maxAdmissions } = this.#options;
    if (this.#admissions >= maxAdmissions) throw new TemporaryError(`${this.#admissions} transactions wait for their messages to be checked, the most at once; retry later`);
    this.#admissions++;
    try {
      const [result] = await this.#ask([check], { timestamp, timeout }, admissionMs);
      if (result !== undefined && result.kind !== "ok" && !(result.kind === "wait" && admitsWaiting)) throw new MessageRefusedError(result.code, result.message);
    } catch (error) {
      if (error instanceof MessageRefusedError) throw error;
      throw new TemporaryError(`the messages of the transaction could not be checked (${errorMessage(error)}); retry later`);
    } finally {
      this.#admissions--;
    }
  }

  /** Asks for transactions that a block of a time could take. Never rejects: without an answer none is executable and none is dropped. */
  async sort(checks: readonly MessageCheck[], timestamp: number): Promise<MessageSorting> {
    const executable = new Set<Hex>();
    const dropped = new Map<Hex, string>();
    const { maxWait, blockMs } = this.#options;
    try {
      const results = await this.#ask(checks, { timestamp, timeout: 0 }, blockMs);
      results.forEach((result, i) => {
        const { hash } = checks[i]!;
        if (result.kind === "ok") {
          executable.add(hash);
          this.#waitingSince.delete(hash);
          return;
        }
        const since = this.#waitingSince.get(hash) ?? timestamp;
        this.#waitingSince.set(hash, since);
        if (result.kind === "refused") dropped.set(hash, result.message);
        else if (timestamp - since >= maxWait) dropped.set(hash, `it has waited ${timestamp - since} s for its messages: ${result.message}`);
      });
    } catch (error) {
      this.#log.warn("transactions with messages are left out of a block: their messages could not be checked", { transactions: checks.length, timestamp, error: errorMessage(error) });
    }
    return { executable, dropped };
  }

  async #ask(checks: readonly MessageCheck[], descriptor: MessageDescriptor, ms: number): Promise<readonly MessageCheckResult[]> {
    const answered = new AbortController();
    const answer = (async () => this.#filter.check(checks, descriptor))();
    const late = this.#clock.sleep(ms, answered.signal).then((): never => {
      throw new TemporaryError(`the message filter took longer than ${ms} ms`);
    });
    try {
      const results = await Promise.race([answer, late]);
      if (results.length !== checks.length) throw new TemporaryError(`the message filter gave ${results.length} answers to ${checks.length} checks`);
      return results;
    } finally {
      answered.abort();
    }
  }
}
