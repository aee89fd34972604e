import type { Violation } from "./violation.ts";

/**
 * A message is executed within the expiry window; the window's last second counts. All in (Unix) seconds; `timeout` is how much later than
 * `executingTimestamp` the execution may come. Source: specs `interop/messaging.md#message-expiry-invariant`, with equality as in all public verifiers.
 */
export function checkExpiry(initiatingTimestamp: number, executingTimestamp: number, window: number, timeout = 0): Violation | undefined {
  const expires = initiatingTimestamp + window;
  const latest = executingTimestamp + timeout;
  if (expires >= latest) return undefined;
  const execution = timeout === 0 ? `its execution is at ${executingTimestamp}` : `its execution may be as late as ${latest} (${executingTimestamp} + ${timeout})`;
  return { rule: "expiry", message: `the message of ${initiatingTimestamp} expired at ${expires} (window ${window} s), ${execution}` };
}
