import { dependencySetOf, meshOf, type MessageRule } from "@pangaea/interop";
import { CriticalError, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { type JudgedChain, judgeTimestamp } from "../../src/interop/judge.ts";
import { interopRules } from "../../src/interop/rules.ts";
import { FakeChain } from "../support/fake-chain.ts";
import { FakeL1 } from "../support/fake-l1.ts";
import { changed, type Changes, executing, messageOf, says, type SentMessage } from "../support/messages.ts";
import { GENESIS, indexOf } from "../support/source-index.ts";

const L1 = new FakeL1(GENESIS);
const [A, B, C] = [901, 902, 903].map((chainId) => new FakeChain(chainId, L1).config) as [FakeChain["config"], FakeChain["config"], FakeChain["config"]];
const RULES = interopRules([A, B, C], meshOf([901, 902, 903]));
const T = GENESIS + 5;
const LOGS = [[], [says(1), says(2)], [], [], [], [says(3)]];

const chain = (config: FakeChain["config"], messages: readonly SentMessage[] = [], more: Partial<JudgedChain> = {}): JudgedChain => ({
  chainId: config.l2ChainId, config, index: indexOf(config.l2ChainId, LOGS), upTo: 5, timestamp: T, executing: messages.map((message, i) => executing(message, i)), ...more,
});
const sent = (logIndex: number, blockNumber = 1, chainId = 901): SentMessage => messageOf(LOGS[blockNumber]![logIndex]!, { chainId: BigInt(chainId), blockNumber, timestamp: GENESIS + blockNumber, logIndex });
const judge = (chains: readonly JudgedChain[], rules = RULES) => judgeTimestamp(T, chains, rules).map(({ chainId, kind, rule }) => [chainId, kind, rule]);

describe("judging a timestamp", () => {
  it("finds nothing when every message holds: of another chain, of its own, of the same time", () => {
    expect(judge([chain(A, [sent(0, 1, 902), sent(0)]), chain(B, [sent(1), sent(0, 5)]), chain(C)])).toEqual([]);
  });

  it.each<readonly [string, Changes, MessageRule]>([
    ["origin", { origin: `0x${"08".repeat(20)}` }, "identity"],
    ["block number", { blockNumber: 2 }, "identity"],
    ["log index", { logIndex: 1 }, "identity"],
    ["time", { timestamp: GENESIS + 2 }, "identity"],
    ["time, after the execution", { timestamp: T + 1 }, "timestamp"],
    ["chain", { chainId: 903n, logIndex: 2 }, "identity"],
    ["chain, one outside of the set", { chainId: 904n }, "dependency-set"],
    ["payload", { payloadHash: `0x${"09".repeat(32)}` }, "identity"],
  ])("finds a message with another %s invalid, by its rule", (_, changes, rule) => {
    expect(judge([chain(A), chain(B, [changed(sent(0), changes)]), chain(C)])).toEqual([[902, "invalid", rule]]);
  });

  it("gives the message and the values compared", () => {
    const [finding] = judgeTimestamp(T, [chain(A), chain(B, [sent(0), changed(sent(0), { logIndex: 9 })]), chain(C)], RULES);
    expect(finding).toMatchObject({ message: { logIndex: 1, identifier: { blockNumber: 1, logIndex: 9 } }, reason: expect.stringContaining("block 1 has 2 logs, none with index 9") });
  });

  it("finds every chain whose block does not hold, each once", () => {
    const bad = changed(sent(0), { logIndex: 9 });
    expect(judge([chain(A, [bad, bad]), chain(B), chain(C, [bad])])).toEqual([[901, "invalid", "identity"], [903, "invalid", "identity"]]);
  });

  it("passes over chains whose block is older: it was judged at its own time", () => {
    expect(judge([chain(A), chain(B, [changed(sent(0), { logIndex: 9 })], { timestamp: T - 1 }), chain(C)])).toEqual([]);
  });

  it("sees of a source chain no more than what was there at the time", () => {
    expect(judge([chain(A, [], { upTo: 4 }), chain(B, [sent(0, 5)]), chain(C)])).toEqual([[902, "wait", "identity"]]);
  });

  it("waits for a source that is not there, halts for one that is no longer kept; never is either invalid", () => {
    const pruned = indexOf(901, LOGS);
    pruned.prune(GENESIS + 3);
    expect(judge([chain(B, [sent(0)]), chain(C)])).toEqual([[902, "wait", "identity"]]);
    expect(judge([chain(A, [], { index: pruned }), chain(B, [sent(0)]), chain(C)])).toEqual([[902, "halt", "identity"]]);
    expect(judge([chain(A, [], { index: pruned }), chain(B, [sent(0, 5), sent(0)]), chain(C, [sent(0)])])).toEqual([[902, "halt", "identity"], [903, "halt", "identity"]]);
  });

  it("lets a contradiction count whatever else is not known, and what is not kept before what is not there", () => {
    const pruned = indexOf(901, LOGS);
    pruned.prune(GENESIS + 3);
    const bad = changed(sent(0, 1, 902), { logIndex: 9 });
    expect(judge([chain(A, [], { index: pruned }), chain(B, [sent(0), bad])])).toEqual([[902, "invalid", "identity"]]);
    for (const messages of [[sent(0, 1, 903), sent(0)], [sent(0), sent(0, 1, 903)]]) expect(judge([chain(A, [], { index: pruned }), chain(B, messages)])).toEqual([[902, "halt", "identity"]]);
  });

  it.each([new TemporaryError("message index of chain 901: input/output error"), new CriticalError("message index of chain 901: a record is damaged")])("throws what the index throws and judges nothing by it: %s", (error) => {
    const index = { contains: () => { throw error; } };
    expect(() => judge([chain(A, [], { index }), chain(B, [sent(0)]), chain(C)])).toThrow(error);
  });

  it("refuses what the executing chain does not accept, one way only", () => {
    const rules = interopRules([A, B, C], dependencySetOf({ accepts: new Map([[901, [902]], [902, []], [903, [901]]]) }));
    expect(judge([chain(A, [sent(0, 1, 902)]), chain(B, [sent(0)]), chain(C, [sent(0), sent(0, 1, 902)])], rules)).toEqual([[902, "invalid", "dependency-set"], [903, "invalid", "dependency-set"]]);
  });

  it("judges nothing on a chain on which interop is not active or never will be", () => {
    const bad = changed(sent(0), { logIndex: 9 });
    const later = { ...B, forks: { lagoon: T + 1 } };
    const never = { ...C, forks: {} };
    expect(judge([chain(A), chain(later, [bad]), chain(never, [bad])], interopRules([A, later, never], meshOf([901, 902, 903])))).toEqual([]);
  });

  it("takes an activation for all chains in place of their own", () => {
    expect(interopRules([A, B], meshOf([901, 902]), 77).activationOf(902n)).toEqual({ blockTime: 1, activationTime: 77 });
    expect(interopRules([A], meshOf([901])).activationOf(904n)).toBeUndefined();
  });
});

describe("a cycle", () => {
  const own = (chainId: number, logIndex: number): SentMessage => messageOf(LOGS[5]![0]!, { chainId: BigInt(chainId), blockNumber: 5, timestamp: T, logIndex });
  const yes: JudgedChain["index"] = { contains: () => ({ kind: "yes" }) };

  it("makes the blocks of all its chains invalid, though every message is there", () => {
    expect(judge([chain(A, [own(902, 0)], { index: yes }), chain(B, [own(901, 0)], { index: yes }), chain(C, [], { index: yes })])).toEqual([[901, "invalid", "cycle"], [902, "invalid", "cycle"]]);
  });

  it("has no part in a block that falls by another rule: that one is named", () => {
    const found = judge([chain(A, [own(902, 0), changed(own(902, 0), { chainId: 999n })], { index: yes }), chain(B, [own(901, 0)], { index: yes }), chain(C)]);
    expect(found).toEqual([[901, "invalid", "dependency-set"], [902, "invalid", "cycle"]]);
  });

  it("is none where one of the messages is older", () => {
    expect(judge([chain(A, [own(902, 0)], { index: yes }), chain(B, [sent(0)], { index: yes }), chain(C)])).toEqual([]);
  });
});
