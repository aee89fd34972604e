import type { BlockId, ExecutionPayloadEnvelope, Hex, L1BlockRef, L2BlockRef } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Finality, type FinalityOptions, SafeHeadDb, UnsafePayloads } from "../src/index.ts";

const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, "0")}`;
const id = (number: number, fork = 0): BlockId => ({ number, hash: hash(number + fork * 1_000_000) });
const l1 = (number: number): L1BlockRef => ({ ...id(number), parentHash: hash(number - 1), timestamp: number });
const l2 = (number: number): L2BlockRef => ({ ...l1(number), l1Origin: id(0), sequenceNumber: number });

describe("the safe-head database", () => {
  const filled = (entries: readonly (readonly [l1: number, l2: number])[]) => {
    const db = new SafeHeadDb(new MemoryStore());
    for (const [at, safe] of entries) db.record(id(at), id(safe));
    return db;
  };

  it("gives the safe head as of any L1 block at or after its first entry", () => {
    const db = filled([[10, 1], [12, 5], [12, 6], [20, 9]]);
    expect([10, 11, 12, 19, 20, 99].map((at) => db.safeHeadAtL1(at).safeHead.number)).toEqual([1, 1, 6, 6, 9, 9]);
    expect(() => db.safeHeadAtL1(9)).toThrow("no safe head is recorded at or before L1 block 9");
  });

  it("gives the first L1 block at which an L2 block was safe", () => {
    const db = filled([[10, 1], [12, 6], [20, 9]]);
    expect([1, 2, 6, 7, 9].map((number) => db.l1AtSafeHead(number).l1Block.number)).toEqual([10, 12, 12, 20, 20]);
    expect(() => db.l1AtSafeHead(10)).toThrow("not recorded as safe yet");
  });

  it("says which L2 blocks became safe together, wherever they lie", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 300 })), { minLength: 1, maxLength: 30, selector: ([at]) => at }), fc.integer({ min: 1, max: 310 }), (pairs, wanted) => {
        const ats = pairs.map(([at]) => at).sort((a, b) => a - b);
        const safes = pairs.map(([, safe]) => safe).sort((a, b) => a - b);
        const db = filled(ats.map((at, i) => [at, safes[i]!]));
        db.begin(0);
        const i = safes.findIndex((safe) => safe >= wanted);
        if (i < 0) expect(() => db.l1AtSafeHead(wanted)).toThrow("not recorded");
        else expect(db.l1AtSafeHead(wanted)).toMatchObject({ l1Block: { number: ats[i] }, after: i === 0 ? 0 : safes[i - 1] });
      }),
    );
  });

  it("knows nothing of blocks from before the record began", () => {
    const db = filled([[10, 7]]);
    db.begin(5);
    db.begin(9);
    expect(db.floor).toBe(5);
    expect(() => db.l1AtSafeHead(5)).toThrow("the record begins after block 5");
    expect(db.l1AtSafeHead(6)).toMatchObject({ l1Block: { number: 10 }, after: 5, upTo: 7 });
  });

  it("begins anew after blocks that were not derived here: of what came before, nothing is known", () => {
    const db = filled([[10, 7]]);
    db.begin(0);
    db.beginAnew(id(40));
    expect(db.floor).toBe(40);
    expect(() => db.l1AtSafeHead(7)).toThrow("the record begins after block 40");
    expect(() => db.safeHeadAtL1(99)).toThrow("no safe head");
  });

  it("forgets what a reset takes back", () => {
    const db = filled([[10, 1], [12, 6], [20, 9]]);
    db.truncate(id(7));
    expect(db.safeHeadAtL1(99).safeHead.number).toBe(6);
    db.truncate(id(0));
    expect(() => db.safeHeadAtL1(99)).toThrow("no safe head");
  });

  it("finds the newest entry that L1 still carries, wherever L1 has parted", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 }), fc.integer({ min: -1, max: 501 }), async (numbers, parting) => {
        const sorted = [...numbers].sort((a, b) => a - b);
        const db = filled(sorted.map((at, i) => [at, i]));
        let asked = 0;
        const found = await db.newestOn(async ({ number }) => {
          asked++;
          return number <= parting;
        });
        expect(found?.l1Block.number).toBe(sorted.findLast((at) => at <= parting));
        expect(asked).toBeLessThanOrEqual(12);
      }),
    );
  });
});

describe("finality", () => {
  const view = (reached: number, { finalized = 0, isIdle = false, settledUpTo = (number: number) => number } = {}) => ({ reached: l1(reached), finalized: l2(finalized), isIdle, settledUpTo });
  /** L2 block n was the last derived from L1 block 100 + n, for so many. */
  const derived = (count: number, options: FinalityOptions = {}) => {
    const finality = new Finality(options);
    for (let i = 1; i <= count; i++) finality.record(l1(100 + i), l2(i));
    return finality;
  };
  const due = (finality: Finality, ...of: Parameters<typeof view>) => finality.due(view(...of))?.l2.number;

  it("takes an older word of L1 where L1 no longer stands by the newer one", () => {
    const finality = derived(10);
    finality.signal(l1(109));
    finality.distrust();
    expect(due(finality, 110)).toBeUndefined();
    expect(finality.signal(l1(104))).toBe(true);
    expect(due(finality, 110)).toBe(4);
  });

  it.each([[100, undefined], [101, 1], [103, 3], [110, 10], [500, 10]])("by an L1 block %d reaches the newest L2 block derived from L1 up to there: %s", (signal, expected) => {
    const finality = derived(10);
    finality.signal(l1(signal));
    expect(due(finality, 110)).toBe(expected);
  });

  it("counts the last of several blocks derived from one L1 block", () => {
    const finality = derived(2);
    finality.record(l1(102), l2(3));
    finality.signal(l1(102));
    expect(due(finality, 102)).toBe(3);
  });

  it("names the L1 block that the L2 block came from and the one that is final, for both to be looked up", () => {
    const finality = derived(2);
    finality.signal(l1(150));
    expect(finality.due(view(110))).toEqual({ l1: l1(102), l2: l2(2), signal: l1(150) });
  });

  it("is not due before L1 has said anything, nor for what is final already", () => {
    const finality = derived(5);
    expect(due(finality, 105)).toBeUndefined();
    finality.signal(l1(103));
    expect([2, 3, 4].map((finalized) => due(finality, 105, { finalized }))).toEqual([3, undefined, undefined]);
  });

  it("keeps to the newest word of L1 when an older one comes after it", () => {
    const finality = derived(10);
    expect([finality.signal(l1(105)), finality.signal(l1(103)), finality.signal(l1(105)), finality.signal(l1(106))]).toEqual([true, false, true, true]);
    expect(due(finality, 110)).toBe(6);
  });

  it.each<[string, FinalityOptions, number, boolean, number | undefined]>([
    ["again only after 64 more L1 blocks while derivation catches up", {}, 164, false, undefined],
    ["after the 64 L1 blocks", {}, 165, false, 50],
    ["after the delay asked for", { delay: 10 }, 111, false, 10],
    ["not within the delay asked for", { delay: 10 }, 110, false, undefined],
    ["at once where derivation has read all of L1", {}, 102, true, 1],
  ])("is tried %s", (_, options, reached, isIdle, expected) => {
    const finality = derived(0, options);
    finality.signal(l1(1_000));
    finality.record(l1(100), l2(0));
    finality.tried(l1(100));
    finality.record(l1(reached - 1), l2(expected ?? 7));
    expect(due(finality, reached, { finalized: 0, isIdle })).toBe(expected);
  });

  it("is tried at once when L1 says something new", () => {
    const finality = derived(10);
    finality.signal(l1(103));
    finality.tried(l1(110));
    expect(due(finality, 110)).toBeUndefined();
    finality.signal(l1(104));
    expect(due(finality, 110)).toBe(4);
  });

  it("waits for what the chain itself holds back, a challenge say", () => {
    const finality = derived(10);
    finality.signal(l1(108));
    expect(due(finality, 110, { settledUpTo: (number) => Math.min(number, 104) })).toBe(4);
  });

  it("forgets what was derived when derivation starts over, not what L1 has finalized", () => {
    const finality = derived(10);
    finality.signal(l1(108));
    finality.tried(l1(110));
    finality.clear();
    expect(due(finality, 110)).toBeUndefined();
    finality.record(l1(105), l2(5));
    expect(due(finality, 105)).toBe(5);
  });

  it.each<[string, FinalityOptions, number]>([
    ["as many L1 blocks as L1's finality can lag behind", {}, 129], ["more where the chain's own finality can", { lag: 300 }, 301], ["no fewer where it lags less", { lag: 5 }, 129], ["as many as asked for", { lag: 300, lookback: 7 }, 7],
  ])("looks back over %s", (_, options, kept) => {
    const finality = derived(1_000, options);
    finality.signal(l1(1_100 - kept));
    expect(due(finality, 1_100)).toBeUndefined();
    finality.signal(l1(1_101 - kept));
    expect(due(finality, 1_100)).toBe(1_001 - kept);
  });
});

describe("unsafe payloads that wait", () => {
  const payload = (number: number, parent: number, own = number, size = 0): ExecutionPayloadEnvelope => ({
    payload: {
      parentHash: hash(parent), blockHash: hash(own), blockNumber: number, transactions: size === 0 ? [] : [new Uint8Array(size)], feeRecipient: hash(0), stateRoot: hash(0), receiptsRoot: hash(0), logsBloom: new Uint8Array(256), prevRandao: hash(0), gasLimit: 0, gasUsed: 0,
      timestamp: number, extraData: new Uint8Array(0), baseFeePerGas: 0n,
    },
  });

  it("come out by the head that they build on, whatever the order they came in", () => {
    const waiting = new UnsafePayloads();
    for (const number of [3, 1, 2]) waiting.add(payload(number, number - 1));
    const taken: number[] = [];
    for (let head = l2(0); ; head = l2(head.number + 1)) {
      const next = waiting.next(head);
      if (next === undefined) break;
      taken.push(next.payload.blockNumber);
    }
    expect(taken).toEqual([1, 2, 3]);
  });

  it("are each kept once, with their rivals of the same height", () => {
    const waiting = new UnsafePayloads();
    expect([waiting.add(payload(1, 77, 5)), waiting.add(payload(1, 77, 5)), waiting.add(payload(1, 0, 6))]).toEqual([true, false, true]);
    expect(waiting.next(l2(0))?.payload.blockHash).toBe(hash(6));
  });

  it("are dropped once the head has passed them, and never take more room than there is", () => {
    const waiting = new UnsafePayloads();
    expect(waiting.add(payload(5, 4, 5, 400_000_000))).toBe(true);
    expect(waiting.add(payload(6, 5, 6, 400_000_000))).toBe(false);
    expect(waiting.next(l2(5))).toBeUndefined();
    expect(waiting.add(payload(6, 5, 6, 400_000_000))).toBe(true);
    expect(waiting.next(l2(5))?.payload.blockNumber).toBe(6);
  });

  it("give the highest above a head first to an execution layer that syncs by itself, each once", () => {
    const waiting = new UnsafePayloads();
    for (const number of [3, 9, 7]) waiting.add(payload(number, number - 1));
    waiting.add(payload(9, 8, 99));
    expect([3, 3, 3, 3].map((head) => waiting.highestAbove(head)?.payload.blockNumber)).toEqual([9, 9, 7, undefined]);
    expect(new UnsafePayloads().highestAbove(0)).toBeUndefined();
  });
});
