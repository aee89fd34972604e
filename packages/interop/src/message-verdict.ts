import type { MessageClaim } from "./access-list.ts";
import type { DependencySet } from "./dependency-set.ts";
import { type ChainActivation, checkExecutionActivation, checkInitiationActivation } from "./rules/activation.ts";
import { checkDependencySet } from "./rules/dependency-set.ts";
import { checkExpiry } from "./rules/expiry.ts";
import { checkIdentity, type ContainsAnswer } from "./rules/identity.ts";
import { checkTimestamp, type SameTimestampPolicy } from "./rules/timestamp.ts";
import type { MessageRule, Violation } from "./rules/violation.ts";

/**
 * What is to be done about a message. valid: its log is there. invalid: it contradicts a rule, so does its block. wait: the source chain has not
 * come so far. halt: this node cannot know (history pruned, a chain that it has no configuration of), an operator must act. `message` has the values.
 */
export type MessageVerdict =
  | { readonly kind: "valid" }
  | { readonly kind: "invalid" | "wait" | "halt"; readonly rule: MessageRule; readonly message: string };

/** Who executes a message, and when; times in Unix seconds. */
export interface ExecutionContext {
  readonly executingChainId: bigint;
  /** Of the executing block; of the block that is being built or comes next where a transaction is checked before its inclusion. */
  readonly executingTimestamp: number;
  /** How much later the execution may come, seconds; none for a block that exists. */
  readonly timeout?: number;
  readonly sameTimestamp: SameTimestampPolicy;
  readonly dependencySet: DependencySet;
  activationOf(chainId: bigint): ChainActivation | undefined;
}

/** The context with the look-up of logs on source chains. */
export interface MessageContext extends ExecutionContext {
  contains(claim: MessageClaim): ContainsAnswer;
}

const invalid = ({ rule, message }: Violation): MessageVerdict => ({ kind: "invalid", rule, message });
const unconfigured = (rule: MessageRule, chainId: bigint): MessageVerdict => ({ kind: "halt", rule, message: `chain ${chainId} is in the dependency set, but its activation and block time are unknown here: configure the chain` });

/** The rules that need no look-up, in order; `undefined` when none is broken. Source: specs `interop/messaging.md#message-invariants`. */
export function checkClaim({ identifier }: MessageClaim, context: ExecutionContext): MessageVerdict | undefined {
  const { executingChainId, executingTimestamp, timeout, sameTimestamp, dependencySet } = context;
  const membership = checkDependencySet(dependencySet, executingChainId, identifier.chainId);
  if (membership !== undefined) return invalid(membership);
  const execution = context.activationOf(executingChainId);
  if (execution === undefined) return unconfigured("execution-activation", executingChainId);
  const initiation = context.activationOf(identifier.chainId);
  if (initiation === undefined) return unconfigured("initiation-activation", identifier.chainId);
  const violation =
    checkExecutionActivation(executingChainId, execution, executingTimestamp) ??
    checkInitiationActivation(identifier.chainId, initiation, identifier.timestamp) ??
    checkTimestamp(identifier.timestamp, executingTimestamp, sameTimestamp) ??
    checkExpiry(identifier.timestamp, executingTimestamp, dependencySet.messageExpiryWindow, timeout);
  return violation === undefined ? undefined : invalid(violation);
}

/** What follows from the answer to the look-up of a claim that broke no other rule. */
export function verdictOf(claim: MessageClaim, answer: ContainsAnswer): MessageVerdict {
  if (answer.kind === "yes") return { kind: "valid" };
  const violation = checkIdentity(claim, answer);
  if (violation !== undefined) return invalid(violation);
  const { chainId, blockNumber } = claim.identifier;
  if (answer.kind === "not-yet") return { kind: "wait", rule: "identity", message: `block ${blockNumber} of chain ${chainId} is not known yet: ${answer.reason}` };
  return { kind: "halt", rule: "identity", message: `the logs of block ${blockNumber} of chain ${chainId} are no longer kept: ${answer.reason}; backfill them, the message has not expired` };
}

/** Checks one message by all rules but that of cycles. Only a contradiction makes it invalid: what is missing makes it wait or halt. */
export function checkMessage(claim: MessageClaim, context: MessageContext): MessageVerdict {
  return checkClaim(claim, context) ?? verdictOf(claim, context.contains(claim));
}
