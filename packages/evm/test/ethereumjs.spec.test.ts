import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TraceEnter, TraceExit } from "../src/index.ts";
import { runOnEthereumJs } from "./support/ethereumjs.ts";
import { describeWorld, runWorld, world } from "./support/worlds.ts";

/** Worlds for each seed; PANGAEA_FUZZ_RUNS asks for more. */
const RUNS = Number(process.env.PANGAEA_FUZZ_RUNS ?? 100);
const TIMEOUT = 1_000 * RUNS;
const SEEDS = [1, 2, 3, 4, 5, 6];
const FRESH_SEEDS = 2;

const FORBIDDEN_FIRST = 0xef;

/** Watches for what @ethereumjs/evm gets wrong: it takes what a reverted creation gives back for code, and its first byte for a forbidden one. */
function faultWatcher() {
  const kinds: string[] = [];
  const watcher = {
    seen: false,
    onEnter: ({ type }: TraceEnter) => void kinds.push(type),
    onExit: ({ error, output }: TraceExit) => {
      if (kinds.pop()?.startsWith("CREATE") === true && error !== undefined && output[0] === FORBIDDEN_FIRST) watcher.seen = true;
    },
  };
  return watcher;
}

async function compare(seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const fault = faultWatcher();
      const ours = runWorld(one, fault);
      fc.pre(!fault.seen);
      expect(ours, describeWorld(one)).toEqual(await runOnEthereumJs(one));
    }),
    { seed, numRuns: RUNS },
  );
}

describe("generated programs do the same here as on @ethereumjs/evm: success, gas, output, refund, logs and state", () => {
  it.each(SEEDS)("from seed %i", (seed) => compare(seed), TIMEOUT);

  it.each(Array.from({ length: FRESH_SEEDS }, () => Math.floor(Math.random() * 2 ** 31)))("from the fresh seed %i", (seed) => compare(seed), TIMEOUT);
});
