import { type Clock, errorMessage, formatBlock, type L1Heads, type Logger } from "@pangaea/primitives";
import type { L1Client } from "./l1-client.ts";

const MAX_DELAY_MS = 30_000;

export interface L1WatcherModules {
  readonly client: Pick<L1Client, "heads" | "follow" | "unfollow">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Looks at L1's heads for all chains and tells its listeners when they move. Unreachable, it says so once and tries less and less often. */
export class L1Watcher {
  readonly #client: L1WatcherModules["client"];
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #interval: number;
  readonly #listeners = new Set<(heads: L1Heads) => void>();
  #heads: L1Heads | undefined;
  #problem: string | undefined = "L1 has not answered yet";

  /** `pollInterval` in milliseconds. */
  constructor({ client, clock, log }: L1WatcherModules, { pollInterval }: { readonly pollInterval: number }) {
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
    const { reorganised } = await this.#client.follow(heads);
    const before = this.#heads;
    this.#heads = heads;
    if (this.#problem !== undefined && before !== undefined) this.#log.info("L1 answers again");
    this.#problem = undefined;
    if (reorganised && before !== undefined) this.#log.warn("L1 has reorganised", { from: formatBlock(before.latest), to: formatBlock(heads.latest) });
    if (before?.latest.hash !== heads.latest.hash || before.safe.hash !== heads.safe.hash || before.finalized.hash !== heads.finalized.hash) this.#tell(heads);
    return heads;
  }

  /** Looks again and again until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    for (let delay = this.#interval, failing = false; !signal.aborted; ) {
      try {
        await this.poll();
        delay = this.#interval;
        failing = false;
      } catch (error) {
        this.#problem = errorMessage(error);
        if (!failing) this.#log.warn("L1 does not answer, trying on", { error: this.#problem });
        failing = true;
        delay = Math.min(delay * 2, MAX_DELAY_MS);
      }
      await this.#clock.sleep(delay, signal).catch(() => {});
    }
    this.#client.unfollow();
  }

  #tell(heads: L1Heads): void {
    for (const listener of this.#listeners) {
      try {
        listener(heads);
      } catch (error) {
        this.#log.error("a listener to L1's heads failed", { error: errorMessage(error) });
      }
    }
  }
}
