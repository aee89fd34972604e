import type { MessageClaim } from "../access-list.ts";
import type { Violation } from "./violation.ts";

/**
 * Whether a log with a checksum lies at a place, as far as is known. yes: it does. contradiction: it does not, for certain.
 * not-yet: the chain has not come so far. pruned: what would tell is no longer kept. `reason` says it with values.
 */
export type ContainsAnswer =
  | { readonly kind: "yes" }
  | { readonly kind: "contradiction" | "not-yet" | "pruned"; readonly reason: string };

/** The source chain has the claimed log at the claimed place; only a contradiction breaks it, ignorance does not. Source: specs `interop/messaging.md#message-invariants`. */
export function checkIdentity({ identifier, checksum }: MessageClaim, answer: ContainsAnswer): Violation | undefined {
  if (answer.kind !== "contradiction") return undefined;
  const { chainId, blockNumber, logIndex, timestamp } = identifier;
  return { rule: "identity", message: `chain ${chainId} has no log with checksum ${checksum} at block ${blockNumber}, log ${logIndex}, time ${timestamp}: ${answer.reason}` };
}
