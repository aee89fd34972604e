import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finds, keptInputs } from "../src/corpus.ts";
import { type Choose, mutate } from "../src/mutate.ts";
import { tryInput } from "../src/target.ts";
import { TARGETS } from "../src/targets.ts";

const RUNS = 60;
/** Choices out of numbers that fast-check makes up, and makes smaller when something is found; zeros when they are used up. */
const choices = fc.array(fc.nat(), { maxLength: 60 }).map((numbers): (() => Choose) => () => {
  let at = 0;
  return (limit) => (numbers[at++] ?? 0) % Math.max(1, limit);
});
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.json({ maxDepth: 4 })).map((value) => new Uint8Array(Buffer.from(value)));

describe.each(TARGETS)("the parser of $name", (target) => {
  it("reads its samples", async () => {
    expect(target.seeds.length).toBeGreaterThan(0);
    for (const seed of target.seeds) await tryInput(target, seed);
  });

  it("reads any input or refuses it with an error of ours", async () => {
    const any = target.kind === "bytes" ? fc.uint8Array({ maxLength: 200 }) : text;
    await fc.assert(fc.asyncProperty(any, async (input) => {
      expect(["read", "refused"]).toContain(await tryInput(target, input));
    }), { numRuns: RUNS });
  });

  it("reads changed samples or refuses them with an error of ours", async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.nat(), choices, async (seed, other, choose) => {
      const [sample, donor] = [target.seeds[seed % target.seeds.length]!, target.seeds[other % target.seeds.length]!];
      expect(["read", "refused"]).toContain(await tryInput(target, mutate(target.kind, sample, choose(), donor)));
    }), { numRuns: RUNS });
  });

  it("reads the kept inputs or refuses them with an error of ours", async () => {
    for (const input of keptInputs(target)) expect(["read", "refused"]).toContain(await tryInput(target, input));
  });
});

describe("what once broke a parser", () => {
  it.each(finds())("does not any more: $name", async ({ target: name, input }) => {
    const target = TARGETS.find((one) => one.name === name);
    expect(target, `a target ${name} is there`).toBeDefined();
    expect(["read", "refused"]).toContain(await tryInput(target!, input));
  });
});
