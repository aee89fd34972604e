import { ManualClock } from "./manual-clock.ts";

/** Lets promises, and what runs on other threads, come to their end. */
export async function turn(times = 4): Promise<void> {
  for (let i = 0; i < times; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A manual clock that moves in steps; what is due runs to its end after each. */
export class SteppedClock extends ManualClock {
  async run(ms: number, step = 100): Promise<void> {
    for (const end = this.now() + ms; this.now() < end; ) {
      this.set(Math.min(end, this.now() + step));
      await turn();
    }
  }
}
