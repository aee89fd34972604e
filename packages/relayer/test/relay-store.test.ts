import { CriticalError, utf8ToBytes } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { beforeEach, describe, expect, it } from "vitest";
import { type RelayMessage, relayMessageOf } from "../src/relay-message.ts";
import { RelayStore } from "../src/relay-store.ts";
import { sentLog } from "./support/messages.ts";

const PAIR = { source: 901, destination: 902 };
const word = (value: number) => `0x${value.toString(16).padStart(64, "0")}` as const;

function message(blockNumber: number, { source = 901, destination = 902, logIndex = 0, branch = 0 } = {}): RelayMessage {
  return relayMessageOf(source, destination, { log: sentLog({ destination, nonce: blockNumber, message: new Uint8Array(100) }), blockNumber, blockHash: word(blockNumber * 16 + branch), logIndex, timestamp: 1_000 + blockNumber, transactionHash: word(7) })!;
}

describe("what a relayer keeps", () => {
  let memory: MemoryStore;
  let store: RelayStore;
  beforeEach(() => {
    memory = new MemoryStore();
    store = new RelayStore(memory);
  });

  it("is nothing of a pair that is new", () => {
    expect([store.points(PAIR), store.messages(PAIR)]).toEqual([undefined, []]);
  });

  it("is how far it read, and the messages as they were found, in their order", () => {
    const found = [message(300), message(2), message(2, { logIndex: 1 })];
    const points = [{ number: 1, hash: word(1) }, { number: 300, hash: word(2) }];
    store.advance(PAIR, points, found);
    const again = new RelayStore(memory);
    expect(again.points(PAIR)).toEqual(points);
    expect(again.messages(PAIR)).toEqual([found[1], found[2], found[0]]);
  });

  it("is each pair's own", () => {
    const pairs = [PAIR, { source: 902, destination: 901 }, { source: 901, destination: 903 }, { source: 2 ** 53 - 1, destination: 902 }];
    for (const [i, pair] of pairs.entries()) store.advance(pair, [{ number: i, hash: word(i) }], [message(i + 1, pair)]);
    for (const [i, pair] of pairs.entries()) expect([store.points(pair), store.messages(pair)]).toEqual([[{ number: i, hash: word(i) }], [message(i + 1, pair)]]);
  });

  it("loses what vanished, and keeps what came in its place", () => {
    store.advance(PAIR, [{ number: 3, hash: word(3) }], [message(2), message(3)]);
    store.advance(PAIR, [{ number: 1, hash: word(1) }], [message(2, { branch: 1 })], [message(2), message(3)]);
    expect(store.messages(PAIR)).toEqual([message(2, { branch: 1 })]);
    store.forget([message(2, { branch: 1 })]);
    expect(store.messages(PAIR)).toEqual([]);
  });

  it.each([["cursor", 0], ["message", 1]])("stops the start when a %s is damaged, and says what to do", (what, kind) => {
    store.advance(PAIR, [{ number: 3, hash: word(3) }], [message(3)]);
    const [key] = [...memory.entries()].find(([one]) => one[0] === kind)!;
    for (const damaged of ["", "{}", "[{}]", '{"blockNumber":-1}']) {
      memory.write([[key, utf8ToBytes(damaged)]]);
      const read = () => [store.points(PAIR), store.messages(PAIR)];
      expect(read).toThrow(CriticalError);
      expect(read).toThrow(`the stored ${what} of 901:902 is damaged`);
    }
  });
});
