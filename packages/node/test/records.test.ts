import type { BlockId, ExecutionPayloadEnvelope, Hex, L1BlockRef, L2BlockRef } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Finality, SafeHeadDb, UnsafePayloads } from "../src/index.ts";

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
  it("names the newest L2 block derived from L1 blocks that are final", () => {
    const finality = new Finality();
    finality.record(l1(10), l2(1));
    finality.record(l1(10), l2(2));
    finality.record(l1(12), l2(5));
    expect([9, 10, 11, 12, 50].map((number) => finality.finalizedBy(number)?.l2.number)).toEqual([undefined, 2, 2, 5, 5]);
    finality.clear();
    expect(finality.finalizedBy(50)).toBeUndefined();
  });

  it("keeps no more L1 blocks than finality can lag behind", () => {
    const finality = new Finality();
    for (let i = 0; i < 1_000; i++) finality.record(l1(i), l2(i));
    expect(finality.finalizedBy(800)).toBeUndefined();
    expect(finality.finalizedBy(900)?.l2.number).toBe(900);
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
});
