import { meshOf } from "@pangaea/interop";
import { describe, expect, it } from "vitest";
import { decide } from "../../src/interop/decide.ts";
import type { JudgedChain } from "../../src/interop/judge.ts";
import type { Observation, Round } from "../../src/interop/observe.ts";
import { interopRules } from "../../src/interop/rules.ts";
import { FakeChain } from "../support/fake-chain.ts";
import { FakeL1, word } from "../support/fake-l1.ts";
import { changed, executing, messageOf, says, type SentMessage } from "../support/messages.ts";
import { GENESIS, indexOf } from "../support/source-index.ts";

const configs = [901, 902].map((chainId) => new FakeChain(chainId, new FakeL1(GENESIS)).config);
const RULES = interopRules(configs, meshOf([901, 902]));
const LOGS = [[], [says(1)], [], [], [], [], []];
const L1_BLOCK = { hash: word(4), number: 4 };
const GOOD = messageOf(says(1), { chainId: 901n, blockNumber: 1, timestamp: GENESIS + 1, logIndex: 0 });
const BAD = changed(GOOD, { logIndex: 3 });

function round(number: number, messages: readonly SentMessage[] = [], more: Partial<JudgedChain> = {}): Round {
  const chains = configs.map((config, i): JudgedChain => ({
    chainId: config.l2ChainId, config, index: indexOf(config.l2ChainId, LOGS), upTo: number, timestamp: GENESIS + number, executing: i === 1 ? messages.map((message, at) => executing(message, at)) : [], ...(i === 0 ? more : {}),
  }));
  return { timestamp: GENESIS + number, chains, heads: new Map(configs.map(({ l2ChainId }) => [l2ChainId, { number, hash: word(l2ChainId, number) }])), l1Inclusion: L1_BLOCK };
}
const rounds = (...all: readonly Round[]): Observation => ({ kind: "rounds", rounds: all, reason: "there is no more" });
const times = (observation: Observation) => {
  const decision = decide(observation, RULES);
  return decision.kind === "advance" ? decision.entries.map(({ timestamp }) => timestamp - GENESIS) : decision.kind;
};

describe("deciding", () => {
  it("waits, with the reason, while something is missing or there is nothing new", () => {
    expect(decide({ kind: "unready", reason: "chain 902: behind", behind: true }, RULES)).toEqual({ kind: "wait", reason: "chain 902: behind" });
    expect(decide(rounds(), RULES)).toEqual({ kind: "wait", reason: "there is no more" });
  });

  it("advances over all timestamps that hold, with their heads and L1 block", () => {
    expect(times(rounds(round(2, [GOOD]), round(3), round(4, [GOOD])))).toEqual([2, 3, 4]);
    expect(decide(rounds(round(2)), RULES)).toEqual({ kind: "advance", entries: [{ timestamp: GENESIS + 2, l1Inclusion: L1_BLOCK, heads: round(2).heads }] });
  });

  it("advances up to the first that does not hold, and decides that one the next time", () => {
    expect(times(rounds(round(2), round(3, [BAD]), round(4)))).toEqual([2]);
    expect(decide(rounds(round(3, [BAD]), round(4)), RULES)).toMatchObject({ kind: "invalidate", timestamp: GENESIS + 3, l1Inclusion: L1_BLOCK, blocks: [{ chainId: 902, number: 3, hash: word(902, 3), rule: "identity" }] });
  });

  it("waits or halts for what is not known, with timestamp, chain and values", () => {
    const pruned = indexOf(901, LOGS);
    pruned.prune(GENESIS + 4);
    expect(decide(rounds(round(5, [GOOD], { upTo: 0 })), RULES)).toEqual({ kind: "wait", reason: expect.stringMatching(/^timestamp 1005, chain 902: block 1 of chain 901 is not known yet/) });
    expect(decide(rounds(round(5, [GOOD], { index: pruned })), RULES)).toEqual({ kind: "halt", reason: expect.stringMatching(/^timestamp 1005, chain 902: the logs of block 1 of chain 901 are no longer kept.*backfill them/) });
  });

  it("takes back what rests on lost L1 blocks, all of it when nothing stands", () => {
    const lost = { hash: word(7), number: 7 };
    expect(decide({ kind: "stale", standing: 1_234, lost, finalized: undefined }, RULES)).toEqual({ kind: "rewind", to: 1_234, reason: expect.stringContaining("L1 block 7 (0x") });
    expect(decide({ kind: "stale", standing: undefined, lost, finalized: undefined }, RULES)).toMatchObject({ kind: "rewind", to: undefined });
  });

  it("halts where finalized blocks would be taken back, and where a chain differs from what was verified", () => {
    const lost = { hash: word(7), number: 7 };
    expect(decide({ kind: "stale", standing: 1_234, lost, finalized: { chainId: 902, number: 9, hash: word(9) } }, RULES)).toMatchObject({ kind: "halt", reason: expect.stringContaining("block 9") });
    expect(decide({ kind: "diverged", reason: "chain 901 has block 5, but 6" }, RULES)).toMatchObject({ kind: "halt", reason: expect.stringMatching(/^chain 901 has block 5, but 6, and L1 is the same: check that --l1/) });
  });
});
