import { hexToBytes, type L1BlockRef, type L2BlockRef, ResetError, CriticalError, type SingularBatch, TemporaryError } from "@pangaea/primitives";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type Batch, BatchQueue, type BatchStep, Epochs, placeSpanBatch } from "../src/index.ts";
import { bytes, configWith, FakeL2, HOLOCENE, hashOf, l1Chain, l2Ref, payloadOf, singular } from "./support/blocks.ts";

const WINDOW = 4;
const config = configWith({ seqWindowSize: WINDOW }, { ...HOLOCENE, holocene: 9_999_999 });
const l1 = l1Chain(100, 12);
const at = (number: number): L1BlockRef => l1[number - 100]!;
const genesis = l2Ref(0, at(100), { hash: config.genesis.l2.hash });
const TX = bytes(2, 0xc0);
const DEPOSIT = bytes(0x7e);

/** L2 block of a number, on the epoch that its time falls in. */
const blockAt = (number: number): L2BlockRef => (number === 0 ? genesis : l2Ref(number, at(100 + Math.floor((2 * number) / 12)), { sequenceNumber: number % 6 }));
/** The singular batch of a block. */
const one = (number: number, fields: Partial<SingularBatch> = {}): Batch => ({ kind: "singular", batch: singular(blockAt(number - 1), at(blockAt(number).l1Origin.number), fields) });

/** A span batch of blocks from one number on, with a transaction list for each. */
function span(from: number, blocks: readonly (readonly Uint8Array[])[], parentCheck = blockAt(from - 1).hash): Batch {
  const check = (hash: string) => hexToBytes(hash).subarray(0, 20);
  const last = blockAt(from + blocks.length - 1);
  const startsEpoch = (number: number) => blockAt(number).l1Origin.number !== blockAt(number - 1).l1Origin.number;
  return { kind: "span", batch: placeSpanBatch(config, { relTimestamp: BigInt(2 * from), l1OriginNumber: BigInt(last.l1Origin.number), parentCheck: check(parentCheck), l1OriginCheck: check(last.l1Origin.hash), blocks: blocks.map((transactions, i) => ({ startsEpoch: startsEpoch(from + i), transactions })) }) };
}

let source: Batch[];
let flushed: number;
let l2: FakeL2;
let queue: BatchQueue;

beforeEach(() => {
  source = [];
  flushed = 0;
  l2 = new FakeL2(config, [payloadOf(config, genesis)]);
  queue = new BatchQueue(config, l2, { nextBatch: async () => source.shift(), flushChannel: () => void flushed++ }, new Epochs(config, at(100)));
});

interface Drained {
  /** "3" for a block with transactions, "3-" for an empty one, "3…" for one that its batch does not end with. */
  readonly text: string;
  readonly head: L2BlockRef;
}

/** Steps on one L1 block until the queue has no more data. Each batch that comes out is applied. */
async function drain(from: L2BlockRef, origin: L1BlockRef): Promise<Drained> {
  const out: string[] = [];
  let head = from;
  for (let i = 0; i < 200; i++) {
    const step: BatchStep = await queue.next(head, origin);
    if (step.kind === "out-of-data") return { text: out.join(" "), head };
    if (step.kind !== "batch") continue;
    expect(step.batch.parentHash).toBe(head.hash);
    head = l2Ref(head.number + 1, at(step.batch.epochNumber), { sequenceNumber: step.batch.epochNumber === head.l1Origin.number ? head.sequenceNumber + 1 : 0 });
    expect(head.timestamp).toBe(step.batch.timestamp);
    l2.add(payloadOf(config, head, step.batch.transactions));
    out.push(`${head.number}${step.batch.transactions.length === 0 ? "-" : ""}${step.concluding ? "" : "…"}`);
  }
  throw new Error("the queue does not come to an end");
}
const withTx = { transactions: [TX] };

describe("the batch queue, before Holocene", () => {
  it.each<[string, () => Batch[], string]>([
    ["gives batches that follow on one another", () => [one(1, withTx), one(2), one(3, withTx)], "1 2- 3"],
    ["sorts batches by time, however they came", () => [one(3), one(1, withTx), one(2)], "1 2- 3-"],
    ["keeps what is of the future until its turn comes, and gives what it has up to a gap", () => [one(4), one(2), one(1)], "1- 2-"],
    ["takes the first of two batches of a block", () => [one(1, withTx), one(1), one(2)], "1 2-"],
    ["takes the second of two when the first is invalid", () => [one(1, { transactions: [DEPOSIT] }), one(1, withTx)], "1"],
    ["drops a batch on another parent, and no other with it", () => [one(1, { parentHash: hashOf("other") }), one(1), one(2)], "1- 2-"],
    ["drops a batch of another epoch hash, and no other with it", () => [one(1, { epochHash: hashOf("other") }), one(1, withTx)], "1"],
    ["gives a span batch block by block; only the last concludes it", () => [span(1, [[TX], [], [TX]])], "1… 2-… 3"],
    ["gives a singular batch between two span batches", () => [span(1, [[TX], []]), one(3), span(4, [[], [TX]])], "1… 2- 3- 4-… 5"],
    ["sorts span batches by time", () => [span(3, [[], []]), span(1, [[], [TX]])], "1-… 2 3-… 4-"],
    ["gives the new blocks of a span batch that overlaps the safe chain", () => [span(1, [[TX], []]), span(1, [[TX], [], [TX]])], "1… 2- 3"],
    ["drops a span batch that overlaps with another block than the safe chain's", () => [span(1, [[TX], []]), span(1, [[], [], [TX]])], "1… 2-"],
    ["drops a whole span batch of which one block is invalid, and no other batch with it", () => [span(1, [[TX], [DEPOSIT], [TX]]), one(1)], "1-"],
    ["drops a span batch on another parent, and no other batch with it", () => [span(1, [[TX], []], hashOf("other")), span(1, [[], [TX]])], "1-… 2"],
  ])("%s", async (_, batches, expected) => {
    source = batches();
    expect((await drain(genesis, at(100))).text).toBe(expected);
    expect(flushed).toBe(0);
  });

  it("gives the same blocks for any order of their batches", async () => {
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5 }), async (order) => {
      l2 = new FakeL2(config, [payloadOf(config, genesis)]);
      queue = new BatchQueue(config, l2, { nextBatch: async () => source.shift(), flushChannel: () => void flushed++ }, new Epochs(config, at(100)));
      source = order.map((number) => one(number));
      expect((await drain(genesis, at(100))).text).toBe("1- 2- 3- 4- 5-");
    }));
  });

  it("holds a batch of an epoch that is not known back, with all that came after it, until the epoch is there", async () => {
    source = [1, 2, 3, 4, 5, 6].map((number) => one(number));
    const first = await drain(genesis, at(100));
    expect(first.text).toBe("1- 2- 3- 4- 5-");
    expect((await drain(first.head, at(101))).text).toBe("6-");
  });

  it("holds a span batch back that ends in an epoch that is not known, and batches behind it that would be valid", async () => {
    source = [span(1, [[], [], [], [], [], []]), one(1, withTx)];
    expect((await drain(genesis, at(100))).text).toBe("");
    expect((await drain(genesis, at(101))).text).toBe("1-… 2-… 3-… 4-… 5-… 6-");
  });

  it("judges a batch by the L1 block it came in, however late its turn comes", async () => {
    for (const number of [101, 102, 103]) await drain(genesis, at(number));
    source = [one(2, withTx)];
    await drain(genesis, at(100 + WINDOW - 1));
    const { text } = await drain(genesis, at(100 + WINDOW));
    expect(text.startsWith("1- 2 3-")).toBe(true);
  });

  it("does not go on with a span batch when one of its blocks was refused, and tries the batches behind it", async () => {
    source = [span(1, [[TX], [TX], [TX]]), one(1)];
    let step = await queue.next(genesis, at(100));
    while (step.kind !== "batch") step = await queue.next(genesis, at(100));
    const second = await queue.next(blockAt(1), at(100));
    expect(second).toMatchObject({ kind: "batch", concluding: false, batch: { timestamp: 1_004 } });
    expect((await drain(genesis, at(100))).text).toBe("1-");
  });

  it("reads on and keeps nothing while L1 is before the safe head's origin", async () => {
    const head = l2Ref(12, at(102));
    source = [one(13), one(13)];
    expect((await drain(head, at(101))).text).toBe("");
    expect(source).toEqual([]);
    expect((await drain(head, at(102))).text).toBe("");
    source = [one(13)];
    expect((await drain(head, at(102))).text).toBe("13-");
  });

  it("loses no batch while the safe chain cannot be read", async () => {
    source = [span(1, [[TX]])];
    const { head } = await drain(genesis, at(100));
    source = [span(1, [[TX], [TX]]), one(2)];
    l2.down = true;
    await expect(queue.next(head, at(100))).rejects.toThrow(TemporaryError);
    await expect(queue.next(head, at(100))).rejects.toThrow(TemporaryError);
    l2.down = false;
    expect((await drain(head, at(100))).text).toBe("2");
  });

  it("resets when the parent's origin is not where it stands", async () => {
    await drain(genesis, at(101));
    await expect(queue.next(l2Ref(1, { ...at(100), hash: hashOf("fork") }), at(102))).rejects.toThrow(ResetError);
  });

  it("cannot go on when it did not begin at a safe head", async () => {
    const behind = l2Ref(24, at(104));
    await drain(behind, at(101));
    await expect(queue.next(l2Ref(1, at(101)), at(101))).rejects.toThrow(CriticalError);
  });
});

describe("when the sequencing window has passed, before Holocene", () => {
  /** Walks L1 block by block with nothing in it. */
  async function walkL1(to: number): Promise<Drained> {
    let drained: Drained = { text: "", head: genesis };
    const texts: string[] = [];
    for (let number = 101; number <= to; number++) {
      drained = await drain(drained.head, at(number));
      texts.push(drained.text);
    }
    return { text: texts.filter((text) => text !== "").join(" "), head: drained.head };
  }

  it("no batch is made up before its last L1 block", async () => {
    expect((await walkL1(100 + WINDOW - 1)).text).toBe("");
  });

  it("empty batches fill the epoch up to the next one's time, and each further L1 block brings an epoch", async () => {
    expect((await walkL1(100 + WINDOW)).text).toBe("1- 2- 3- 4- 5-");
  });

  it("each further L1 block brings the next epoch", async () => {
    const { text, head } = await walkL1(100 + WINDOW + 2);
    expect([text.split(" ").length, head.l1Origin.number]).toEqual([17, 102]);
  });

  it("a batch that is there in the window's last L1 block comes before any empty one", async () => {
    await walkL1(100 + WINDOW - 1);
    source = [one(1, withTx)];
    expect((await drain(genesis, at(100 + WINDOW))).text).toBe("1 2- 3- 4- 5-");
  });

  it("no empty batch is made up in the window's last L1 block while there is more to read in it", async () => {
    await walkL1(100 + WINDOW - 1);
    source = [one(1, { parentHash: hashOf("other") }), one(1, withTx)];
    expect((await drain(genesis, at(100 + WINDOW))).text).toBe("1 2- 3- 4- 5-");
  });

  it("an empty batch is made up at once past the window's last L1 block, whatever there is to read", async () => {
    for (let number = 101; number <= 100 + WINDOW; number++) await queue.next(genesis, at(number));
    source = [one(1, { parentHash: hashOf("other") }), one(1, withTx)];
    expect(await queue.next(genesis, at(101 + WINDOW))).toMatchObject({ kind: "batch", batch: { transactions: [] } });
  });

  it("a batch that comes an L1 block too late is dropped", async () => {
    for (let number = 101; number <= 100 + WINDOW; number++) await queue.next(genesis, at(number));
    source = [one(1, withTx)];
    expect((await drain(genesis, at(101 + WINDOW))).text.startsWith("1- 2-")).toBe(true);
  });
});
