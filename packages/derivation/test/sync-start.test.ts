import type { RollupConfig } from "@pangaea/config";
import { type BlockLabel, CriticalError, type Hex, type L1BlockRef, type L2BlockRef, NotFoundError, ResetError, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { blockBehind, findSyncStart, type SyncStartOptions, syncLookback } from "../src/index.ts";
import { configWith, FakeL2, hashOf, l2Ref, payloadOf } from "./support/blocks.ts";

/** An L1 as a word: each letter is a block, from number 0 on. */
class WordL1 {
  readonly #blocks: readonly L1BlockRef[];
  asked = 0;
  down = false;

  constructor(word: string) {
    this.#blocks = [...word].map((letter, number) => ({ hash: hashOf(letter), number, parentHash: hashOf(word[number - 1] ?? ""), timestamp: 12 * number }));
  }

  ref(number: number): L1BlockRef {
    return this.#find((block) => block.number === number);
  }

  #find(matches: (block: L1BlockRef) => boolean): L1BlockRef {
    this.asked++;
    if (this.down) throw new TemporaryError("L1 does not answer");
    const found = this.#blocks.find(matches);
    if (found === undefined) throw new NotFoundError("there is no such L1 block");
    return found;
  }

  blockRefByNumber = async (number: number): Promise<L1BlockRef> => this.ref(number);
  blockRefByHash = async (hash: Hex): Promise<L1BlockRef> => this.#find((block) => block.hash === hash);
}

interface Scene {
  /** L1 as it was when L2 was built on it, and as it is now. */
  readonly l1: string;
  readonly now?: string;
  /** L2 as a word: each letter is a block on the next L1 block, or with an apostrophe before it on the same one. */
  readonly l2: string;
  /** Where the first L2 block stands on L1. */
  readonly offset?: number;
  readonly genesis?: string;
  readonly safe?: string;
  readonly finalized?: string;
  readonly window?: number;
}

function open({ l1: before, now = before, l2: word, offset = 0, genesis = word[0]!, safe, finalized, window = 2 }: Scene, fields: Partial<RollupConfig> = {}) {
  const base = configWith({ seqWindowSize: window, ...fields });
  const [old, l1] = [new WordL1(before), new WordL1(now)];
  const config: RollupConfig = { ...base, genesis: { ...base.genesis, l1: { hash: hashOf(before[offset]!), number: offset }, l2: { hash: hashOf(genesis), number: 0 } } };
  const refs: L2BlockRef[] = [];
  for (const [, same, letter] of word.matchAll(/('?)(\w)/g)) {
    const parent = refs.at(-1);
    const origin = old.ref(parent === undefined ? offset : parent.l1Origin.number + (same === "" ? 1 : 0));
    refs.push(l2Ref(refs.length, origin, { hash: hashOf(letter!), parentHash: parent?.hash ?? hashOf(""), sequenceNumber: same === "" ? 0 : (parent?.sequenceNumber ?? 0) + 1 }));
  }
  const named = (letter: string | undefined): number | undefined => (letter === undefined ? undefined : refs.findIndex(({ hash }) => hash === hashOf(letter)));
  const [safeNumber, finalizedNumber] = [named(safe), named(finalized)];
  const l2 = new FakeL2(config, refs.map((ref) => payloadOf(config, ref)), { ...(safeNumber === undefined ? {} : { safe: safeNumber }), ...(finalizedNumber === undefined ? {} : { finalized: finalizedNumber }) });
  const letters = new Map(refs.map(({ hash }, i) => [hash, [...word.replaceAll("'", "")][i]!]));
  return {
    l1, l2, config, refs,
    run: (options?: SyncStartOptions) => findSyncStart({ config, l1, l2 }, options),
    /** The heads found, as letters: unsafe, safe, finalized. */
    heads: async (options?: SyncStartOptions) => {
      const start = await findSyncStart({ config, l1, l2 }, options);
      return [start.unsafe, start.safe, start.finalized].map(({ hash }) => letters.get(hash)).join("");
    },
  };
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

describe("finding where to start", () => {
  it.each<[string, Scene, string]>([
    ["already synced", { l1: "ab", l2: "AB", finalized: "A", safe: "A" }, "BAA"],
    ["already synced, with a safe head after genesis", { l1: "abcdefghijkl", l2: "ABCDEFGHIJKL", finalized: "B", safe: "D" }, "LCB"],
    ["a small reorg of a long chain", { l1: "abcdefgh", now: "abcdefgx", l2: "ABCDEFGH", finalized: "B", safe: "H" }, "GCB"],
    ["L1 is ahead", { l1: "abcdef", l2: "ABCDE", finalized: "A", safe: "D" }, "EAA"],
    ["L2 is ahead of L1 after a reorg", { l1: "abcxyz", now: "abcx", l2: "ABCXYZ", finalized: "B", safe: "X" }, "ZBB"],
    ["nothing but genesis", { l1: "a", l2: "A", finalized: "A", safe: "A" }, "AAA"],
    ["nothing but genesis, and no labels", { l1: "a", l2: "A" }, "AAA"],
    ["no labels: safe and finalized are genesis", { l1: "abcd", l2: "ABCD" }, "DAA"],
    ["a reorg one step back", { l1: "abcdefg", now: "abcdefx", l2: "ABCDEFG", finalized: "A", safe: "E", window: 3 }, "FAA"],
    ["a reorg two steps back, cut at genesis", { l1: "abc", now: "axy", l2: "ABC", finalized: "A", safe: "B" }, "AAA"],
    ["a reorg three steps back", { l1: "abcdefgh", now: "abcdexyz", l2: "ABCDEFGH", finalized: "A", safe: "D" }, "EAA"],
    ["genesis above L1's", { l1: "abcdefghi", l2: "DEFGHI", offset: 3, finalized: "E", safe: "H" }, "IEE"],
    ["genesis above L1's, and a reorg", { l1: "abcdefgh", now: "abcdxyzw", l2: "DEFGH", offset: 3, finalized: "D", safe: "D" }, "DDD"],
    ["a long way from the unsafe to the safe head", { l1: "abcdefgh", now: "abcdefgx", l2: "ABCDEFGH", finalized: "B", safe: "B", window: 1 }, "GBB"],
    ["a safe label above what stands", { l1: "abcdefgh", now: "abcdex", l2: "ABCDEFGH", finalized: "A", safe: "H", window: 1 }, "EBA"],
    ["a reorg as deep as five windows", { l1: "abcdefgh", now: "abcijklm", l2: "ABCDEFGH", finalized: "B", safe: "B", window: 1 }, "CBB"],
    ["several blocks to an epoch: safe is the block before the epoch's first", { l1: "abcdefgh", l2: "AB'CD'E'FG'HI", finalized: "A", safe: "H", window: 1 }, "ICA"],
  ])("%s", async (_, scene, expected) => {
    expect(await open(scene).heads()).toBe(expected);
  });

  it.each<[string, Scene, typeof CriticalError | typeof ResetError, RegExp]>([
    ["of another L1", { l1: "abcdef", now: "xyzwio", l2: "ABCDEF", finalized: "A", safe: "B" }, CriticalError, /finalized L2 block .* has an L1 origin that is not on this L1/],
    ["whose genesis is on an L1 block that is gone", { l1: "abcdefgh", now: "abxyzwio", l2: "DEFGH", offset: 3, finalized: "D", safe: "D" }, CriticalError, /check that --l1 is the right chain/],
    ["with another genesis", { l1: "abcdef", l2: "ABCDEF", genesis: "X", finalized: "A", safe: "B" }, ResetError, /belong to different chains/],
    ["whose L1 has reorganised too deep", { l1: "abcdefgh", now: "abijklmn", l2: "ABCDEFGH", finalized: "B", safe: "B", window: 1 }, CriticalError, /L1 has reorganised more than 6 blocks deep/],
    ["whose L1 has nothing of it for far too long", { l1: ALPHABET, now: `abcd${"#".repeat(30)}`, l2: ALPHABET.toUpperCase(), finalized: "B", safe: "B", window: 2 }, CriticalError, /L1 has reorganised 11 blocks deep/],
    ["whose head is finalized, and L1 contradicts it", { l1: "abcd", now: "abxy", l2: "ABCD", finalized: "D", safe: "D" }, CriticalError, /finalized L2 block 3 .* has an L1 origin that is not on this L1/],
    ["whose finalized block L1 contradicts", { l1: "abcdefgh", now: "abcxyzwi", l2: "ABCDEFGH", finalized: "F", safe: "G" }, CriticalError, /finalized L2 block 5 .* has an L1 origin that is not on this L1/],
  ])("a chain %s is refused", async (_, scene, kind, message) => {
    await expect(open(scene).run()).rejects.toThrow(kind);
    await expect(open(scene).run()).rejects.toThrow(message);
  });

  it("blocks whose L1 origin is not there yet stay unsafe, and nothing above them counts as canonical", async () => {
    expect(await open({ l1: ALPHABET, now: "abcdefghijk", l2: ALPHABET.toUpperCase(), finalized: "A", safe: "R", window: 3 }).heads()).toBe("9FA");
  });

  it("what is proven by L1 blocks that stand is not gone through again", async () => {
    const scene = { l1: "abcdefghijkl", l2: "ABCDEFGHIJKL", finalized: "B", safe: "H" } as const;
    const at = (number: number, letter: string) => open(scene).heads({ proven: { number, hash: hashOf(letter) } });
    expect(await Promise.all([at(7, "H"), at(9, "J"), at(8, "another")])).toEqual(["LHB", "LHB", "LGB"]);
  });

  it("with the check skipped, what lies between the first canonical unsafe block and the safe head is not looked at", async () => {
    const scene = { l1: ALPHABET, l2: ALPHABET.toUpperCase(), finalized: "B", safe: "F", window: 2 } as const;
    const [checked, skipped] = [open(scene), open(scene)];
    expect([await checked.heads(), await skipped.heads({ skipCheck: true })]).toEqual(["9EB", "9EB"]);
    expect(skipped.l1.asked).toBeLessThan(checked.l1.asked / 3);
  });

  it("with the check skipped and all labels on the head, it ends there", async () => {
    expect(await open({ l1: "abcd", l2: "ABCD", finalized: "D", safe: "D" }).heads({ skipCheck: true })).toBe("DDD");
  });

  it("the lookback takes in the challenges of alt-DA for a batch that comes at the very end of its window", () => {
    const altDa = { commitmentKind: "keccak256", challengeContract: `0x${"11".repeat(20)}`, challengeWindow: 30, resolveWindow: 20 } as const;
    expect([syncLookback(configWith({ seqWindowSize: 10 })), syncLookback(configWith({ seqWindowSize: 10, altDa })), syncLookback(configWith({ seqWindowSize: 10, altDa: { ...altDa, commitmentKind: "generic" } }))]).toEqual([10, 60, 10]);
  });

  it.each([[2, "LFB"], [4, "LDB"], [5, "LCB"], [9, "LBB"]])("with challenges that take %d L1 blocks, safe is what no challenge can take back whenever its batch came: %s", async (windows, expected) => {
    const altDa = { commitmentKind: "keccak256", challengeContract: `0x${"11".repeat(20)}`, challengeWindow: windows - 1, resolveWindow: 1 } as const;
    expect(await open({ l1: "abcdefghijkl", l2: "ABCDEFGHIJKL", finalized: "B", safe: "L", window: 2 }, { altDa }).heads()).toBe(expected);
  });

  it.each<[string, Partial<L2BlockRef>, RegExp]>([
    ["sequence number", { sequenceNumber: 3 }, /sequence number 3/],
    ["L1 origin two blocks on", { l1Origin: { hash: hashOf("f"), number: 5 } }, /has L1 origin 5 after 3/],
  ])("a block with another %s than its parent's allows is named", async (_, change, message) => {
    const { l1, l2, config, refs } = open({ l1: "abcdefg", l2: "ABCD", finalized: "A", safe: "A" });
    l2.add(payloadOf(config, { ...refs[3]!, hash: hashOf("next"), parentHash: refs[3]!.hash, number: 4, l1Origin: { hash: hashOf("e"), number: 4 }, ...change }));
    await expect(findSyncStart({ config, l1, l2 })).rejects.toThrow(message);
    await expect(findSyncStart({ config, l1, l2 })).rejects.toThrow(CriticalError);
  });

  it("an execution layer that does not have its finalized block under its head is refused", async () => {
    const { l1, l2, config, refs } = open({ l1: "abcdefg", l2: "ABCD" });
    const labels = { payloadByLabel: async (label: string) => payloadOf(config, label === "latest" ? refs[3]! : { ...refs[2]!, hash: hashOf("elsewhere") }), payloadByNumber: l2.payloadByNumber.bind(l2), payloadByHash: l2.payloadByHash.bind(l2) };
    await expect(findSyncStart({ config, l1, l2: labels })).rejects.toThrow(/is not on its finalized block/);
  });

  it("sources that do not answer are asked again", async () => {
    const { l1, l2, run } = open({ l1: "abcd", l2: "ABCD" });
    l1.down = true;
    await expect(run()).rejects.toThrow(TemporaryError);
    l1.down = false;
    l2.down = true;
    await expect(run()).rejects.toThrow(TemporaryError);
  });

  it.each([["finalized", TemporaryError, TemporaryError], ["safe", TemporaryError, TemporaryError], ["latest", TemporaryError, TemporaryError], ["latest", NotFoundError, NotFoundError]] as const)("a %s block that the execution layer fails to give is no missing label: %s", async (wanted, failure, expected) => {
    const { l1, l2, config } = open({ l1: "abcd", l2: "ABCD", finalized: "B", safe: "C" });
    const failing = {
      payloadByNumber: l2.payloadByNumber.bind(l2), payloadByHash: l2.payloadByHash.bind(l2),
      payloadByLabel: async (label: BlockLabel) => {
        if (label === wanted) throw new failure("it fails");
        return l2.payloadByLabel(label);
      },
    };
    await expect(findSyncStart({ config, l1, l2: failing })).rejects.toThrow(expected);
  });
});

describe("an execution layer whose labels do not belong to its head", () => {
  const LONG = { l1: ALPHABET, l2: ALPHABET.toUpperCase(), window: 2 } as const;

  it("is trusted with its head where it has synced by itself: no label has moved in fourteen windows", async () => {
    expect(await open(LONG).heads()).toBe("999");
    expect(await open({ ...LONG, l2: LONG.l2.slice(0, 30) }).heads()).toBe("333");
  });

  it("is not where that is too short a time, or a label has moved", async () => {
    expect(await open({ ...LONG, l2: LONG.l2.slice(0, 29) }).heads()).toBe("2AA");
    expect(await open({ ...LONG, safe: "B" }).heads()).toBe("9AA");
  });

  it("is trusted with its head where that is behind its labels: its chain was rewound", async () => {
    const { l1, l2, config, refs } = open({ l1: "abcdefg", l2: "ABCDEFG" });
    const rewound = (safe: number, finalized: number) => findSyncStart({ config, l1, l2: { payloadByLabel: (label) => l2.payloadByNumber(label === "latest" ? 3 : label === "safe" ? safe : finalized), payloadByNumber: l2.payloadByNumber.bind(l2), payloadByHash: l2.payloadByHash.bind(l2) } });
    for (const [safe, finalized] of [[5, 1], [5, 4]] as const) expect(await rewound(safe, finalized)).toEqual({ unsafe: refs[3], safe: refs[3], finalized: refs[3], isTrusted: true });
  });

  it("is trusted up to a time behind its head, when that is asked for", async () => {
    expect(await open(LONG).heads({ safeOffset: 5 })).toBe("966");
  });

  it.each([
    ["no time", 0, 100, 0, 100], ["less than a second", 0.5, 100, 0, 100], ["whole blocks", 4, 100, 0, 98], ["a part of a block, which counts as one", 3, 100, 0, 98], ["half a day", 43_200, 100_000, 0, 78_400],
    ["more than there is, which ends at genesis", 3_600_000, 10, 0, 0], ["more than there is above a later genesis", 10, 15, 12, 12], ["from genesis", 10, 0, 0, 0], ["from below genesis", 10, 5, 10, 5],
  ])("has its safe head a time behind: %s", (_, offset, head, genesis, expected) => {
    const base = configWith();
    expect(blockBehind({ ...base, blockTime: 2, genesis: { ...base.genesis, l2: { ...base.genesis.l2, number: genesis } } }, head, offset)).toBe(expected);
  });
});
