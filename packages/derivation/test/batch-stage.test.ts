import { CriticalError, hexToBytes, type L1BlockRef, type L2BlockRef, ResetError, type SingularBatch, TemporaryError } from "@pangaea/primitives";
import { beforeEach, describe, expect, it } from "vitest";
import { type Batch, BatchStage, type BatchStep, Epochs, placeSpanBatch } from "../src/index.ts";
import { bytes, configWith, FakeL2, hashOf, l1Chain, l2Ref, payloadOf, singular } from "./support/blocks.ts";

const WINDOW = 4;
const config = configWith({ seqWindowSize: WINDOW });
const l1 = l1Chain(100, 12);
const at = (number: number): L1BlockRef => l1[number - 100]!;
const genesis = l2Ref(0, at(100), { hash: config.genesis.l2.hash });
const TX = bytes(2, 0xc0);

const one = (batch: SingularBatch): Batch => ({ kind: "singular", batch });

/** A span from the block after `parent`, all on one L1 block, with a transaction list for each block. */
function span(parent: L2BlockRef, origin: L1BlockRef, blocks: readonly (readonly Uint8Array[])[]): Batch {
  const check = (hash: string) => hexToBytes(hash).subarray(0, 20);
  return { kind: "span", batch: placeSpanBatch(config, { relTimestamp: BigInt(parent.timestamp - 998), l1OriginNumber: BigInt(origin.number), parentCheck: check(parent.hash), l1OriginCheck: check(origin.hash), blocks: blocks.map((transactions) => ({ startsEpoch: false, transactions })) }) };
}

/** The block that a batch makes. */
const childOf = (parent: L2BlockRef, batch: SingularBatch): L2BlockRef => l2Ref(parent.number + 1, at(batch.epochNumber), { sequenceNumber: batch.epochNumber === parent.l1Origin.number ? parent.sequenceNumber + 1 : 0 });

let source: Batch[];
let flushed: number;
let l2: FakeL2;
let stage: BatchStage;

beforeEach(() => {
  source = [];
  flushed = 0;
  l2 = new FakeL2(config, [payloadOf(config, genesis)]);
  stage = new BatchStage(config, l2, {
    nextBatch: async () => source.shift(),
    flushChannel: () => {
      flushed++;
      source = [];
    },
  }, new Epochs(config, at(100)));
});

/** Steps on one L1 block until the stage has no more data, or a bound; gives the batches. Each batch that comes out is applied. */
async function drain(from: L2BlockRef, origin: L1BlockRef): Promise<{ readonly batches: SingularBatch[]; readonly head: L2BlockRef }> {
  const batches: SingularBatch[] = [];
  let head = from;
  for (let i = 0; i < 100; i++) {
    const step: BatchStep = await stage.next(head, origin);
    if (step.kind === "out-of-data") return { batches, head };
    if (step.kind !== "batch") continue;
    batches.push(step.batch);
    head = childOf(head, step.batch);
    l2.add(payloadOf(config, head, step.batch.transactions));
  }
  throw new Error("the stage does not come to an end");
}

describe("the batch stage", () => {
  it("gives batches that follow on one another, and no more", async () => {
    const b1 = singular(genesis, at(100), { transactions: [TX] });
    const b2 = singular(childOf(genesis, b1), at(100));
    source = [one(b1), one(b2)];
    expect((await drain(genesis, at(101))).batches).toEqual([b1, b2]);
    expect(flushed).toBe(0);
  });

  it("passes over batches of the past without losing the channel", async () => {
    const b1 = singular(genesis, at(100));
    const head = childOf(genesis, b1);
    const b2 = singular(head, at(100));
    source = [one(b1), one(b2)];
    expect((await drain(head, at(101))).batches).toEqual([b2]);
    expect(flushed).toBe(0);
  });

  it.each<[string, (b1: SingularBatch) => SingularBatch]>([
    ["of the future", (b1) => ({ ...b1, timestamp: b1.timestamp + 2 })],
    ["on another parent", (b1) => ({ ...b1, parentHash: hashOf("other") })],
    ["with a deposit", (b1) => ({ ...b1, transactions: [bytes(0x7e)] })],
  ])("drops a batch %s, and the rest of its channel", async (_, spoil) => {
    const b1 = singular(genesis, at(100));
    source = [one(spoil(b1)), one(b1)];
    expect((await drain(genesis, at(101))).batches).toEqual([]);
    expect(flushed).toBe(1);
  });

  it("drains what L1 gave up to the parent's own origin, which can only be past", async () => {
    source = [one(singular(genesis, at(100)))];
    expect(await stage.next(genesis, at(100))).toEqual({ kind: "working" });
    expect(await stage.next(genesis, at(100))).toEqual({ kind: "out-of-data" });
  });

  it("gives a span batch block by block, each on the block that was made of the one before", async () => {
    source = [span(genesis, at(100), [[TX], [], [TX]])];
    const { batches } = await drain(genesis, at(101));
    expect(batches.map(({ timestamp, parentHash, transactions }) => [timestamp, parentHash, transactions.length])).toEqual([[1_002, genesis.hash, 1], [1_004, hashOf("L2/1"), 0], [1_006, hashOf("L2/2"), 1]]);
  });

  it("gives the blocks of a span batch that are new, when the others are the safe chain's", async () => {
    const { head } = await (async () => { source = [span(genesis, at(100), [[TX], []])]; return drain(genesis, at(101)); })();
    source = [span(genesis, at(100), [[TX], [], [TX]])];
    expect((await drain(head, at(101))).batches.map(({ timestamp }) => timestamp)).toEqual([1_006]);
  });

  it("does not splice the rest of a span batch onto a block that replaced one of it", async () => {
    const replaced = childOf(genesis, singular(genesis, at(100)));
    l2.add(payloadOf(config, replaced));
    source = [span(genesis, at(100), [[TX], [TX]]), one(singular(replaced, at(100)))];
    expect((await drain(replaced, at(101))).batches).toEqual([]);
    expect(flushed).toBe(1);
  });

  it("drops the rest of a span batch, and its channel, at the first of its blocks that is invalid", async () => {
    source = [span(genesis, at(100), [[TX], [bytes(0x7e)], [TX]]), one(singular(genesis, at(100)))];
    expect((await drain(genesis, at(101))).batches.map(({ timestamp }) => timestamp)).toEqual([1_002]);
    expect(flushed).toBe(1);
  });

  it("drops the rest of a span batch when it is flushed", async () => {
    source = [span(genesis, at(100), [[TX], [TX]])];
    const step = await stage.next(genesis, at(101));
    expect(step.kind).toBe("batch");
    stage.flush();
    expect((await drain(childOf(genesis, singular(genesis, at(100))), at(101))).batches).toEqual([]);
    expect(flushed).toBe(0);
  });

  it("drops a span batch that is not valid as a whole, and its channel", async () => {
    source = [span(genesis, { ...at(100), hash: hashOf("other") }, [[], []]), one(singular(genesis, at(100)))];
    expect((await drain(genesis, at(101))).batches).toEqual([]);
    expect(flushed).toBe(1);
  });

  it("passes over a span batch of the past without losing the channel", async () => {
    source = [span(genesis, at(100), [[TX], []])];
    const { head } = await drain(genesis, at(101));
    const next = singular(head, at(100));
    source = [span(genesis, at(100), [[], [TX]]), one(next)];
    expect((await drain(head, at(101))).batches).toEqual([next]);
  });

  it("drops a span batch with a block on an epoch that has gone by, and its channel", async () => {
    const ahead = { ...genesis, timestamp: 1_030 };
    for (let number = 101; number <= 100 + WINDOW; number++) await stage.next(ahead, at(number));
    const check = (hash: string) => hexToBytes(hash).subarray(0, 20);
    const blocks = [{ startsEpoch: false, transactions: [] }, { startsEpoch: true, transactions: [] }];
    source = [{ kind: "span", batch: placeSpanBatch(config, { relTimestamp: 32n, l1OriginNumber: 101n, parentCheck: check(ahead.hash), l1OriginCheck: check(at(101).hash), blocks }) }, one(singular(ahead, at(101)))];
    expect(await stage.next(ahead, at(100 + WINDOW))).toEqual({ kind: "working" });
    expect([flushed, source]).toEqual([1, []]);
  });

  it("keeps a span batch that could not be judged, and judges it when the safe chain can be read again", async () => {
    source = [span(genesis, at(100), [[TX]])];
    const { head } = await drain(genesis, at(101));
    source = [span(genesis, at(100), [[TX], [TX]]), one(singular(genesis, at(100)))];
    l2.down = true;
    await expect(stage.next(head, at(101))).rejects.toThrow(TemporaryError);
    await expect(stage.next(head, at(101))).rejects.toThrow(TemporaryError);
    l2.down = false;
    expect(await stage.next(head, at(101))).toMatchObject({ kind: "batch", batch: { timestamp: 1_004, transactions: [TX] } });
  });
});

describe("when the sequencing window has passed", () => {
  /** Walks L1 block by block, with nothing in it. */
  async function walkL1(to: number) {
    const batches: SingularBatch[] = [];
    let head = genesis;
    for (let number = 101; number <= to; number++) {
      const drained = await drain(head, at(number));
      batches.push(...drained.batches);
      head = drained.head;
    }
    return batches;
  }

  it("no batch is made up before its last L1 block", async () => {
    expect(await walkL1(100 + WINDOW - 1)).toEqual([]);
  });

  it("empty batches fill the epoch up to the next one's time", async () => {
    const batches = await walkL1(100 + WINDOW);
    expect(batches.map(({ timestamp, epochNumber }) => [timestamp, epochNumber])).toEqual([1_002, 1_004, 1_006, 1_008, 1_010].map((time) => [time, 100]));
    expect(batches.every(({ transactions }) => transactions.length === 0)).toBe(true);
  });

  it("each further L1 block brings the next epoch, with at least one block", async () => {
    expect((await walkL1(100 + WINDOW + 2)).map(({ timestamp, epochNumber }) => [timestamp, epochNumber])).toEqual(Array.from({ length: 17 }, (_, i) => [1_002 + 2 * i, 100 + Math.floor((2 + 2 * i) / 12)]));
  });

  it("an epoch gets its one block even when the chain has run ahead of the next epoch's time", async () => {
    const ahead = { ...genesis, timestamp: 1_030 };
    const steps: BatchStep[] = [];
    for (let number = 101; number <= 106; number++) steps.push(await stage.next(ahead, at(number)));
    expect(steps.map((step) => (step.kind === "batch" ? step.batch.epochNumber : step.kind))).toEqual(["out-of-data", "out-of-data", "out-of-data", "out-of-data", 101, 101]);
  });

  it("a batch that is there in the window's last L1 block comes before any empty one", async () => {
    for (let number = 101; number < 100 + WINDOW; number++) await drain(genesis, at(number));
    source = [one(singular(genesis, at(100), { transactions: [TX] }))];
    const { batches } = await drain(genesis, at(100 + WINDOW));
    expect(batches.map(({ transactions }) => transactions.length)).toEqual([1, 0, 0, 0, 0]);
  });

  it("a batch that comes an L1 block too late is dropped", async () => {
    for (let number = 101; number <= 100 + WINDOW; number++) await stage.next(genesis, at(number));
    source = [one(singular(genesis, at(100), { transactions: [TX] }))];
    expect((await drain(genesis, at(101 + WINDOW))).batches.every(({ transactions }) => transactions.length === 0)).toBe(true);
  });
});

describe("the batch stage's place on L1", () => {
  it("resets when the parent's origin is not where it stands", async () => {
    await stage.next(genesis, at(101));
    await expect(stage.next(l2Ref(1, { ...at(100), hash: hashOf("fork") }), at(102))).rejects.toThrow(ResetError);
  });

  it("cannot go on when it did not begin at a safe head", async () => {
    await expect(stage.next(l2Ref(1, l1Chain(99, 1)[0]!), at(100))).rejects.toThrow(CriticalError);
  });
});
