import type { Clock } from "@pangaea/primitives";

/** Time that stands still until the test moves it. Milliseconds. */
export class ManualClock implements Clock {
  #now: number;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => reject(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      this.#sleepers.push({
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      });
      this.#wakeDue();
    });
  }

  set(now: number): void {
    this.#now = now;
    this.#wakeDue();
  }

  advance(ms: number): void {
    this.set(this.#now + ms);
  }

  #wakeDue(): void {
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
  }
}

const PATIENCE_MS = 15_000;

/** Lets everything run that can until the condition holds. With a clock, time passes meanwhile. Throws when the condition does not come. */
export async function until(condition: () => boolean | Promise<boolean>, clock?: ManualClock, step = 100): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let turn = 0; performance.now() < end; turn++) {
    if (await condition()) return;
    if (turn % 10 === 9) clock?.advance(step);
    await new Promise(setImmediate);
  }
  throw new Error(`it did not come about: ${condition}`);
}
