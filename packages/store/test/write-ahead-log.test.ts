import { errorKind, utf8ToBytes } from "@pangaea/primitives";
import { afterAll, describe, expect, it } from "vitest";
import { type Codec, MemoryStore, WriteAheadLog } from "../src/index.ts";
import { FailingStore, storeKinds } from "./support/stores.ts";

const { kinds, close } = storeKinds();
afterAll(close);

const codec: Codec<readonly number[]> = {
  encode: (numbers) => Uint8Array.from(numbers),
  decode(bytes) {
    if (bytes.includes(255)) throw new Error("255 is no number of ours");
    return [...bytes];
  },
};
const kindOf = (action: () => unknown): string => {
  try {
    action();
    return "nothing thrown";
  } catch (error) {
    return errorKind(error);
  }
};

describe.each(kinds)("a write-ahead log in %s", (_, store) => {
  it("has no record at first, and clearing it does nothing", () => {
    const log = new WriteAheadLog(store(), codec);
    log.clear();
    expect(log.pending()).toBeUndefined();
  });
  it("keeps a record until it is cleared, also when it is opened again", () => {
    const one = store();
    new WriteAheadLog(one, codec).put([1, 2, 3]);
    const log = new WriteAheadLog(one, codec);
    expect(log.pending()).toEqual([1, 2, 3]);
    log.clear();
    expect([log.pending(), new WriteAheadLog(one, codec).pending()]).toEqual([undefined, undefined]);
    log.put([4]);
    expect(log.pending()).toEqual([4]);
  });
  it("keeps an empty record apart from none", () => {
    const log = new WriteAheadLog(store(), codec);
    log.put([]);
    expect(log.pending()).toEqual([]);
  });
  it("keeps a record of megabytes", () => {
    const log = new WriteAheadLog(store(), { encode: (bytes: Uint8Array) => bytes, decode: (bytes) => bytes });
    const large = new Uint8Array(3_000_000).fill(7);
    log.put(large);
    expect(Buffer.compare(log.pending() ?? new Uint8Array(0), large)).toBe(0);
  });
  it("takes the pending record again and refuses another", () => {
    const log = new WriteAheadLog(store(), codec);
    log.put([1]);
    log.put([1]);
    expect(() => log.put([2])).toThrow("still pending");
    expect(kindOf(() => log.put([2]))).toBe("critical");
    expect(log.pending()).toEqual([1]);
  });
});

it("a write-ahead log on a disk that fails keeps what it had", () => {
  const failing = new FailingStore(new MemoryStore());
  const log = new WriteAheadLog(failing, codec);
  failing.writesLeft = 0;
  expect(kindOf(() => log.put([1]))).toBe("temporary");
  expect(log.pending()).toBeUndefined();
  failing.writesLeft = 1;
  log.put([1]);
  expect(kindOf(() => log.clear())).toBe("temporary");
  expect(log.pending()).toEqual([1]);
  failing.readsLeft = 0;
  expect(kindOf(() => log.pending())).toBe("temporary");
});

it("a record that is damaged or that its codec cannot read stops with the remedy", () => {
  const store = new MemoryStore();
  const log = new WriteAheadLog(store, codec);
  log.put([1, 255]);
  expect(() => log.pending()).toThrow("the pending record of 2 bytes cannot be read (255 is no number of ours)");
  expect(kindOf(() => log.pending())).toBe("critical");
  store.write([[Uint8Array.of(0), utf8ToBytes("12345")]]);
  expect(() => log.pending()).toThrow("damaged");
  expect(kindOf(() => log.pending())).toBe("critical");
});
