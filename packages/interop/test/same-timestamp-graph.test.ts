import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainsInCycles, cycleViolation, type GraphMessage } from "../src/index.ts";

const T = 100;
const points = (logIndex: number, chain: number, log: number, timestamp = T): GraphMessage => ({ logIndex, identifier: { chainId: BigInt(chain), logIndex: log, timestamp } });
const graph = (...chains: readonly (readonly GraphMessage[])[]): ReadonlyMap<bigint, readonly GraphMessage[]> => new Map(chains.map((messages, i) => [BigInt(i + 1), messages]));

/** The same set by reachability: chains with a node on a cycle, or with one that a cycle reaches along its dependencies. */
function naive(byChain: ReadonlyMap<bigint, readonly GraphMessage[]>): bigint[] {
  const nodes = [...byChain].flatMap(([chain, messages]) => messages.filter(({ identifier }) => identifier.timestamp === T).map((message) => ({ chain, ...message })));
  const last = (chain: bigint, below: number): number => nodes.reduce((best, node, i) => (node.chain === chain && node.logIndex <= below && (best < 0 || node.logIndex > nodes[best]!.logIndex) ? i : best), -1);
  const reach = nodes.map(() => nodes.map(() => false));
  nodes.forEach(({ chain, logIndex, identifier }, i) => {
    for (const j of [last(chain, logIndex - 1), last(identifier.chainId, identifier.logIndex)]) if (j >= 0) reach[i]![j] = true;
  });
  for (let k = 0; k < nodes.length; k++) for (let i = 0; i < nodes.length; i++) for (let j = 0; j < nodes.length; j++) reach[i]![j] ||= reach[i]![k]! && reach[k]![j]!;
  const onCycle = nodes.map((_, i) => i).filter((i) => reach[i]![i]);
  const left = nodes.filter((_, i) => onCycle.some((c) => c === i || reach[c]![i]));
  return [...new Set(left.map(({ chain }) => chain))].sort((a, b) => Number(a - b));
}

/** Up to four chains with up to six executing logs each, at distinct places. */
const anyGraph = fc
  .array(fc.uniqueArray(fc.tuple(fc.nat({ max: 9 }), fc.integer({ min: 1, max: 5 }), fc.nat({ max: 9 }), fc.integer({ min: T - 1, max: T })), { maxLength: 6, selector: ([at]) => at }), { minLength: 1, maxLength: 4 })
  .map((chains) => graph(...chains.map((messages) => messages.map(([at, chain, log, timestamp]) => points(at, chain, log, timestamp)))));

describe("the cycle rule", () => {
  it("finds the same chains as a search for cycles and what they reach", () => {
    fc.assert(fc.property(anyGraph, (byChain) => void expect(chainsInCycles(T, byChain)).toEqual(naive(byChain))), { numRuns: 3_000 });
  });

  it("does not depend on the order of chains or messages", () => {
    fc.assert(fc.property(anyGraph, (byChain) => void expect(chainsInCycles(T, new Map([...byChain].reverse().map(([chain, messages]) => [chain, [...messages].reverse()])))).toEqual(chainsInCycles(T, byChain))));
  });

  it("finds none where all messages are of older blocks", () => {
    fc.assert(fc.property(anyGraph, (byChain) => void expect(chainsInCycles(T + 1, byChain)).toEqual([])));
  });

  it.each<readonly [string, ReadonlyMap<bigint, readonly GraphMessage[]>, readonly bigint[]]>([
    ["no chains", graph(), []],
    ["a message that points at its own log", graph([points(0, 1, 0)]), [1n]],
    ["a message that points at a later log of its block", graph([points(3, 1, 4)]), [1n]],
    ["a message that points at an earlier log of its block", graph([points(3, 1, 2)]), []],
    ["two chains, each first sending and then executing", graph([points(1, 2, 0)], [points(1, 1, 0)]), []],
    ["two chains, each first executing and then sending", graph([points(0, 2, 1)], [points(0, 1, 1)]), [1n, 2n]],
    ["two chains, one of which first sends", graph([points(0, 2, 1)], [points(2, 1, 1)]), []],
    ["two chains, where the log pointed at is the executing log itself", graph([points(0, 2, 0)], [points(0, 1, 0)]), [1n, 2n]],
    ["a cycle that closes through the order of logs on one chain", graph([points(0, 3, 0), points(2, 2, 1)], [points(0, 1, 3)]), [1n, 2n]],
    ["a message to a chain without a block at that time", graph([points(0, 7, 5)]), []],
    ["a chain that executes messages of a cycle: it is left for the next round", graph([points(0, 2, 1)], [points(0, 1, 1)], [points(0, 1, 1)]), [1n, 2n]],
    ["a chain with an execution that a cycle needs: it falls with the cycle", graph([points(0, 3, 1), points(1, 2, 1)], [points(0, 1, 2)], [points(0, 4, 0)]), [1n, 2n, 3n]],
    ["a chain that a cycle needs, without an execution of its own", graph([points(0, 3, 1), points(1, 2, 1)], [points(0, 1, 2)], []), [1n, 2n]],
  ])("over %s", (_, byChain, flagged) => {
    expect(chainsInCycles(T, byChain)).toEqual(flagged);
  });

  it("takes a long line of messages without exhausting the stack", () => {
    const count = 50_000;
    const line = Array.from({ length: count }, (_, i) => points(i, 2, i));
    expect(chainsInCycles(T, graph(line, line.map(({ logIndex }) => points(logIndex, 1, logIndex - 1))))).toEqual([]);
    expect(chainsInCycles(T, graph(line, line.map(({ logIndex }) => points(logIndex, 1, logIndex))))).toEqual([1n, 2n]);
  });

  it("says which chains form the cycle, for these chains only", () => {
    expect(cycleViolation(2n, T, [1n, 2n])).toEqual({ rule: "cycle", message: "messages of the same timestamp 100 depend on each other in a cycle over chains 1, 2" });
    expect(cycleViolation(3n, T, [1n, 2n])).toBeUndefined();
  });
});
