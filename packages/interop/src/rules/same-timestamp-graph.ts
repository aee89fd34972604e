import type { LogPlace } from "../identifier.ts";
import type { Violation } from "./violation.ts";

/** An executing log and what it points at: enough of an `ExecutingMessage` for the cycle rule. */
export interface GraphMessage {
  readonly identifier: Pick<LogPlace, "chainId" | "logIndex" | "timestamp">;
  readonly logIndex: number;
}

interface Node {
  readonly chainId: bigint;
  readonly logIndex: number;
  readonly target: GraphMessage["identifier"];
  readonly dependsOn: Node[];
  dependants: number;
}

/** The last node with a log index at or below `logIndex`, of nodes in ascending order. */
function lastAtOrBelow(nodes: readonly Node[], logIndex: number): Node | undefined {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (nodes[middle]!.logIndex <= logIndex) low = middle + 1;
    else high = middle;
  }
  return nodes[low - 1];
}

function link(from: Node, to: Node | undefined): void {
  if (to === undefined) return;
  from.dependsOn.push(to);
  to.dependants++;
}

/**
 * The chains whose blocks at `timestamp` (Unix seconds) execute messages in a cycle, or that such a cycle depends on; ascending. `byChain` has the
 * executing messages of each chain's block, given only for chains that have a block at exactly that time; messages of older blocks play no part.
 * An executing log depends on the one before it in its block, and on the last one at or before the log that it points at. Logs that nobody depends on
 * are taken away until none is left or all that are left belong to cycles or to what cycles depend on. Linear, but for sorting.
 * Source: the rule that the public verifiers and the fault proof share (op-supernode `cycle.go`, kona `rules.rs`).
 */
export function chainsInCycles(timestamp: number, byChain: ReadonlyMap<bigint, readonly GraphMessage[]>): readonly bigint[] {
  const nodesByChain = new Map<bigint, readonly Node[]>();
  for (const [chainId, messages] of byChain) {
    const nodes = messages
      .filter(({ identifier }) => identifier.timestamp === timestamp)
      .map(({ identifier, logIndex }): Node => ({ chainId, logIndex, target: identifier, dependsOn: [], dependants: 0 }))
      .sort((a, b) => a.logIndex - b.logIndex);
    nodesByChain.set(chainId, nodes);
  }
  const all = [...nodesByChain.values()].flat();
  for (const nodes of nodesByChain.values()) {
    nodes.forEach((node, i) => {
      link(node, nodes[i - 1]);
      link(node, lastAtOrBelow(nodesByChain.get(node.target.chainId) ?? [], node.target.logIndex));
    });
  }
  const left = new Set(all);
  const free = all.filter(({ dependants }) => dependants === 0);
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    left.delete(node);
    for (const needed of node.dependsOn) if (--needed.dependants === 0) free.push(needed);
  }
  return [...new Set([...left].map(({ chainId }) => chainId))].sort((a, b) => (a < b ? -1 : 1));
}

/** The cycle rule for one of the chains that `chainsInCycles` gave. */
export function cycleViolation(chainId: bigint, timestamp: number, inCycles: readonly bigint[]): Violation | undefined {
  if (!inCycles.includes(chainId)) return undefined;
  return { rule: "cycle", message: `messages of the same timestamp ${timestamp} depend on each other in a cycle over chains ${inCycles.join(", ")}` };
}
