/** The rules of specs `interop/messaging.md`, by name, in the order in which they are checked; the cycle rule is checked over all chains at once. */
export const MESSAGE_RULES = ["dependency-set", "execution-activation", "initiation-activation", "timestamp", "expiry", "identity", "cycle"] as const;
export type MessageRule = (typeof MESSAGE_RULES)[number];

/** A rule that a message breaks, and the values that were compared. */
export interface Violation {
  readonly rule: MessageRule;
  readonly message: string;
}
