import { hexToBytes, InvalidInputError, type L1BlockRef, type L2BlockRef, type SpanBatch, type SpanBatchBlock, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { checkSpanBatch, expandSpanBatch, type PlacedSpanBatch, placeSpanBatch } from "../src/index.ts";
import { bytes, configWith, FakeL2, HOLOCENE, hashOf, l1Chain, l2Ref, payloadOf } from "./support/blocks.ts";

/** L1 blocks 100 to 104, twelve seconds apart from 1,000 on. */
const l1 = l1Chain(100, 5);
const [first, second, third] = l1 as [L1BlockRef, L1BlockRef, L1BlockRef];
const config = configWith();
const TX = bytes(2, 0xc0);
/** An L1 block 101 that is older than the next L2 block. */
const near: L1BlockRef = { ...second, timestamp: 1_009 };
/** L2 blocks 0 to 4 on L1 block 100; block 4 is the safe head and has a transaction. */
const chain = [0, 1, 2, 3, 4].map((number) => l2Ref(number, first, { sequenceNumber: number, ...(number === 0 ? { hash: config.genesis.l2.hash } : {}) }));
const safeHead = chain[4]!;
const l2 = () => new FakeL2(config, chain.map((ref) => payloadOf(config, ref, ref.number === 4 ? [TX] : [])));

const check = (hash: string) => hexToBytes(hash).subarray(0, 20);
const block = (startsEpoch = false, transactions: readonly Uint8Array[] = []): SpanBatchBlock => ({ startsEpoch, transactions });

interface Span {
  /** Number of the first block. */
  readonly from?: number;
  readonly parent?: L2BlockRef;
  readonly last?: L1BlockRef;
  readonly blocks?: readonly SpanBatchBlock[];
  readonly time?: number;
}
/** A span of blocks 5 and 6 on L1 block 100, unless told otherwise. */
function spanOf({ from = 5, parent = chain[from - 1] ?? safeHead, last = first, blocks = [block(), block()], time = 2 * from }: Span = {}): PlacedSpanBatch {
  const batch: SpanBatch = { relTimestamp: BigInt(time), l1OriginNumber: BigInt(last.number), parentCheck: check(parent.hash), l1OriginCheck: check(last.hash), blocks };
  return placeSpanBatch(config, batch);
}

interface Case extends Span {
  readonly l1Blocks?: readonly L1BlockRef[];
  readonly inclusion?: number;
}
const judge = ({ l1Blocks = l1, inclusion = 103, ...span }: Case, fake = l2(), rules = config) => checkSpanBatch(rules, l1Blocks, safeHead, spanOf(span), { ...third, number: inclusion }, fake);

describe("a span batch", () => {
  it.each<[string, Case, string, RegExp?]>([
    ["that continues the chain", {}, "accept"],
    ["when no L1 block is known", { l1Blocks: [] }, "undecided"],
    ["that starts in the next epoch", { blocks: [block(true), block()], last: second }, "accept"],
    ["that starts in the next epoch when that is not known", { blocks: [block(true), block()], last: second, l1Blocks: [first] }, "undecided", /first epoch 101 is not known yet/],
    ["that begins one second late", { time: 11 }, "drop", /first time 1011 is after the next block's, 1010/],
    ["that begins one block late", { from: 6, parent: safeHead }, "drop", /after the next block's/],
    ["that ends with the safe head", { from: 3 }, "past", /last time 1008 is before the next block's, 1010/],
    ["that ends a second before the next block", { from: 3, time: 7 }, "past"],
    ["that begins between the safe head and the next block", { time: 9 }, "drop", /first time 1009 does not fall on a block/],
    ["that overlaps, but not by whole blocks", { from: 4, time: 7, blocks: [block(), block(), block()] }, "drop", /does not fall on a block/],
    ["on another parent", { parent: chain[2]! }, "drop", /its parent is not/],
    ["at the end of the sequencing window", { inclusion: 110 }, "accept"],
    ["one L1 block after the sequencing window", { inclusion: 111 }, "drop", /left the sequencing window before L1 block 111/],
    ["that skips an epoch", { blocks: [block(true), block()], last: third }, "drop", /first epoch 102 is more than one after its parent's, 100/],
    ["with another hash of its last epoch", { last: { ...first, hash: hashOf("other") } }, "drop", /its last epoch is not/],
    ["that goes on into an epoch that is not known yet", { blocks: [block(true), block(true), block(true)], last: l1[3]!, l1Blocks: [first, second, third] }, "undecided", /last epoch 103 is not among the known/],
    ["of an epoch before its parent's", { last: { ...first, number: 99 }, l1Blocks: [{ ...first, number: 99 }, first, second] }, "drop", /first epoch 99 is before its parent's, 100/],
    ["that ends before the current epoch", { last: { ...first, number: 99 } }, "undecided"],
    ["that overlaps the chain's own blocks", { from: 3, blocks: [block(), block(false, [TX]), block()] }, "accept"],
    ["that overlaps a block with fewer transactions", { from: 3, blocks: [block(), block(), block()] }, "drop", /its block 1 .* has 0 transactions, safe L2 block 4 has 1/],
    ["that overlaps a block with more transactions", { from: 3, blocks: [block(false, [TX]), block(false, [TX]), block()] }, "drop", /its block 0 .* has 1 transactions, safe L2 block 3 has 0/],
    ["that overlaps a block with another transaction", { from: 3, blocks: [block(), block(false, [bytes(2, 0xc1)]), block()] }, "drop", /another transaction 0 than safe L2 block 4/],
    ["that overlaps a block of another epoch", { from: 3, blocks: [block(), block(true, [TX]), block()], last: second }, "drop", /has epoch 101, safe L2 block 4 has 100/],
    ["that overlaps on another parent", { from: 3, parent: chain[1]!, blocks: [block(), block(false, [TX]), block()] }, "drop", /its parent is not/],
    ["that overlaps down to the block after genesis", { from: 1, blocks: [block(), block(), block(), block(false, [TX]), block()] }, "accept"],
    ["that overlaps genesis", { from: 0, parent: chain[0]!, blocks: [block(), block(), block(), block(), block(false, [TX]), block()] }, "undecided", /before genesis/],
  ])("%s", async (_, one, verdict, reason) => {
    const judged = await judge(one);
    expect(judged.verdict).toBe(verdict);
    if (judged.verdict !== "accept" && reason !== undefined) expect(judged.reason).toMatch(reason);
  });

  const beforeHolocene = configWith({}, { ...HOLOCENE, holocene: third.timestamp + 1 });
  const [DEPOSIT, SETS_CODE] = [bytes(0x7e, 1), bytes(4, 1)];
  it.each<[string, Case, string, string]>([
    ["that continues the chain", {}, "accept", "accept"],
    ["that begins one second late", { time: 11 }, "future", "drop"],
    ["that ends with the safe head", { from: 3 }, "drop", "past"],
    ["that overlaps genesis", { from: 0, parent: chain[0]!, blocks: [block(), block(), block(), block(), block(false, [TX]), block()] }, "drop", "undecided"],
    ["whose second block has a deposit", { blocks: [block(), block(false, [DEPOSIT])] }, "drop", "accept"],
    ["whose second block has an empty transaction", { blocks: [block(), block(false, [TX, bytes()])] }, "drop", "accept"],
    ["whose second block sets code before Isthmus", { blocks: [block(), block(false, [SETS_CODE])] }, "drop", "accept"],
    ["whose second block is on an L1 origin of its own time", { blocks: [block(), block(true)], last: second }, "accept", "accept"],
    ["whose first block is older than its L1 origin by two seconds", { blocks: [block(true), block()], last: second }, "drop", "accept"],
    ["whose third block is older than its L1 origin", { blocks: [block(), block(true), block(true)], last: third }, "drop", "accept"],
    ["that overlaps with a block that it has wrong, and has a deposit after it", { from: 3, blocks: [block(), block(false, [DEPOSIT]), block()] }, "drop", "drop"],
    ["that overlaps the chain's own blocks", { from: 3, blocks: [block(), block(false, [TX]), block()] }, "accept", "accept"],
    ["that goes on into an epoch that is not known yet", { blocks: [block(true), block(true), block(true)], last: l1[3]!, l1Blocks: [first, second, third] }, "undecided", "undecided"],
  ])("%s: before Holocene, all of it, and from then on as far as it is judged as a whole", async (_, one, before, from) => {
    expect([(await judge(one, l2(), beforeHolocene)).verdict, (await judge(one, l2(), configWith({}, { ...HOLOCENE, holocene: third.timestamp }))).verdict]).toEqual([before, from]);
  });

  it("says which of its blocks is invalid", async () => {
    expect(await judge({ blocks: [block(), block(false, [DEPOSIT])] }, l2(), beforeHolocene)).toEqual({ verdict: "drop", reason: "in its block 1 (time 1012): transaction 0 is a deposit" });
  });

  it.each<[string, number, Case, string]>([
    ["at the end of the drift, with transactions", 10, { blocks: [block(false, [TX])] }, "accept"],
    ["past the drift, with transactions", 9, { blocks: [block(false, [TX])] }, "drop"],
    ["past the drift, empty, before the next epoch's time", 9, { blocks: [block()] }, "accept"],
    ["past the drift, empty, at the next epoch's time", 11, { blocks: [block(), block()] }, "drop"],
    ["past the drift, empty, with the next epoch not known", 9, { blocks: [block()], l1Blocks: [first] }, "undecided"],
    ["past the drift, with transactions after an empty one", 9, { blocks: [block(), block(false, [TX])] }, "drop"],
    ["past the drift of the next epoch, which it takes, empty", -1, { blocks: [block(), block(true)], last: second, l1Blocks: [first, second] }, "accept"],
    ["past the drift of the next epoch, which the first of them takes", 0, { blocks: [block(true)], last: near, l1Blocks: [first, near] }, "accept"],
    ["past the drift of the next epoch, which the first of them takes whatever its own bit says", 0, { blocks: [block()], last: near, l1Blocks: [first, near] }, "accept"],
    ["past the drift, empty, that stays on the epoch of the one before, with the next not known", 0, { blocks: [block(true), block()], last: near, l1Blocks: [first, near] }, "undecided"],
  ])("with a block %s, is judged by that before Holocene", async (_, maxSequencerDrift, one, verdict) => {
    const rules = configWith({ maxSequencerDrift }, { regolith: 0, canyon: 0, delta: 0 });
    expect((await judge(one, l2(), rules)).verdict).toBe(verdict);
  });

  it("before Holocene has its safe blocks held against the safe chain alone, though their epochs are known no more", async () => {
    const rules = configWith({ maxSequencerDrift: 0 }, { regolith: 0, canyon: 0, delta: 0 });
    const onSecond = { ...chain[4]!, l1Origin: { hash: near.hash, number: near.number } };
    const fake = new FakeL2(rules, [...chain.slice(0, 4).map((ref) => payloadOf(rules, ref)), payloadOf(rules, onSecond, [TX])]);
    const { timestamp } = near;
    const span = spanOf({ from: 3, blocks: [block(false, []), block(true, [TX]), block()], last: near });
    const following = { ...third, timestamp: timestamp + 100 };
    expect((await checkSpanBatch(rules, [near, following], onSecond, span, { ...third, number: 103 }, fake)).verdict).toBe("accept");
  });

  it("is not allowed before Delta, by the time of its first origin", async () => {
    const at = (delta: number) => configWith({}, { ...HOLOCENE, delta });
    expect((await judge({}, l2(), at(first.timestamp))).verdict).toBe("accept");
    expect((await judge({}, l2(), at(first.timestamp + 1))).verdict).toBe("drop");
    expect((await judge({ blocks: [block(true), block()], last: second }, l2(), at(second.timestamp))).verdict).toBe("accept");
  });

  it("is not judged while the safe chain cannot be read", async () => {
    const overlapping = { from: 3, blocks: [block(), block(false, [TX]), block()] };
    const down = l2();
    down.down = true;
    await expect(judge(overlapping, down)).rejects.toThrow(TemporaryError);
    const holes = new FakeL2(config, [payloadOf(config, chain[2]!)]);
    await expect(judge(overlapping, holes)).rejects.toThrow(/does not have the safe L2 block 3/);
    await expect(judge(overlapping, new FakeL2(config, []))).rejects.toThrow(TemporaryError);
    expect((await judge({}, down)).verdict).toBe("accept");
  });
});

describe("placing a span batch", () => {
  const placed = (l1OriginNumber: bigint, blocks: readonly SpanBatchBlock[], relTimestamp = 10n) => placeSpanBatch(config, { ...spanOf().batch, relTimestamp, l1OriginNumber, blocks });

  it("counts epochs back from the last, without the first block's", () => {
    expect(placed(105n, [block(true), block(true), block(), block(true)])).toMatchObject({ startEpoch: 103, lastEpoch: 105, startTime: 1_010, lastTime: 1_016 });
    expect(placed(2n, [block(true), block(true), block(true)])).toMatchObject({ startEpoch: 0, lastEpoch: 2 });
  });

  it.each<[string, () => unknown]>([
    ["more epochs than there are L1 blocks", () => placed(1n, [block(), block(true), block(true)])],
    ["a time beyond 2^53", () => placed(105n, [block()], 2n ** 63n)],
    ["an L1 origin beyond 2^53", () => placed(2n ** 64n - 1n, [block()])],
  ])("refuses %s", (_, work) => {
    expect(work).toThrow(InvalidInputError);
  });
});

describe("the blocks of a span batch", () => {
  it("are those after the safe head, each with its time, epoch and transactions", () => {
    const span = spanOf({ from: 4, parent: chain[3]!, blocks: [block(), block(false, [TX]), block(true), block()], last: second });
    expect(expandSpanBatch(config, span, l1, safeHead).map(({ epochNumber, epochHash, timestamp, transactions }) => ({ epochNumber, epochHash, timestamp, transactions }))).toEqual([
      { epochNumber: 100, epochHash: first.hash, timestamp: 1_010, transactions: [TX] }, { epochNumber: 101, epochHash: second.hash, timestamp: 1_012, transactions: [] }, { epochNumber: 101, epochHash: second.hash, timestamp: 1_014, transactions: [] },
    ]);
  });

  it("begin in the epoch of the first, which its own bit does not move", () => {
    for (const startsEpoch of [true, false]) {
      const span = spanOf({ blocks: [block(startsEpoch), block(), block(true)], last: third });
      expect(expandSpanBatch(config, span, l1, safeHead).map(({ epochNumber }) => epochNumber)).toEqual([101, 101, 102]);
    }
  });

  it("cannot be had when one has an epoch behind the safe head's, or one that is not known", () => {
    expect(() => expandSpanBatch(config, spanOf(), l1, l2Ref(4, second))).toThrow(/epoch 100 behind the safe head's, 101/);
    expect(() => expandSpanBatch(config, spanOf({ blocks: [block(true), block(true)], last: third }), [first, second], safeHead)).toThrow(/unknown epoch 102/);
  });
});
