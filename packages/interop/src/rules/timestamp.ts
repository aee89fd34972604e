import type { Violation } from "./violation.ts";

/** Whether a message may be executed at the time of its own block: yes by the protocol (the cycle rule judges the rest), no by some policies. */
export type SameTimestampPolicy = "allowed" | "refused";

/** A message is not executed before it is sent. Times of the two blocks in Unix seconds. Source: specs `interop/messaging.md#timestamp-invariant`. */
export function checkTimestamp(initiatingTimestamp: number, executingTimestamp: number, sameTimestamp: SameTimestampPolicy): Violation | undefined {
  if (initiatingTimestamp < executingTimestamp) return undefined;
  if (initiatingTimestamp > executingTimestamp) return { rule: "timestamp", message: `the message is of ${initiatingTimestamp}, ${initiatingTimestamp - executingTimestamp} s after its execution at ${executingTimestamp}` };
  return sameTimestamp === "allowed" ? undefined : { rule: "timestamp", message: `the message is of ${initiatingTimestamp}, the time of its execution, and messages of the same timestamp are refused here` };
}
