import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LmdbStore, MemoryStore, prefixed, type Store } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "pangaea-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = (...bytes: number[]) => Uint8Array.of(...bytes);
let next = 0;
const implementations: Record<string, () => Store> = {
  memory: () => new MemoryStore(),
  lmdb: () => new LmdbStore(join(folder, String(next++))),
  "prefix of memory": () => prefixed(new MemoryStore(), key(7, 255)),
};

describe.each(Object.entries(implementations))("a store in %s", (_, open) => {
  const filled = () => {
    const store = open();
    store.write([1, 3, 5, 7].map((n) => [key(n), key(n, n)]));
    return store;
  };
  const keysOf = (store: Store, range: Parameters<Store["entries"]>[0]) => [...store.entries(range)].map(([k]) => k[0]);

  it("gives back what was written, and nothing for what was not", () => {
    const store = filled();
    expect(store.get(key(3))).toEqual(key(3, 3));
    expect(store.get(key(4))).toBeUndefined();
  });
  it("keeps empty values and values of many kilobytes", () => {
    const store = open();
    store.write([[key(1), new Uint8Array(0)], [key(2), new Uint8Array(200_000).fill(9)]]);
    expect(store.get(key(1))).toEqual(new Uint8Array(0));
    expect(store.get(key(2))?.length).toBe(200_000);
  });
  it("deletes by writing undefined", () => {
    const store = filled();
    store.write([[key(3), undefined], [key(9), key(1)]]);
    expect(keysOf(store, {})).toEqual([1, 5, 7, 9]);
  });
  it("walks in key order, from inclusive to exclusive, both ways, with a limit", () => {
    const store = filled();
    expect(keysOf(store, { from: key(3), to: key(7) })).toEqual([3, 5]);
    expect(keysOf(store, { from: key(2), to: key(6) })).toEqual([3, 5]);
    expect(keysOf(store, { from: key(3), to: key(7), reverse: true })).toEqual([5, 3]);
    expect(keysOf(store, { reverse: true, limit: 2 })).toEqual([7, 5]);
    expect(keysOf(store, { to: key(8), reverse: true, limit: 1 })).toEqual([7]);
  });
  it("lets the last write of a batch win", () => {
    const store = open();
    store.write([[key(1), key(1)], [key(1), key(2)]]);
    expect(store.get(key(1))).toEqual(key(2));
  });
});

it("an LMDB store keeps its entries when it is opened again", async () => {
  const path = join(folder, "again");
  const first = new LmdbStore(path);
  first.write([[key(1), key(2)]]);
  await first.close();
  const second = new LmdbStore(path);
  expect(second.get(key(1))).toEqual(key(2));
  await second.close();
});
