import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type IndexedBlock, MessageIndex, type MessageQuery, type Store } from "../src/index.ts";
import { block, CHAIN_ID, hashOf, query } from "./support/blocks.ts";
import { storeKinds } from "./support/stores.ts";

const { kinds, close } = storeKinds();
afterAll(close);

/** The index as anyone would write it who has memory and time. */
class ArrayIndex {
  blocks: IndexedBlock[] = [];

  contains(claim: MessageQuery, upTo: number): string {
    const view = this.blocks.filter(({ number }) => number <= upTo);
    const found = view.find(({ number }) => number === claim.blockNumber);
    if (found !== undefined) {
      const branch = Number(BigInt(found.hash) >> 160n & 0xffff_ffffn);
      const there = claim.logIndex < found.logHashes.length / 32 && claim.timestamp === found.timestamp && claim.checksum === query(found.number, claim.logIndex, branch).checksum;
      return there ? "yes" : "contradiction";
    }
    if (this.blocks.length === 0) return "not-yet";
    if (claim.blockNumber > Math.min(upTo, this.blocks.at(-1)!.number)) return view.some(({ timestamp }) => timestamp >= claim.timestamp) ? "contradiction" : "not-yet";
    return view.some(({ timestamp }) => timestamp <= claim.timestamp) ? "contradiction" : "pruned";
  }
}

type Step =
  | { readonly do: "seal"; readonly counts: readonly number[]; readonly overlap: number }
  | { readonly do: "fork" | "rewind" | "prune"; readonly back: number }
  | { readonly do: "clear"; readonly start: number }
  | { readonly do: "reopen" }
  | { readonly do: "ask"; readonly back: number; readonly log: number; readonly late: number; readonly view: number; readonly branch: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("seal" as const), counts: fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.nat(280) }), { maxLength: 60 }), overlap: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("fork" as const, "rewind" as const), back: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("prune" as const), back: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clear" as const), start: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("ask" as const), back: fc.integer({ min: -3, max: 130 }), log: fc.nat(12), late: fc.constantFrom(0, 0, 0, 1, -1, 40, -40), view: fc.oneof(fc.constant(-1_000), fc.integer({ min: -2, max: 130 })), branch: fc.constantFrom(-1, -1, -1, 0, 1) }) },
);

function run(open: () => Store, steps: readonly Step[]): void {
  const store = open();
  let index = new MessageIndex(store, { chainId: CHAIN_ID, cacheBytes: 3 * 4_096 });
  const model = new ArrayIndex();
  let [branch, next] = [0, 50];
  const parentBranch = () => (model.blocks.length === 0 ? branch : Number(BigInt(model.blocks.at(-1)!.hash) >> 160n & 0xffff_ffffn));
  const back = (by: number) => model.blocks[Math.max(0, model.blocks.length - 1 - by)];
  for (const one of steps) {
    if (one.do === "seal") {
      const made: IndexedBlock[] = [];
      for (const count of one.counts) made.push(block(next++, count, { branch, parentBranch: made.length === 0 ? parentBranch() : branch, executes: count > 3 ? [1, count - 1] : [] }));
      index.seal([...(one.overlap === 0 ? [] : model.blocks.slice(-one.overlap)), ...made]);
      model.blocks.push(...made);
    } else if (one.do === "fork" && model.blocks.length > 1) {
      const other = block(back(one.back)!.number, 1, { branch: branch + 1 });
      expect(() => index.seal([other])).toThrow(other.hash);
    } else if (one.do === "rewind" && model.blocks.length > 0) {
      const to = back(one.back)!;
      index.rewind(to);
      model.blocks = model.blocks.filter(({ number }) => number <= to.number);
      next = to.number + 1;
      branch++;
    } else if (one.do === "prune" && model.blocks.length > 0) {
      const keep = back(one.back)!;
      while (index.prune(keep.timestamp) > 0);
      model.blocks = model.blocks.filter(({ number }) => number >= keep.number);
    } else if (one.do === "clear") {
      index.rewind(undefined);
      model.blocks = [];
      next = one.start + 1;
      branch++;
    } else if (one.do === "reopen") index = new MessageIndex(store, { chainId: CHAIN_ID });
    else if (one.do === "ask") {
      const number = Math.max(0, next - 1 - one.back);
      const claim = query(number, one.log, one.branch < 0 ? branch : one.branch);
      const late = { ...claim, timestamp: claim.timestamp + one.late };
      const upTo = one.view === -1_000 ? Number.MAX_SAFE_INTEGER : Math.max(0, next - 1 - one.view);
      expect(index.contains(late, upTo).kind).toBe(model.contains(late, upTo));
    }
    const number = next - 1 - (steps.indexOf(one) % 90);
    const known = model.blocks.find((candidate) => candidate.number === number);
    expect(index.blockAt(number)).toEqual(known);
    expect([index.first?.hash, index.first?.parentHash, index.last?.hash]).toEqual([model.blocks[0]?.hash, model.blocks[0]?.parentHash, model.blocks.at(-1)?.hash]);
  }
  for (const one of model.blocks) expect(index.blockAt(one.number)).toEqual(one);
}

describe.each(kinds)("a message index in %s", (name, open) => {
  it("answers as a plain array does, whatever is sealed, rewound, pruned and asked", () => {
    fc.assert(fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => run(open, steps)), { numRuns: name === "memory" ? 100 : 15 });
  });
});

it("the model tells blocks of two branches apart", () => {
  const model = new ArrayIndex();
  model.blocks = [block(5, 2, { branch: 7 })];
  expect(model.blocks[0]?.hash).toBe(hashOf(5, 7));
  expect([model.contains(query(5, 1, 7), 9), model.contains(query(5, 1, 6), 9)]).toEqual(["yes", "contradiction"]);
});
