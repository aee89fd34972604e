import { bytesToHex, errorKind, type Hex } from "@pangaea/primitives";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { MemoryStore, type Store, type VerifiedTimestamp, VerifiedTimestamps } from "../src/index.ts";
import { word } from "./support/blocks.ts";
import { contents, FailingStore, storeKinds } from "./support/stores.ts";

const { kinds, close } = storeKinds();
afterAll(close);

const START = 1_000;
const l1Hash = (number: number, branch = 0): Hex => bytesToHex(word(8, number, branch));
const l2Hash = (chain: number, number: number, branch = 0): Hex => bytesToHex(word(9, chain, number, branch));
const head = (chain: number, number: number) => ({ number, hash: l2Hash(chain, number) });

/** Chain 901 makes a block each second and 902 one every two; an L1 block every five seconds. */
function entry(timestamp: number, by: Partial<VerifiedTimestamp> = {}): VerifiedTimestamp {
  const since = timestamp - START + 10;
  const l1 = Math.floor(since / 5);
  return { timestamp, l1Inclusion: { number: l1, hash: l1Hash(l1) }, heads: new Map([[901, head(901, since)], [902, head(902, Math.floor(since / 2))]]), ...by };
}
const entries = (from: number, to: number): readonly VerifiedTimestamp[] => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i));
const kindOf = (action: () => unknown): string => {
  try {
    action();
    return "nothing thrown";
  } catch (error) {
    return errorKind(error);
  }
};

describe.each(kinds)("verified timestamps in %s", (name, store) => {
  const filled = (one: Store = store()) => {
    const verified = new VerifiedTimestamps(one);
    verified.append(entries(START, START + 20));
    return verified;
  };

  it("are none at first and may begin at any time", () => {
    const verified = new VerifiedTimestamps(store());
    expect([verified.first, verified.last, verified.at(START), verified.newestWhere(() => true)]).toEqual([undefined, undefined, undefined, undefined]);
    verified.append([entry(START + 7)]);
    expect([verified.first, verified.last]).toEqual([entry(START + 7), entry(START + 7)]);
  });
  it("give back each entry, also when they are opened again", () => {
    const one = store();
    filled(one);
    const verified = new VerifiedTimestamps(one);
    for (const wanted of entries(START, START + 20)) expect(verified.at(wanted.timestamp)).toEqual(wanted);
    expect([verified.first?.timestamp, verified.last?.timestamp, verified.at(START - 1), verified.at(START + 21), verified.at(START + 0.5)]).toEqual([START, START + 20, undefined, undefined, undefined]);
  });
  it("pass over an equal entry, whatever the order of its chains", () => {
    const one = store();
    const verified = filled(one);
    const before = contents(one);
    const known = entry(START + 5);
    verified.append([{ ...known, heads: new Map([...known.heads].reverse()) }]);
    expect(contents(one)).toEqual(before);
    verified.append(entries(START + 19, START + 22));
    expect(verified.last).toEqual(entry(START + 22));
  });
  it("let a chain join and leave", () => {
    const verified = filled();
    verified.append([entry(START + 21, { heads: new Map([[901, head(901, 31)]]) }), entry(START + 22, { heads: new Map([[901, head(901, 32)], [903, head(903, 5_000)]]) })]);
    expect([...verified.last!.heads.keys()]).toEqual([901, 903]);
  });

  const next = START + 21;
  const heads = (chain901: { readonly number: number; readonly hash: Hex }) => new Map([[901, chain901], [902, head(902, 15)]]);
  it.each<[string, VerifiedTimestamp, string]>([
    ["leaves a gap", entry(next + 1), `does not follow ${START + 20}`],
    ["lies before the first", entry(START - 1), `lies before ${START}`],
    ["differs from one that is there", entry(START + 20, { heads: heads(head(901, 29)) }), "is verified already, with other blocks"],
    ["has an older block of a chain", entry(next, { heads: heads(head(901, 29)) }), `has block 29 (${l2Hash(901, 29)}) of chain 901, a second after block 30 (${l2Hash(901, 30)})`],
    ["has another block of the same number", entry(next, { heads: heads({ number: 30, hash: l2Hash(901, 30, 1) }) }), `has block 30 (${l2Hash(901, 30, 1)}) of chain 901`],
    ["advances a chain by two blocks", entry(next, { heads: heads(head(901, 32)) }), "has block 32"],
    ["has an older L1 block", entry(next, { l1Inclusion: { number: 5, hash: l1Hash(5) } }), `at L1 block 5 (${l1Hash(5)}), after one at 6 (${l1Hash(6)})`],
    ["has another L1 block of the same number", entry(next, { l1Inclusion: { number: 6, hash: l1Hash(6, 1) } }), `at L1 block 6 (${l1Hash(6, 1)})`],
    ["has no possible time", entry(next, { timestamp: -1 }), "no Unix time"],
  ])("refuse an entry that %s", (_name, wrong, message) => {
    const one = store();
    const verified = filled(one);
    const before = contents(one);
    expect(() => verified.append([entry(START + 20), wrong])).toThrow(`state divergence: timestamp ${wrong.timestamp}`);
    expect(() => verified.append([wrong])).toThrow(message);
    expect(kindOf(() => verified.append([wrong]))).toBe("critical");
    expect([contents(one), verified.last]).toEqual([before, entry(START + 20)]);
  });
  it("refuse a second of two entries of a batch that differ", () => {
    const verified = filled();
    expect(() => verified.append([entry(next), entry(next, { l1Inclusion: { number: 7, hash: l1Hash(7) } })])).toThrow("is verified already");
    expect(verified.last?.timestamp).toBe(START + 20);
  });

  it.each([[START + 20, START + 20, 21], [START + 3, START + 3, 4], [START, START, 1], [START + 99, START + 20, 21], [START - 1, undefined, 0], [undefined, undefined, 0]])("rewind to %s: the last is %s", (to, last, left) => {
    const one = store();
    const verified = filled(one);
    verified.rewindTo(to);
    expect([verified.last?.timestamp, verified.first?.timestamp, contents(one).length]).toEqual([last, last === undefined ? undefined : START, left]);
    if (last !== undefined) verified.append([entry(last + 1)]);
  });
  it("find the newest that an L1 block includes", () => {
    const verified = filled();
    const naive = (n: number) => entries(START, START + 20).findLast(({ l1Inclusion }) => l1Inclusion.number <= n);
    for (let n = 0; n < 9; n++) expect(verified.newestWhere(({ number }) => number <= n)).toEqual(naive(n));
  });
  it("behave as a plain list whatever is appended and rewound", () => {
    const step = fc.record({ do: fc.constantFrom("append", "append", "rewind", "reopen"), by: fc.nat(12) });
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const one = store();
      let verified = new VerifiedTimestamps(one);
      let model: readonly VerifiedTimestamp[] = [];
      for (const { do: action, by } of steps) {
        const last = model.at(-1)?.timestamp ?? START + by;
        if (action === "append") {
          const added = entries(last + 1, last + by);
          verified.append([...model.slice(-2), ...added]);
          model = [...model, ...added];
        } else if (action === "rewind") {
          verified.rewindTo(last - by);
          model = model.filter(({ timestamp }) => timestamp <= last - by);
        } else verified = new VerifiedTimestamps(one);
        expect(model.map(({ timestamp }) => verified.at(timestamp))).toEqual(model);
        expect([verified.at((model[0]?.timestamp ?? 0) - 1), verified.at((model.at(-1)?.timestamp ?? 0) + 1)]).toEqual([undefined, undefined]);
        expect([verified.first, verified.last]).toEqual([model[0], model.at(-1)]);
        expect(verified.newestWhere(({ number }) => number <= by + 2)).toEqual(model.findLast(({ l1Inclusion }) => l1Inclusion.number <= by + 2));
      }
    }), { numRuns: name === "memory" ? 100 : 15 });
  });
});

it("a rewind that a failing disk interrupts leaves a list without gaps and may be repeated", () => {
  for (let writes = 0; writes < 3; writes++) {
    const disk = new MemoryStore();
    new VerifiedTimestamps(disk).append(entries(START, START + 9_000));
    const failing = new FailingStore(disk);
    const verified = new VerifiedTimestamps(failing);
    failing.writesLeft = writes;
    expect(kindOf(() => verified.rewindTo(START + 5))).toBe("temporary");
    const again = new VerifiedTimestamps(disk);
    expect([verified.first?.timestamp, verified.last?.timestamp]).toEqual([again.first?.timestamp, again.last?.timestamp]);
    expect(contents(disk)).toHaveLength(again.last!.timestamp - again.first!.timestamp + 1);
    failing.writesLeft = Number.MAX_SAFE_INTEGER;
    verified.rewindTo(START + 5);
    expect([verified.first?.timestamp, verified.last?.timestamp]).toEqual([START, START + 5]);
  }
});

it("a failed append changes nothing and may be repeated", () => {
  const failing = new FailingStore(new MemoryStore());
  const verified = new VerifiedTimestamps(failing);
  failing.writesLeft = 0;
  expect(kindOf(() => verified.append(entries(START, START + 3)))).toBe("temporary");
  expect(verified.last).toBeUndefined();
  failing.writesLeft = 1;
  verified.append(entries(START, START + 3));
  expect(verified.last).toEqual(entry(START + 3));
});

it.each<[string, (value: Uint8Array) => Uint8Array | undefined]>([
  ["is cut", (value) => value.subarray(0, 50)],
  ["has a flipped bit", (value) => value.map((byte, i) => (i === 3 ? byte ^ 1 : byte))],
  ["is gone", () => undefined],
])("an entry that %s stops with the remedy", (_name, damage) => {
  const store = new MemoryStore();
  new VerifiedTimestamps(store).append(entries(START, START + 2));
  const [key, value] = [...store.entries()][1]!;
  store.write([[key, damage(value)]]);
  const read = () => new VerifiedTimestamps(store).at(START + 1);
  expect(kindOf(read)).toBe("critical");
  expect(read).toThrow("delete the folder of the interop activity");
});
