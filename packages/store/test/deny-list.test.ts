import { bytesToHex, errorKind } from "@pangaea/primitives";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type DeniedBlock, DenyList, MemoryStore, type Store } from "../src/index.ts";
import { hashOf, word } from "./support/blocks.ts";
import { contents, FailingStore, storeKinds } from "./support/stores.ts";

const { kinds, close } = storeKinds();
afterAll(close);

const open = (store: Store) => new DenyList(store, { chainId: 901n });
const denied = (number: number, branch = 0, decisionTimestamp = 100 + number, reason = `log ${branch} refers to nothing`): DeniedBlock => ({
  number,
  hash: hashOf(number, branch),
  decisionTimestamp,
  output: { stateRoot: bytesToHex(word(1, number)), messagePasserStorageRoot: bytesToHex(word(2, branch)), blockHash: hashOf(number, branch) },
  reason,
});

describe.each(kinds)("a deny list in %s", (name, store) => {
  it("denies nothing at first", () => {
    const list = open(store());
    expect([list.isDenied(5, hashOf(5)), list.has(5), list.at(5), list.lastAt(5), list.heights(), list.all(0, 10), list.dropDecidedAfter(0)]).toEqual([false, false, [], undefined, [], [], []]);
  });
  it("denies a block by height and hash, also when it is opened again", () => {
    const one = store();
    open(one).add(denied(5));
    const list = open(one);
    expect([list.isDenied(5, hashOf(5)), list.isDenied(5, hashOf(5, 1)), list.isDenied(6, hashOf(5)), list.has(5), list.has(6)]).toEqual([true, false, false, true, false]);
    expect(list.at(5)).toEqual([denied(5)]);
  });
  it("keeps heights and times of up to 48 bits", () => {
    const one = store();
    const most = 2 ** 48 - 1;
    for (const number of [2 ** 32, most]) open(one).add({ ...denied(5), number, decisionTimestamp: most });
    expect([open(one).heights(), open(one).at(most)]).toEqual([[2 ** 32, most], [{ ...denied(5), number: most, decisionTimestamp: most }]]);
  });
  it("keeps the first record of a block that is denied twice", () => {
    const one = store();
    const list = open(one);
    list.add(denied(5));
    const before = contents(one);
    list.add(denied(5, 0, 999, "again"));
    expect(contents(one)).toEqual(before);
    expect(list.at(5)).toEqual([denied(5)]);
  });
  it("keeps several blocks of a height in the order of their denial, whatever their hashes", () => {
    const one = store();
    for (const branch of [3, 1, 2]) open(one).add(denied(5, branch, 105));
    const list = open(one);
    expect(list.at(5)).toEqual([3, 1, 2].map((branch) => denied(5, branch, 105)));
    expect(list.lastAt(5)).toEqual(denied(5, 2, 105));
  });
  it("lists heights and blocks from a height on, so many", () => {
    const list = open(store());
    for (const number of [300, 2, 70_000]) list.add(denied(number));
    list.add(denied(300, 1));
    expect(list.heights()).toEqual([2, 300, 70_000]);
    expect(list.all(3, 2)).toEqual([denied(300), denied(300, 1)]);
    expect(list.all(0, 100)).toHaveLength(4);
  });
  it("forgets what was decided after a timestamp and gives it", () => {
    const one = store();
    const list = open(one);
    for (const block of [denied(5, 0, 110), denied(5, 1, 120), denied(6, 0, 111), denied(7, 0, 110)]) list.add(block);
    expect(list.dropDecidedAfter(110)).toEqual([denied(5, 1, 120), denied(6, 0, 111)]);
    for (const left of [list, open(one)]) expect([left.all(0, 9), left.heights(), left.isDenied(5, hashOf(5, 1))]).toEqual([[denied(5, 0, 110), denied(7, 0, 110)], [5, 7], false]);
  });
  it("cuts a long reason at whole characters", () => {
    const one = store();
    open(one).add(denied(5, 0, 105, `a${"é".repeat(2_000)}`));
    expect(open(one).at(5)[0]?.reason).toBe(`a${"é".repeat(511)}`);
  });
  it.each([[0, 5], [-1, 5], [2 ** 48, 5], [5, -1], [1.5, 5]])("refuses block %d decided at %d", (number, timestamp) => {
    const list = open(store());
    const bad = { ...denied(1), number, decisionTimestamp: timestamp };
    expect(() => list.add(bad)).toThrow("cannot be denied");
    expect(list.heights()).toEqual([]);
  });
  it("behaves as a plain list whatever is added and dropped", () => {
    const step = fc.record({ number: fc.integer({ min: 1, max: 5 }), branch: fc.nat(3), time: fc.nat(9), drop: fc.boolean() });
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const one = store();
      const list = open(one);
      let model: DeniedBlock[] = [];
      for (const { number, branch, time, drop } of steps) {
        if (drop) {
          expect(new Set(list.dropDecidedAfter(time).map(({ hash }) => hash))).toEqual(new Set(model.filter((block) => block.decisionTimestamp > time).map(({ hash }) => hash)));
          model = model.filter((block) => block.decisionTimestamp <= time);
        } else {
          list.add(denied(number, branch, time));
          if (!model.some(({ hash }) => hash === hashOf(number, branch))) model.push(denied(number, branch, time));
        }
        const wanted = [1, 2, 3, 4, 5].flatMap((height) => model.filter((block) => block.number === height));
        for (const same of [list, open(one)]) expect(same.all(0, 100)).toEqual(wanted);
        expect([list.lastAt(number), list.has(number)]).toEqual([model.findLast((block) => block.number === number), model.some((block) => block.number === number)]);
      }
    }), { numRuns: name === "memory" ? 100 : 15 });
  });
});

it("a deny list holds 65,536 blocks and stops with the remedy at one more, until some are forgotten", () => {
  const store = new MemoryStore();
  const list = open(store);
  const { output, hash } = denied(1);
  for (let number = 1; number <= 65_536; number++) list.add({ number, hash, decisionTimestamp: number, output, reason: "" });
  const more = { number: 65_537, hash, decisionTimestamp: 65_537, output, reason: "" };
  for (const full of [list, open(store)]) expect(() => full.add(more)).toThrow(/65536 blocks are denied already, so block 65537 .* stop the chain's sequencer, then delete the folder/);
  expect(list.dropDecidedAfter(65_535)).toHaveLength(1);
  list.add(more);
  expect([list.has(65_536), list.has(65_537)]).toEqual([false, true]);
});

it("a deny list on a disk that fails denies nothing that is not durable", () => {
  const failing = new FailingStore(new MemoryStore());
  const list = open(failing);
  list.add(denied(5));
  failing.writesLeft = 0;
  for (const act of [() => list.add(denied(6)), () => list.dropDecidedAfter(0)]) {
    try {
      act();
      expect.unreachable();
    } catch (error) {
      expect(errorKind(error)).toBe("temporary");
    }
  }
  expect(list.all(0, 9)).toEqual([denied(5)]);
});

it.each<[string, (value: Uint8Array) => Uint8Array]>([["is cut", (value) => value.subarray(0, 30)], ["has a flipped bit", (value) => value.map((byte, i) => (i === 3 ? byte ^ 1 : byte))]])("a deny list with a record that %s is not opened", (_name, damage) => {
  const store = new MemoryStore();
  open(store).add(denied(5));
  const [key, value] = [...store.entries()][0]!;
  store.write([[key, damage(value)]]);
  expect(() => open(store)).toThrow(/deny list of chain 901: .* is damaged .*: delete the folder of the interop activity/);
});
