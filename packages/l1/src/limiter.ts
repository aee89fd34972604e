import { TemporaryError } from "@pangaea/primitives";

export interface LimiterOptions {
  /** What is limited, for the message when too many wait. */
  readonly what: string;
  readonly atOnce: number;
  readonly waiting: number;
}

/** Lets a bounded number of tasks run and a bounded number wait, first come first served. */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /** Runs a task when its turn comes. Throws `TemporaryError` when too many wait already. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const { what, atOnce, waiting } = this.#options;
    if (this.#running >= atOnce) {
      if (this.#waiting.length >= waiting) throw new TemporaryError(`${what}: ${waiting} tasks are waiting already; try again later`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await task();
    } finally {
      // The place goes to the one who has waited longest, else it is free.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
