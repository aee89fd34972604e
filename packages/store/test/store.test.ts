import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FileStore, LmdbStore, MemoryStore, openStore, prefixed, type Store } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "pangaea-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = (...bytes: number[]) => Uint8Array.of(...bytes);
let next = 0;
function newFolder(): string {
  const path = join(folder, String(next++));
  mkdirSync(path);
  return path;
}
const implementations: Record<string, () => Store> = {
  memory: () => new MemoryStore(),
  lmdb: () => new LmdbStore(join(folder, String(next++))),
  file: () => new FileStore(newFolder()),
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
  it("keeps its order through writes and deletions between walks", () => {
    const store = filled();
    expect(keysOf(store, {})).toEqual([1, 3, 5, 7]);
    store.write([[key(4), key(1)], [key(1), undefined], [key(0), key(1)], [key(9), key(1)]]);
    expect(keysOf(store, {})).toEqual([0, 3, 4, 5, 7, 9]);
    store.write([[key(4), undefined]]);
    store.write([[key(4), key(8)], [key(3), key(8)]]);
    expect(keysOf(store, {})).toEqual([0, 3, 4, 5, 7, 9]);
    expect(store.get(key(4))).toEqual(key(8));
  });
  it("orders keys by bytes, shorter before longer", () => {
    const store = open();
    const ordered = [key(0), key(0, 0), key(0, 255), key(1), key(127), key(128), key(200, 1), key(255)];
    store.write(ordered.toReversed().map((k) => [k, key(1)]));
    expect([...store.entries()].map(([k]) => k)).toEqual(ordered);
  });
  it("is untouched by later changes of the arrays it was given", () => {
    const store = open();
    const [k, v] = [key(1, 2), key(3)];
    store.write([[k, v]]);
    k[0] = 9;
    v[0] = 9;
    expect(store.get(key(1, 2))).toEqual(key(3));
  });
  it("writes nothing of a batch with a key that is empty or too long", () => {
    for (const bad of [new Uint8Array(0), new Uint8Array(501)]) {
      const store = filled();
      expect(() => store.write([[key(9), key(9)], [bad, key(1)]])).toThrow("1 to 500 bytes");
      expect(store.get(key(9))).toBeUndefined();
    }
  });
  it("lets the last write of a batch win", () => {
    const store = open();
    store.write([[key(1), key(1)], [key(1), key(2)]]);
    expect(store.get(key(1))).toEqual(key(2));
  });
});

it.each([["LMDB", LmdbStore], ["file", FileStore]] as const)("a store by %s keeps its entries when it is opened again", async (_, Kind) => {
  const path = newFolder();
  const first = new Kind(path);
  first.write([[key(1), key(2)], [key(3), key(4)]]);
  first.write([[key(3), undefined], [key(5), new Uint8Array(0)]]);
  await first.close();
  const second = new Kind(path);
  expect([...second.entries()]).toEqual([[key(1), key(2)], [key(5), new Uint8Array(0)]]);
  await second.close();
});

describe("a store by file", () => {
  async function closed(): Promise<{ readonly path: string; readonly log: string; readonly sizes: readonly number[] }> {
    const path = newFolder();
    const log = join(path, "entries.log");
    const store = new FileStore(path);
    const sizes = [1, 2, 3].map((n) => {
      store.write([[key(n), key(n, n)]]);
      return statSync(log).size;
    });
    await store.close();
    return { path, log, sizes };
  }
  const keysAt = async (path: string) => {
    const store = new FileStore(path);
    const keys = [...store.entries()].map(([k]) => k[0]);
    store.write([[key(9), key(9)]]);
    await store.close();
    const again = new FileStore(path);
    expect(again.get(key(9))).toEqual(key(9));
    await again.close();
    return keys;
  };

  it("drops the batch that a crash cut off, wherever it was cut, and goes on after what is whole", async () => {
    const { sizes: [, second, third] } = await closed();
    for (let size = second!; size < third!; size++) {
      const { path, log } = await closed();
      truncateSync(log, size);
      expect(await keysAt(path)).toEqual([1, 2]);
    }
  });

  it("drops what a crash left without its content", async () => {
    const { path, log } = await closed();
    appendFileSync(log, new Uint8Array(4_096));
    expect(await keysAt(path)).toEqual([1, 2, 3]);
  });

  it("refuses a log that is damaged where no crash damages it, with the file, the place and the remedy", async () => {
    const { path, log, sizes: [first, second] } = await closed();
    const bytes = readFileSync(log);
    for (let at = 0; at < second!; at++) {
      writeFileSync(log, bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));
      expect(() => new FileStore(path), `byte ${at}`).toThrow(new RegExp(`entries\\.log is damaged at byte ${at < first! ? 0 : first}: put a copy .* or delete the folder`));
    }
  });

  it("writes its log anew when most of it is outdated, and loses nothing by that", async () => {
    const path = newFolder();
    const store = new FileStore(path);
    for (let n = 0; n < 40; n++) store.write([[key(n % 4), new Uint8Array(1_000_000).fill(n)], [key(100 + n), key(n)]]);
    const size = statSync(join(path, "entries.log")).size;
    expect(size).toBeLessThan(30_000_000);
    await store.close();
    const again = new FileStore(path);
    expect([0, 1, 2, 3].map((n) => again.get(key(n))?.[0])).toEqual([36, 37, 38, 39]);
    expect([...again.entries({ from: key(100) })].map(([k]) => k[0])).toEqual(Array.from({ length: 40 }, (_, n) => 100 + n));
    await again.close();
  });

  it("is what a folder keeps that began with it", async () => {
    const { path } = await closed();
    const store = openStore(path);
    expect(store).toBeInstanceOf(FileStore);
    await store.close();
  });
});

it("a prefix shows its own entries only, also when no key can follow it", () => {
  const store = new MemoryStore();
  const [a, b] = [prefixed(store, key(255, 255)), prefixed(store, key(255))];
  a.write([[key(1), key(10)]]);
  b.write([[key(1), key(20)]]);
  expect([...a.entries()]).toEqual([[key(1), key(10)]]);
  expect([...b.entries({ reverse: true })]).toEqual([[key(255, 1), key(10)], [key(1), key(20)]]);
  expect(store.get(key(255, 1))).toEqual(key(20));
});

it("a folder that cannot be used is refused with the remedy", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(() => openStore(join(file, "below"))).toThrow("--data-dir");
});
