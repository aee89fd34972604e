import { describe, expect, it } from "vitest";
import { checkMessage, type ContainsAnswer, type ExecutionContext, MESSAGE_RULES, meshOf, type MessageVerdict } from "../src/index.ts";

const yes: ContainsAnswer = { kind: "yes" };
const claim = (change: { readonly timestamp?: number; readonly chainId?: bigint } = {}) => ({ identifier: { blockNumber: 5, logIndex: 2, timestamp: 2_000, chainId: 2n, ...change }, checksum: `0x03${"00".repeat(31)}` } as const);
const context: ExecutionContext = {
  executingChainId: 1n, executingTimestamp: 2_002, sameTimestamp: "allowed", dependencySet: meshOf([1, 2, 3], 100), activationOf: (chainId) => (chainId === 3n ? undefined : { activationTime: 1_000, blockTime: 2 }),
};
const judge = (change: Partial<ExecutionContext> = {}, of = claim(), answer: ContainsAnswer = yes): MessageVerdict => checkMessage(of, { ...context, ...change, contains: () => answer });

describe("the verdict over a message", () => {
  it("is valid when no rule is broken", () => {
    expect(judge()).toEqual({ kind: "valid" });
  });

  it.each<readonly [string, MessageVerdict, string]>([
    ["dependency-set", judge({}, claim({ chainId: 9n })), "chain 9 is not in the dependency set"],
    ["execution-activation", judge({ executingTimestamp: 1_001 }), "executing block of chain 1 at 1001"],
    ["initiation-activation", judge({}, claim({ timestamp: 1_001 })), "initiating block of chain 2 at 1001"],
    ["timestamp", judge({}, claim({ timestamp: 2_003 })), "1 s after its execution at 2002"],
    ["timestamp", judge({ sameTimestamp: "refused" }, claim({ timestamp: 2_002 })), "refused here"],
    ["expiry", judge({ executingTimestamp: 2_101 }), "expired at 2100"],
    ["expiry", judge({ timeout: 99 }), "2101 (2002 + 99)"],
    ["identity", judge({}, claim(), { kind: "contradiction", reason: "the block has 2 logs" }), "the block has 2 logs"],
  ])("is invalid by rule %s", (rule, verdict, values) => {
    expect(verdict).toMatchObject({ kind: "invalid", rule, message: expect.stringContaining(values) });
  });

  it("names the first rule that is broken, in the order of the rules, when all are", () => {
    const worst = { executingTimestamp: 0, activationOf: () => ({ blockTime: 2 }), sameTimestamp: "refused" } as const;
    expect(judge(worst, claim({ chainId: 9n }))).toMatchObject({ rule: MESSAGE_RULES[0] });
    expect(judge(worst)).toMatchObject({ rule: MESSAGE_RULES[1] });
    expect(judge({ activationOf: (id) => (id === 1n ? { activationTime: 0, blockTime: 2 } : { blockTime: 2 }) }, claim({ timestamp: 9_999 }))).toMatchObject({ rule: MESSAGE_RULES[2] });
  });

  it("waits for a source chain that has not come so far", () => {
    expect(judge({}, claim(), { kind: "not-yet", reason: "its head is 4" })).toEqual({ kind: "wait", rule: "identity", message: "block 5 of chain 2 is not known yet: its head is 4" });
  });

  it("halts, and is not invalid, where the logs of a message that has not expired are no longer kept", () => {
    expect(judge({}, claim(), { kind: "pruned", reason: "the first block kept is 6" })).toMatchObject({ kind: "halt", rule: "identity", message: expect.stringContaining("the first block kept is 6; backfill them") });
  });

  it.each([
    ["source", {}, claim({ chainId: 3n }), "initiation-activation"], ["executing", { executingChainId: 3n }, claim(), "execution-activation"],
  ])("halts, and is not invalid, where the %s chain is not configured", (_, change, of, rule) => {
    expect(judge(change, of)).toMatchObject({ kind: "halt", rule, message: expect.stringContaining("chain 3 is in the dependency set") });
  });

  it("asks for the log only when no other rule is broken", () => {
    let asked = 0;
    const contains = () => {
      asked++;
      return yes;
    };
    checkMessage(claim({ timestamp: 2_003 }), { ...context, contains });
    expect(asked).toBe(0);
    checkMessage(claim(), { ...context, contains });
    expect(asked).toBe(1);
  });

  it("an expired message is invalid even where its logs are pruned, so pruning cannot change a verdict", () => {
    expect(judge({ executingTimestamp: 2_101 }, claim(), { kind: "pruned", reason: "" })).toMatchObject({ kind: "invalid", rule: "expiry" });
  });
});
