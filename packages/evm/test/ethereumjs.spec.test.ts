import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runOnEthereumJs } from "./support/ethereumjs.ts";
import { describeWorld, runWorld, world } from "./support/worlds.ts";

/** Worlds for each seed; PANGAEA_FUZZ_RUNS asks for more. */
const RUNS = Number(process.env.PANGAEA_FUZZ_RUNS ?? 60);
const TIMEOUT = 1_000 * RUNS;
const SEEDS = [1, 2, 3, 4, 5, 6];
const FRESH_SEEDS = 2;

async function compare(seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      expect(runWorld(one), describeWorld(one)).toEqual(await runOnEthereumJs(one));
    }),
    { seed, numRuns: RUNS, endOnFailure: false },
  );
}

describe("generated programs do the same here as on @ethereumjs/evm: success, gas, output, refund, logs and state", () => {
  it.each(SEEDS)("from seed %i", (seed) => compare(seed), TIMEOUT);

  it.each(Array.from({ length: FRESH_SEEDS }, () => Math.floor(Math.random() * 2 ** 31)))("from the fresh seed %i", (seed) => compare(seed), TIMEOUT);
});
