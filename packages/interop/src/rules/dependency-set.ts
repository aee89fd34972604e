import type { DependencySet } from "../dependency-set.ts";
import type { Violation } from "./violation.ts";

/** The executing chain accepts messages of the source chain. Source: specs `interop/messaging.md#message-invariants`. */
export function checkDependencySet(set: Pick<DependencySet, "chains" | "accepts">, executingChainId: bigint, sourceChainId: bigint): Violation | undefined {
  if (set.accepts(executingChainId, sourceChainId)) return undefined;
  const outside = [executingChainId, sourceChainId].find((chain) => !set.chains.includes(chain));
  const message = outside === undefined ? `chain ${executingChainId} does not accept messages of chain ${sourceChainId}` : `chain ${outside} is not in the dependency set (${set.chains.join(", ")})`;
  return { rule: "dependency-set", message };
}
