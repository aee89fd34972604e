import { describe, expect, it } from "vitest";
import { checkDependencySet, checkExecutionActivation, checkExpiry, checkIdentity, checkInitiationActivation, checkTimestamp, type ContainsAnswer, dependencySetOf, meshOf } from "../src/index.ts";

describe("the dependency set rule", () => {
  const directed = dependencySetOf({ accepts: new Map([[1, [2]], [2, []]]) });

  it.each([
    ["its own chain", 1n, 1n], ["a chain that it accepts", 1n, 2n],
  ])("lets a chain execute messages of %s", (_, executing, source) => {
    expect(checkDependencySet(directed, executing, source)).toBeUndefined();
  });

  it.each([
    ["the other way round of a directed set", 2n, 1n, "chain 2 does not accept messages of chain 1"],
    ["a source outside of the set", 1n, 3n, "chain 3 is not in the dependency set (1, 2)"],
    ["an executing chain outside of the set", 3n, 1n, "chain 3 is not in the dependency set (1, 2)"],
    ["a chain outside of the set and itself", 3n, 3n, "chain 3 is not in the dependency set (1, 2)"],
    ["a chain whose low 64 bits are those of one in the set", 1n, (1n << 64n) + 2n, "chain 18446744073709551618 is not in the dependency set (1, 2)"],
  ])("refuses %s", (_, executing, source, message) => {
    expect(checkDependencySet(directed, executing, source)).toEqual({ rule: "dependency-set", message });
  });

  it("refuses nothing within a mesh", () => {
    const chains = [1n, 2n, 3n];
    for (const executing of chains) for (const source of chains) expect(checkDependencySet(meshOf(chains), executing, source)).toBeUndefined();
  });
});

describe.each([
  ["execution", checkExecutionActivation, "executing"], ["initiation", checkInitiationActivation, "initiating"],
] as const)("the %s activation rule", (name, check, role) => {
  it.each([
    ["in the activation block", 1_000, 2, 1_000, "in the activation block"],
    ["in an activation block that comes after the activation time", 1_000, 2, 1_001, "in the activation block"],
    ["before activation", 1_000, 2, 999, "before interop is active"],
    ["long before activation", 1_000, 2, 0, "before interop is active"],
    ["in the activation block of a chain with blocks of 1 s", 1_000, 1, 1_000, "in the activation block"],
  ])("refuses a block %s", (_, activationTime, blockTime, timestamp, when) => {
    const first = activationTime + blockTime;
    expect(check(5n, { activationTime, blockTime }, timestamp)).toEqual({
      rule: `${name}-activation`,
      message: `${role} block of chain 5 at ${timestamp} lies ${when}: the first allowed time is ${first} (activation ${activationTime} + block time ${blockTime})`,
    });
  });

  it.each([
    ["the block after the activation block", 1_000, 2, 1_002],
    ["the block after an activation block that comes after the activation time", 1_000, 2, 1_003],
    ["the block after it on a chain with blocks of 1 s", 1_000, 1, 1_001],
    ["the first block after genesis of a chain where interop is active from genesis", 0, 2, 2],
  ])("allows %s", (_, activationTime, blockTime, timestamp) => {
    expect(check(5n, { activationTime, blockTime }, timestamp)).toBeUndefined();
  });

  it("refuses all blocks of a chain on which interop never activates", () => {
    expect(check(5n, { blockTime: 2 }, Number.MAX_SAFE_INTEGER)).toEqual({ rule: `${name}-activation`, message: `interop never activates on ${role} chain 5` });
  });
});

describe("the timestamp rule", () => {
  it.each([
    [999, "allowed", undefined],
    [999, "refused", undefined],
    [1_000, "allowed", undefined],
    [1_000, "refused", "the message is of 1000, the time of its execution, and messages of the same timestamp are refused here"],
    [1_001, "allowed", "the message is of 1001, 1 s after its execution at 1000"],
    [1_001, "refused", "the message is of 1001, 1 s after its execution at 1000"],
    [Number.MAX_SAFE_INTEGER, "allowed", "the message is of 9007199254740991, 9007199254739991 s after its execution at 1000"],
  ] as const)("a message of %i executed at 1000, same timestamp %s: %s", (initiating, policy, message) => {
    expect(checkTimestamp(initiating, 1_000, policy)?.message).toBe(message);
  });
});

describe("the expiry rule", () => {
  const WINDOW = 604_800;

  it.each([
    ["one second before the window's end", WINDOW - 1, 0], ["at the window's end", WINDOW, 0], ["at the end with the timeout counted", WINDOW - 86_400, 86_400], ["in the second of the message", 0, 0],
  ])("allows an execution %s", (_, age, timeout) => {
    expect(checkExpiry(1_000, 1_000 + age, WINDOW, timeout)).toBeUndefined();
  });

  it.each([
    ["one second after the window's end", WINDOW + 1, 0, "the message of 1000 expired at 605800 (window 604800 s), its execution is at 605801"],
    ["that may come one second after it", WINDOW - 86_399, 86_400, "the message of 1000 expired at 605800 (window 604800 s), its execution may be as late as 605801 (519401 + 86400)"],
  ])("refuses an execution %s", (_, age, timeout, message) => {
    expect(checkExpiry(1_000, 1_000 + age, WINDOW, timeout)).toEqual({ rule: "expiry", message });
  });

  it.each([[1, undefined], [2, undefined], [3, "expiry"]])("a window of 2 s and an age of %i s: %s", (age, rule) => {
    expect(checkExpiry(1_000, 1_000 + age, 2)?.rule).toBe(rule);
  });

  it("never expires a message of the largest time", () => {
    expect(checkExpiry(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, WINDOW)).toBeUndefined();
  });
});

describe("the identity rule", () => {
  const claim = { identifier: { blockNumber: 5, logIndex: 2, timestamp: 1_000, chainId: 901n }, checksum: `0x03${"00".repeat(31)}` } as const;

  it.each<ContainsAnswer>([
    { kind: "yes" }, { kind: "not-yet", reason: "head is 4" }, { kind: "pruned", reason: "first is 6" },
  ])("is not broken by the answer $kind", (answer) => {
    expect(checkIdentity(claim, answer)).toBeUndefined();
  });

  it("is broken by a contradiction, with place and reason", () => {
    expect(checkIdentity(claim, { kind: "contradiction", reason: "the block has 2 logs" })).toEqual({
      rule: "identity", message: `chain 901 has no log with checksum ${claim.checksum} at block 5, log 2, time 1000: the block has 2 logs`,
    });
  });
});
