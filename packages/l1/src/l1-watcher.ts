import { type Clock, errorMessage, type L1Heads, type Logger } from "@pangaea/primitives";
import type { L1Client } from "./l1-client.ts";

const MAX_DELAY_MS = 30_000;

/** Looks at L1's heads for all chains and tells its listeners when they move. Unreachable, it says so once and tries less and less often. */
export class L1Watcher {
  readonly #client: L1Client;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #interval: number;
  readonly #listeners = new Set<(heads: L1Heads) => void>();
  #heads: L1Heads | undefined;
  #problem: string | undefined = "L1 has not answered yet";

  constructor({ client, clock, log }: { readonly client: L1Client; readonly clock: Clock; readonly log: Logger }, { pollInterval }: { readonly pollInterval: number }) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
    this.#interval = pollInterval;
  }

  heads(): L1Heads | undefined {
    return this.#heads;
  }

  /** Why L1 cannot be followed just now, if so. */
  get problem(): string | undefined {
    return this.#problem;
  }

  subscribe(listener: (heads: L1Heads) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks once. Throws what the client throws. */
  async poll(): Promise<L1Heads> {
    const heads = await this.#client.heads();
    const before = this.#heads;
    this.#heads = heads;
    if (this.#problem !== undefined && before !== undefined) this.#log.info("L1 answers again");
    this.#problem = undefined;
    if (before?.latest.hash !== heads.latest.hash) this.#client.forgetNumbers();
    if (before?.latest.hash !== heads.latest.hash || before.safe.hash !== heads.safe.hash || before.finalized.hash !== heads.finalized.hash) for (const listener of this.#listeners) listener(heads);
    return heads;
  }

  /** Looks again and again until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    for (let delay = this.#interval; !signal.aborted; ) {
      try {
        await this.poll();
        delay = this.#interval;
      } catch (error) {
        if (this.#problem === undefined || delay === this.#interval) this.#log.warn("L1 does not answer, trying on", { error: errorMessage(error) });
        this.#problem = errorMessage(error);
        delay = Math.min(delay * 2, MAX_DELAY_MS);
      }
      await this.#clock.sleep(delay, signal).catch(() => {});
    }
  }
}
