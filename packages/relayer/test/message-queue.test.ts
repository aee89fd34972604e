import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageQueue } from "../src/message-queue.ts";
import { type RelayMessage, relayMessageOf } from "../src/relay-message.ts";
import { sentLog } from "./support/messages.ts";

const TIME = 1_700_000_000;
const NOW = TIME * 1_000 + 500_000;

interface Place {
  readonly source?: number;
  readonly block?: number;
  readonly logIndex?: number;
  readonly nonce?: number;
  readonly branch?: number;
}

function message({ source = 901, block = 1, logIndex = 0, nonce = block * 100 + logIndex, branch = 0 }: Place = {}): RelayMessage {
  const hash = `0x${(block * 16 + branch).toString(16).padStart(64, "0")}` as const;
  return relayMessageOf(source, 902, { log: sentLog({ destination: 902, nonce }), blockNumber: block, blockHash: hash, logIndex, timestamp: TIME + block, transactionHash: hash })!;
}

const places = (entries: readonly { readonly message: RelayMessage }[]) => entries.map(({ message: { identifier } }) => [identifier.blockNumber, identifier.logIndex]);

describe("messages to one destination", () => {
  it("are taken in once, told apart by block and place", () => {
    const queue = new MessageQueue(10);
    expect(queue.add([message(), message(), message({ logIndex: 1 })])).toBe(2);
    expect(queue.add([message(), message({ branch: 1 }), message({ source: 903 })])).toBe(2);
    expect([queue.pending(901), queue.pending(903), queue.has(message({ branch: 1 })), queue.has(message({ branch: 2 }))]).toEqual([3, 1, true, false]);
  });

  it("fall due in the order of their blocks, those of one time by place, then by source", () => {
    const queue = new MessageQueue(10);
    queue.add([message({ block: 2, logIndex: 1 }), message({ block: 2 }), message({ source: 903, block: 2, nonce: 9 }), message({ block: 1, logIndex: 7 })]);
    expect(queue.due(NOW, TIME + 2, 10).map(({ message: { source, identifier } }) => [source, identifier.blockNumber, identifier.logIndex])).toEqual([[901, 1, 7], [901, 2, 0], [903, 2, 0], [901, 2, 1]]);
    expect(places(queue.due(NOW, TIME + 2, 2))).toEqual([[1, 7], [2, 0]]);
  });

  it("fall due no sooner than the destination has come to their time, nor before their wait is over", () => {
    const queue = new MessageQueue(10);
    queue.add([message({ block: 1 }), message({ block: 2 })]);
    expect(places(queue.due(NOW, TIME + 1, 10))).toEqual([[1, 0]]);
    const [first] = queue.due(NOW, TIME + 1, 10);
    queue.wait(first!, NOW + 100);
    expect(queue.due(NOW + 99, TIME + 1, 10)).toEqual([]);
    expect(places(queue.due(NOW + 100, TIME + 2, 10))).toEqual([[2, 0], [1, 0]]);
  });

  it("go behind those that fell due before their wait ended, and before those that fall due after it", () => {
    const queue = new MessageQueue(10);
    queue.add([message({ block: 1 }), message({ block: 2 }), message({ block: 9 })]);
    const [first] = queue.due(NOW, TIME + 9, 1);
    queue.wait(first!, (TIME + 5) * 1_000);
    expect(places(queue.due(NOW, TIME + 9, 10))).toEqual([[2, 0], [1, 0], [9, 0]]);
  });

  it("do not fall due while the same message is under way, nor twice at once", () => {
    const queue = new MessageQueue(10);
    queue.add([message({ block: 1, nonce: 5 }), message({ block: 2, nonce: 5 })]);
    const due = queue.due(NOW, TIME + 9, 10);
    expect(places(due)).toEqual([[1, 0]]);
    due[0]!.state = "under-way";
    expect(queue.due(NOW, TIME + 9, 10)).toEqual([]);
    queue.settle(due[0]!, 3);
    expect(places(queue.due(NOW, TIME + 9, 10))).toEqual([[2, 0]]);
  });

  it("are full by number, or by bytes of payload", () => {
    const queue = new MessageQueue(2);
    queue.add([message({ block: 1 })]);
    expect([queue.isFull(901), queue.room(901), queue.room(903)]).toEqual([false, 1, 2]);
    queue.add([message({ block: 2 })]);
    expect([queue.isFull(901), queue.room(901), queue.isFull(903)]).toEqual([true, 0, false]);
    const heavy = new MessageQueue(1_000);
    heavy.add(Array.from({ length: 4 }, (_, i) => ({ ...message({ block: i + 1 }), payload: new Uint8Array(16_000_000) })));
    expect([heavy.isFull(901), heavy.room(901)]).toEqual([true, 0]);
  });

  it("settle in the order of their execution's block, and the oldest make room", () => {
    const queue = new MessageQueue(2);
    queue.add([1, 2, 3].map((block) => message({ block })));
    const [a, b, c] = queue.due(NOW, TIME + 9, 10);
    expect([queue.settle(a!, 30), queue.settle(b!, 10)]).toEqual([[], []]);
    expect([places(queue.settled()), queue.hasSettled, queue.pending(901)]).toEqual([[[2, 0], [1, 0]], true, 1]);
    expect(queue.settle(c!, 20)).toEqual([b]);
    expect([places(queue.settled()), queue.has(b!.message), queue.pending(901)]).toEqual([[[3, 0], [1, 0]], false, 0]);
  });

  it("count as waiting exactly while they wait or are under way, whatever becomes of them", () => {
    const step = fc.record({ block: fc.integer({ min: 1, max: 6 }), act: fc.constantFrom("add", "settle", "wait", "start", "remove") });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new MessageQueue(3);
      for (const [i, { block, act }] of steps.entries()) {
        if (act === "add") queue.add([message({ block })]);
        const entry = [...queue.all()].find((one) => one.message.identifier.blockNumber === block);
        if (entry === undefined) continue;
        if (act === "settle") queue.settle(entry, i);
        if (act === "wait") queue.wait(entry, NOW);
        if (act === "start" && entry.state === "waiting") entry.state = "under-way";
        if (act === "remove") queue.remove(entry);
        const all = [...queue.all()];
        expect(queue.pending(901)).toBe(all.filter(({ state }) => state !== "settled").length);
        expect(queue.hasSettled).toBe(all.some(({ state }) => state === "settled"));
        expect(queue.settled().length).toBeLessThanOrEqual(3);
      }
    }));
  });
});
