import type { Clock } from "./clock.ts";

/** The pause of a loop between two looks, which ends early when something comes; what comes while the loop works ends its next pause at once. */
export class Rest {
  readonly #clock: Clock;
  #isWoken = false;
  #end: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#isWoken = true;
    this.#end();
  }

  /** Resolves after `ms`, when woken or when the signal aborts; never rejects. */
  async for(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isWoken) {
      const nap = new AbortController();
      const woken = new Promise<void>((resolve) => {
        this.#end = resolve;
      });
      await Promise.race([this.#clock.sleep(ms, AbortSignal.any([signal, nap.signal])).catch(() => {}), woken]);
      nap.abort();
    }
    this.#isWoken = false;
  }
}
