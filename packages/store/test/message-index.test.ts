import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorKind } from "@pangaea/primitives";
import { afterAll, describe, expect, it } from "vitest";
import { FileStore, type IndexedBlock, LmdbStore, MemoryStore, MessageIndex, type MessageQuery, type Store } from "../src/index.ts";
import { block, blocks, CHAIN_ID, hashOf, query, timeOf } from "./support/blocks.ts";
import { contents, FailingStore, storeKinds } from "./support/stores.ts";

const { kinds, close } = storeKinds();
afterAll(close);

const open = (store: Store) => new MessageIndex(store, { chainId: CHAIN_ID });
const kindOf = (action: () => unknown): string => {
  try {
    action();
    return "nothing thrown";
  } catch (error) {
    return errorKind(error);
  }
};
/** Blocks 10 to 14: logs 2, 0, 3, 0, 1. */
const few = (): readonly IndexedBlock[] => [block(10, 2), block(11, 0), block(12, 3, { executes: [0, 2] }), block(13, 0), block(14, 1)];

describe.each(kinds)("a message index in %s", (_, store) => {
  const filled = () => {
    const index = open(store());
    index.seal(few());
    return index;
  };

  it("is empty at first and knows no block", () => {
    const index = open(store());
    expect([index.first, index.last, index.blockAt(1), index.sealOf(1), index.executingAt(1)]).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(index.contains(query(1, 0))).toEqual({ kind: "not-yet", reason: "the index of chain 901 is empty" });
  });
  it("gives back its blocks, logs and executing messages", () => {
    const index = filled();
    for (const one of few()) {
      const seal = { number: one.number, hash: one.hash, parentHash: one.parentHash, timestamp: one.timestamp, logs: one.logHashes.length / 32 };
      expect(index.blockAt(one.number)).toEqual(one);
      expect(index.sealOf(one.number)).toEqual(seal);
      expect(index.hashAt(one.number)).toBe(one.hash);
      expect([index.holds(one), index.holds({ ...one, hash: one.parentHash }), index.holds({ ...one, number: one.number + 1 })]).toEqual([true, false, false]);
      expect(index.executingAt(one.number)).toEqual(one.executing);
    }
    expect([index.first?.number, index.last?.number]).toEqual([10, 14]);
    expect([9, 15, 10.5].map((number) => index.holds({ number, hash: few()[0]!.hash }))).toEqual([false, false, false]);
    expect([index.blockAt(9), index.sealOf(15), index.hashAt(9), index.hashAt(15), index.executingAt(15), index.blockAt(10.5)]).toEqual(Array.from({ length: 6 }));
  });
  it("is the same when it is opened again", () => {
    const one = store();
    open(one).seal(few());
    const index = open(one);
    expect([index.first?.hash, index.last?.hash, index.first?.parentHash]).toEqual([hashOf(10), hashOf(14), hashOf(9)]);
    expect(index.blockAt(12)).toEqual(few()[2]);
  });
  it("keeps a block of more logs than a page holds, sealed one by one or together", () => {
    const [together, apart] = [open(store()), open(store())];
    const many = [block(1, 126), block(2, 1), block(3, 300), block(4, 0), block(5, 128)];
    together.seal(many);
    for (const one of many) apart.seal([one]);
    for (const one of many) for (const index of [together, apart]) expect(index.blockAt(one.number)).toEqual(one);
    expect(apart.contains(query(3, 299))).toEqual({ kind: "yes" });
  });

  const change = (claim: MessageQuery, by: Partial<MessageQuery>): MessageQuery => ({ ...claim, ...by });
  const otherChecksum = query(12, 0).checksum;
  it.each<[string, MessageQuery, number | undefined, string, RegExp]>([
    ["a log that is there", query(12, 1), undefined, "yes", /^$/],
    ["the last log of the last block", query(14, 0), undefined, "yes", /^$/],
    ["a log of the last block of the view", query(12, 1), 12, "yes", /^$/],
    ["another timestamp", change(query(12, 1), { timestamp: timeOf(12) + 1 }), undefined, "contradiction", /block 12 has timestamp 1700000024, not 1700000025/],
    ["a log index beyond the block's logs", change(query(12, 1), { logIndex: 3 }), undefined, "contradiction", /block 12 has 3 logs, none with index 3/],
    ["a log of a block without any", query(11, 0), undefined, "contradiction", /block 11 has 0 logs/],
    ["another checksum", change(query(12, 1), { checksum: otherChecksum }), undefined, "contradiction", new RegExp(`log 1 of block 12 has checksum ${query(12, 1).checksum}, not ${otherChecksum}`)],
    ["a block above the last", query(15, 0), undefined, "not-yet", /block 15 of time 1700000030 lies above block 14 of time 1700000028/],
    ["a block above the last at the last's time", change(query(15, 0), { timestamp: timeOf(14) }), undefined, "contradiction", /block 15 comes after block 14 of time 1700000028, so its time is not 1700000028/],
    ["a block above the last a second younger than it", change(query(15, 0), { timestamp: timeOf(14) + 1 }), undefined, "not-yet", /above block 14/],
    ["a block that is there, above the view", query(13, 0), 12, "not-yet", /above block 12/],
    ["a block above the view whose time the view has passed", change(query(14, 0), { timestamp: timeOf(11) }), 12, "contradiction", /comes after block 12/],
    ["a block above a view that ends before the first", query(12, 1), 5, "not-yet", /above block 5/],
    ["a block before the first", query(9, 0), undefined, "pruned", /block 9 lies before block 10/],
    ["a block before the first at the first's time", change(query(9, 0), { timestamp: timeOf(10) }), undefined, "contradiction", /before block 10 of time 1700000020, so its time is not 1700000020/],
    ["a block before the first, later, in a view that ends before it", change(query(3, 0), { timestamp: timeOf(10) }), 5, "pruned", /before block 10/],
    ["a block number above all that can be", change(query(15, 0), { blockNumber: Number.MAX_SAFE_INTEGER }), undefined, "not-yet", /above block 14/],
  ])("answers of %s", (_name, claim, upTo, kind, reason) => {
    const answer = filled().contains(claim, upTo);
    expect(answer.kind).toBe(kind);
    expect(answer.kind === "yes" ? "" : answer.reason).toMatch(reason);
  });

  it("passes over blocks that are sealed again, also where new ones follow", () => {
    const one = store();
    const index = open(one);
    index.seal(few());
    const before = contents(one);
    index.seal(few());
    index.seal([few()[1]!]);
    expect(contents(one)).toEqual(before);
    index.seal([...few().slice(2), block(15, 4)]);
    expect(index.blockAt(15)).toEqual(block(15, 4));
  });
  it.each<[string, readonly IndexedBlock[], string, RegExp]>([
    ["another block at a height that is there", [block(12, 1, { branch: 1 })], "reset", new RegExp(`${hashOf(12, 1)}.*${hashOf(12)}`)],
    ["a block on another parent", [block(15, 1, { parentBranch: 1 })], "reset", new RegExp(`${hashOf(14, 1)}.*${hashOf(14)}`)],
    ["a block that leaves a gap", [block(16, 1)], "reset", /block 16 .* does not follow the last, 14/],
    ["a block before the first", [block(9, 1)], "reset", /begins at 10/],
    ["a second block of a batch that does not follow the first", [block(15, 1), block(17, 1)], "reset", /does not follow the last, 15/],
    ["two blocks of one height in a batch", [block(15, 1), block(15, 1, { branch: 1, parentBranch: 0 })], "reset", new RegExp(`${hashOf(15, 1)}.*${hashOf(15)}`)],
    ["log hashes that are not 32 bytes each", [{ ...block(15, 1), logHashes: new Uint8Array(33) }], "input", /33 bytes of log hashes/],
    ["a time that does not rise", [{ ...block(15, 1), timestamp: timeOf(14) }], "input", /not above its parent's 1700000028/],
    ["an executing log beyond the logs", [block(15, 1, { executes: [1] })], "input", /by log 1, which is to be above -1 and below 1/],
    ["a log that executes twice", [block(15, 2, { executes: [1, 1] })], "input", /by log 1, which is to be above 1/],
    ["an executing log that is none", [{ ...block(15, 2), executing: block(15, 2, { executes: [1] }).executing.map((message) => ({ ...message, logIndex: 0.5 })) }], "input", /by log 0\.5/],
    ["a message of a chain id of 257 bits", [{ ...block(15, 2), executing: block(15, 2, { executes: [1] }).executing.map((message) => ({ ...message, identifier: { ...message.identifier, chainId: 1n << 256n } })) }], "input", /executed by log 1 has more than 256 bits/],
    ["a time that does not fit into 48 bits", [{ ...block(15, 1), timestamp: 2 ** 48 }], "input", /0 to 2\^48-1/],
    ["executing logs out of order", [block(15, 2, { executes: [1, 0] })], "input", /by log 0, which is to be above 1/],
  ])("refuses %s and writes nothing", (_name, batch, kind, message) => {
    const one = store();
    const index = open(one);
    index.seal(few());
    const before = contents(one);
    expect(() => index.seal(batch)).toThrow(message);
    expect(kindOf(() => index.seal(batch))).toBe(kind);
    expect(contents(one)).toEqual(before);
    expect(index.last?.number).toBe(14);
  });

  it("refuses a first block whose number does not fit into 48 bits", () => {
    const index = open(store());
    expect(() => index.seal([{ ...block(15, 1), number: 2 ** 48 }])).toThrow("0 to 2^48-1");
    expect(index.last).toBeUndefined();
  });

  it("rewinds to a block that it has and takes another branch from there", () => {
    const index = filled();
    index.rewind({ number: 12, hash: hashOf(12) });
    expect(index.last).toEqual({ number: 12, hash: hashOf(12), parentHash: hashOf(11), timestamp: timeOf(12), logs: 3 });
    expect(index.contains(query(14, 0)).kind).toBe("not-yet");
    index.seal([block(13, 5, { branch: 1, parentBranch: 0, executes: [4] })]);
    expect(index.blockAt(13)).toEqual(block(13, 5, { branch: 1, parentBranch: 0, executes: [4] }));
    expect(index.blockAt(12)).toEqual(few()[2]);
  });
  it("rewinds to its last block by doing nothing, and to none by forgetting all", () => {
    const one = store();
    const index = open(one);
    index.seal(few());
    index.rewind({ number: 14, hash: hashOf(14) });
    expect(index.last?.number).toBe(14);
    index.rewind(undefined);
    expect([index.first, index.last, contents(one)]).toEqual([undefined, undefined, []]);
    index.rewind(undefined);
    index.seal([block(3, 2)]);
    expect(index.blockAt(3)).toEqual(block(3, 2));
  });
  it.each([["another hash", { number: 12, hash: hashOf(12, 1) }, hashOf(12)], ["a block above the last", { number: 15, hash: hashOf(15) }, "holds blocks 10 to 14"], ["a block before the first", { number: 9, hash: hashOf(9) }, "holds blocks 10 to 14"]])("refuses to rewind to %s", (_name, to, message) => {
    const index = filled();
    expect(() => index.rewind(to)).toThrow(message);
    expect(kindOf(() => index.rewind(to))).toBe("reset");
    expect(index.last?.number).toBe(14);
  });

  it("prunes what is older than a time, from the beginning, and never the last block", () => {
    const index = filled();
    expect(index.prune(timeOf(10))).toBe(0);
    expect(index.prune(timeOf(12))).toBe(2);
    expect(index.first).toEqual({ number: 12, hash: hashOf(12), parentHash: hashOf(11), timestamp: timeOf(12), logs: 3 });
    expect(index.contains(query(10, 0)).kind).toBe("pruned");
    expect(index.blockAt(12)).toEqual(few()[2]);
    expect(index.prune(timeOf(100))).toBe(2);
    expect([index.first?.number, index.last?.number, index.prune(timeOf(100))]).toEqual([14, 14, 0]);
    index.seal([block(15, 3)]);
    expect(index.contains(query(15, 2)).kind).toBe("yes");
  });
  it("prunes by the second, and what a block executes with the block", () => {
    const one = store();
    const index = open(one);
    index.seal(Array.from({ length: 30 }, (_, i) => block(1 + i, 3, { executes: [1] })));
    expect([index.prune(timeOf(12) + 1), index.first?.number]).toEqual([12, 13]);
    const kept = () => [...one.entries({ from: Uint8Array.of(3), to: Uint8Array.of(4) })].length;
    expect([kept(), index.executingAt(12), index.executingAt(13)?.length]).toEqual([18, undefined, 1]);
    index.prune(timeOf(1_000));
    expect(kept()).toBe(1);
  });
  it("answers from no block of a branch that it left, though it had looked at all of them", () => {
    const index = open(store());
    index.seal(blocks(1, 400, 3));
    const answers = (branch: number) => new Set(Array.from({ length: 380 }, (_, i) => index.contains(query(21 + i, i % 3, branch)).kind));
    const hashes = () => Array.from({ length: 380 }, (_, i) => index.hashAt(21 + i));
    const hashesOf = (branch: number) => Array.from({ length: 380 }, (_, i) => hashOf(21 + i, branch));
    expect([answers(0), hashes()]).toEqual([new Set(["yes"]), hashesOf(0)]);
    index.rewind({ number: 20, hash: hashOf(20) });
    index.seal(Array.from({ length: 380 }, (_, i) => block(21 + i, 3, { branch: 1, parentBranch: i === 0 ? 0 : 1 })));
    expect([answers(0), answers(1), hashes()]).toEqual([new Set(["contradiction"]), new Set(["yes"]), hashesOf(1)]);
    index.prune(timeOf(300));
    expect(index.contains(query(350, 1, 1)).kind).toBe("yes");
  });
  it("contradicts a claim below its first block by that block's time, when the view ends with it", () => {
    const index = filled();
    expect(index.contains({ ...query(9, 0), timestamp: timeOf(10) }, 10).kind).toBe("contradiction");
    expect(index.contains({ ...query(9, 0), timestamp: timeOf(10) }, 9).kind).not.toBe("contradiction");
  });
  it("prunes at most 2,000 blocks a call, and gives the disk back", () => {
    const one = store();
    const index = open(one);
    index.seal(blocks(1, 4_500, 1));
    const before = contents(one).length;
    expect([index.prune(timeOf(4_401)), index.prune(timeOf(4_401)), index.prune(timeOf(4_401)), index.prune(timeOf(4_401))]).toEqual([2_000, 2_000, 400, 0]);
    expect(index.contains(query(4_401, 0)).kind).toBe("yes");
    expect(contents(one).length).toBeLessThan(before / 10);
  });
  it("keeps what it looked up within its memory and still answers right", () => {
    const one = store();
    open(one).seal(blocks(1, 600, 3));
    const index = new MessageIndex(one, { chainId: CHAIN_ID, cacheBytes: 0 });
    for (let i = 0; i < 600; i++) expect(index.contains(query(1 + ((i * 131) % 600), i % 3)).kind).toBe("yes");
  });
});

describe("a message index that is interrupted", () => {
  const scenario: readonly [string, (index: MessageIndex) => void][] = [
    ["sealing", (index) => index.seal(blocks(301, 420, 2))],
    ["rewinding far", (index) => index.rewind({ number: 30, hash: hashOf(30) })],
    ["rewinding to nothing", (index) => index.rewind(undefined)],
    ["pruning", (index) => void index.prune(timeOf(250))],
  ];
  const full = (): MemoryStore => {
    const store = new MemoryStore();
    open(store).seal(blocks(1, 300, 9).map((one) => (one.number % 3 === 0 ? block(one.number, 9, { executes: [4] }) : one)));
    return store;
  };
  const written = (store: MemoryStore): readonly (IndexedBlock | undefined)[] => {
    const index = open(store);
    return Array.from({ length: 500 }, (_, number) => index.blockAt(number));
  };

  it.each(scenario)("by a disk that fails at any write while %s is as before or as after when it is opened again, and leaves nothing behind", (_name, act) => {
    const done = full();
    act(open(done));
    const [before, after] = [written(full()), written(done)];
    for (let writes = 0; ; writes++) {
      const disk = full();
      const failing = new FailingStore(disk);
      const index = open(failing);
      failing.writesLeft = writes;
      const failure = kindOf(() => act(index));
      const state = written(disk);
      if (failure === "nothing thrown") {
        expect(state).toEqual(after);
        break;
      }
      expect(failure).toBe("temporary");
      expect(state).toEqual(writes === 0 ? before : after);
      if (writes > 0) expect(contents(disk)).toEqual(contents(done));
    }
  });
  it("goes on by itself after a failed write: the same action again succeeds", () => {
    for (const [, act] of scenario) {
      const [done, disk] = [full(), full()];
      act(open(done));
      const failing = new FailingStore(disk);
      const index = open(failing);
      failing.writesLeft = 0;
      expect(kindOf(() => act(index))).toBe("temporary");
      failing.writesLeft = Number.MAX_SAFE_INTEGER;
      act(index);
      expect(contents(disk)).toEqual(contents(done));
    }
  });
  it("sweeps what a rewind could not before it seals again", () => {
    const disk = full();
    const failing = new FailingStore(disk);
    const index = open(failing);
    failing.writesLeft = 1;
    expect(kindOf(() => index.rewind(undefined))).toBe("temporary");
    failing.writesLeft = Number.MAX_SAFE_INTEGER;
    index.seal(blocks(1_000, 1_001, 1));
    const fresh = new MemoryStore();
    open(fresh).seal(blocks(1_000, 1_001, 1));
    expect(contents(disk)).toEqual(contents(fresh));
  });
});

describe("a message index whose file a crash cut off", () => {
  /** Sizes between two at which something is sealed after the cut: that waits for the disk. */
  const GOES_ON_EVERY = 20;

  it("is, wherever it was cut, as after one of its writes, and goes on from there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pangaea-index-"));
    const file = join(folder, "entries.log");
    const acts: readonly ((index: MessageIndex) => void)[] = [
      (index) => index.seal([block(10, 2), block(11, 3, { executes: [1] })]),
      (index) => index.seal([block(12, 1)]),
      (index) => index.rewind({ number: 11, hash: hashOf(11) }),
      (index) => index.seal([block(12, 2, { branch: 1, parentBranch: 0, executes: [0] }), block(13, 0, { branch: 1 })]),
      (index) => void index.prune(timeOf(11)),
      (index) => index.rewind(undefined),
    ];
    const stateOf = (index: MessageIndex) => JSON.stringify([9, 10, 11, 12, 13, 14].map((number) => ({ ...index.blockAt(number), executing: index.executingAt(number)?.length })));
    const whole = new FileStore(folder);
    const index = open(whole);
    const states = [stateOf(index), ...acts.map((act) => {
      act(index);
      return stateOf(index);
    })];
    await whole.close();
    const bytes = readFileSync(file);
    let reached = 0;
    for (let size = 0; size <= bytes.length; size++) {
      writeFileSync(file, bytes.subarray(0, size));
      const store = new FileStore(folder);
      const cut = open(store);
      reached = states.indexOf(stateOf(cut), reached);
      expect([size, reached]).not.toEqual([size, -1]);
      if (size % GOES_ON_EVERY === 0) {
        const next = (cut.last?.number ?? 20) + 1;
        cut.seal([{ ...block(next, 2), parentHash: cut.last?.hash ?? hashOf(next - 1) }]);
        expect(cut.contains(query(next, 1)).kind).toBe("yes");
      }
      await store.close();
    }
    expect(reached).toBe(states.length - 1);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe("a message index on a bad disk", () => {
  const full = (): MemoryStore => {
    const store = new MemoryStore();
    open(store).seal([...blocks(1, 300, 5), block(301, 5, { executes: [0] })]);
    return store;
  };
  const uses: readonly [string, (index: MessageIndex) => unknown][] = [
    ["contains", (index) => index.contains(query(150, 1))],
    ["a claim above the view", (index) => index.contains(query(290, 0), 150)],
    ["blockAt", (index) => index.blockAt(301)],
    ["executingAt", (index) => index.executingAt(301)],
  ];
  it.each(uses)("throws that it is temporary when any read for %s fails, and otherwise answers", (_name, use) => {
    const right = use(open(full()));
    let failures = 0;
    for (let failed = true; failed; ) {
      const failing = new FailingStore(full());
      const index = open(failing);
      failing.readsLeft = failures;
      const kind = kindOf(() => expect(use(index)).toEqual(right));
      failed = kind !== "nothing thrown";
      if (!failed) continue;
      failures++;
      expect(kind).toBe("temporary");
      failing.readsLeft = Number.MAX_SAFE_INTEGER;
      expect(use(index)).toEqual(right);
    }
    expect(failures).toBeGreaterThan(0);
  });

  const damages: readonly [string, (value: Uint8Array) => Uint8Array | undefined][] = [
    ["is cut", (value) => value.subarray(0, value.length - 1)],
    ["is cut to nothing", () => new Uint8Array(0)],
    ["is longer", (value) => Uint8Array.of(...value, 0)],
    ["has a flipped bit", (value) => value.map((byte, i) => (i === 20 ? byte ^ 1 : byte))],
    ["is gone", () => undefined],
  ];
  it.each(damages)("never answers from a record that %s: it stops with the remedy", (_name, damage) => {
    for (const [key, value] of [...full().entries()]) {
      const store = full();
      // Without the record of its bounds an index is an empty one.
      if (key[0] === 0 && damage(value) === undefined) continue;
      store.write([[key, damage(value)]]);
      const act = () => {
        const index = open(store);
        for (let number = 1; number <= 301; number++) index.blockAt(number);
      };
      expect(kindOf(act)).toBe("critical");
      expect(act).toThrow("delete the folder of the message index, it is filled again from the execution layer");
    }
  });
  it("never answers from a page that stands in another's place", () => {
    const store = full();
    const [first, second] = [...store.entries({ from: Uint8Array.of(2), to: Uint8Array.of(3), limit: 2 })];
    store.write([[first![0], second![1]], [second![0], first![1]]]);
    expect(kindOf(() => open(store).contains(query(2, 0)))).toBe("critical");
  });
});

it.each([[4, 48], [25, 40], [100, 40]])("an index of blocks with %i logs takes at most %i bytes of an LMDB file a log", async (logs, most) => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-index-"));
  const store = new LmdbStore(folder);
  const index = open(store);
  for (let from = 1; from <= 10_000; from += 1_000) index.seal(blocks(from, from + 999, logs));
  await store.close();
  const size = statSync(join(folder, "data.mdb")).blocks * 512;
  rmSync(folder, { recursive: true, force: true });
  expect(size / (10_000 * logs)).toBeLessThanOrEqual(most);
});
