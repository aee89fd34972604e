import { mutate } from "./mutate.ts";
import { type Target, tryInput } from "./target.ts";

export interface ExploreOptions {
  /** Counters of the places in the code; cleared before each input. */
  readonly counters: Uint8Array;
  readonly kept: readonly Uint8Array[];
  readonly isOver: () => boolean;
  /** Told of each input before it is given to the target. */
  readonly onInput: (input: Uint8Array) => void;
  readonly onFind: (what: string, input: Uint8Array) => void;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

export interface Explored {
  readonly runs: number;
  /** Places reached by any input. */
  readonly places: number;
  /** The fewest and shortest inputs that reach all of them. */
  readonly inputs: readonly Uint8Array[];
}

/** A count as one of eight classes, so that a loop run twice is new and one run 1,001 times is not. */
const CLASSES = Uint8Array.from({ length: 256 }, (_, n) => (n === 0 ? 0 : n === 1 ? 1 : n === 2 ? 2 : n === 3 ? 4 : n < 8 ? 8 : n < 16 ? 16 : n < 32 ? 32 : n < 128 ? 64 : 128));
/** Inputs longer than this are not kept, seeds aside. */
const MAX_KEPT = 1_500;

/** Changes inputs that led to new places, for as long as it is let. */
export async function explore(target: Target, { counters, kept, isOver, onInput, onFind, random }: ExploreOptions): Promise<Explored> {
  const seen = new Uint8Array(counters.length);
  const words = new BigUint64Array(counters.buffer, 0, counters.length / 8);
  const queue: Uint8Array[] = [];
  const told = new Set<string>();
  const choose = (limit: number) => Math.floor(random() * limit);
  let runs = 0;

  /** Whether an input gets where none before got, or goes round a loop more often. */
  const run = async (input: Uint8Array): Promise<boolean> => {
    counters.fill(0);
    onInput(input);
    runs++;
    try {
      await tryInput(target, input);
    } catch (error) {
      const [what = "", ...frames] = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split("\n");
      // The same place is one find, whatever the message says of the input.
      const place = frames.length === 0 ? what : frames.slice(0, 3).join();
      if (!told.has(place)) {
        told.add(place);
        onFind([what, ...frames].join("\n"), input);
      }
      return false;
    }
    let isNew = false;
    for (let w = 0; w < words.length; w++) {
      if (words[w] === 0n) continue;
      for (let i = 8 * w; i < 8 * w + 8; i++) {
        const bit = CLASSES[counters[i]!]!;
        if ((seen[i]! | bit) === seen[i]) continue;
        seen[i]! |= bit;
        isNew = true;
      }
    }
    return isNew;
  };

  for (const input of [...target.seeds, ...kept]) if (await run(input)) queue.push(input);
  if (queue.length === 0) queue.push(new Uint8Array(0));
  while (!isOver()) {
    // The last ones are tried more often: they are where something is happening.
    const at = choose(2) === 0 ? choose(queue.length) : queue.length - 1 - choose(Math.min(16, queue.length));
    const input = mutate(target.kind, queue[at]!, choose, queue[choose(queue.length)]!);
    if (await run(input)) queue.push(input);
  }
  return { runs, ...(await fewest(target, queue, counters)) };
}

/** The shortest inputs first, each taken when it reaches a place that those before do not; seeds are there anyway. */
async function fewest(target: Target, queue: readonly Uint8Array[], counters: Uint8Array): Promise<Omit<Explored, "runs">> {
  const reached = new Uint8Array(counters.length);
  const inputs: Uint8Array[] = [];
  const own = queue.filter((input) => !target.seeds.includes(input) && input.length <= MAX_KEPT).sort((a, b) => a.length - b.length);
  for (const [i, input] of [...target.seeds, ...own].entries()) {
    counters.fill(0);
    await tryInput(target, input).catch(() => undefined);
    let isNew = false;
    for (let place = 0; place < counters.length; place++) {
      if (counters[place] === 0 || reached[place] === 1) continue;
      reached[place] = 1;
      isNew = true;
    }
    if (isNew && i >= target.seeds.length) inputs.push(input);
  }
  return { places: reached.reduce((sum, one) => sum + one, 0), inputs };
}
