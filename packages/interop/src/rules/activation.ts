import type { MessageRule, Violation } from "./violation.ts";

/** When interop starts on a chain: Unix seconds, absent for never; and its seconds a block. */
export interface ChainActivation {
  readonly activationTime?: number;
  readonly blockTime: number;
}

/**
 * A block lies after its chain's activation block: the block before it was already at or past the activation time.
 * Source: specs `interop/messaging.md#message-invariants`; the form with the block time is that of the public verifiers.
 */
function checkActivation(rule: MessageRule, role: string, chainId: bigint, { activationTime, blockTime }: ChainActivation, timestamp: number): Violation | undefined {
  if (activationTime === undefined) return { rule, message: `interop never activates on ${role} chain ${chainId}` };
  if (timestamp >= activationTime + blockTime) return undefined;
  const when = timestamp < activationTime ? "before interop is active" : "in the activation block";
  return { rule, message: `${role} block of chain ${chainId} at ${timestamp} lies ${when}: the first allowed time is ${activationTime + blockTime} (activation ${activationTime} + block time ${blockTime})` };
}

/** The executing block lies after its chain's activation block. */
export function checkExecutionActivation(chainId: bigint, activation: ChainActivation, executingTimestamp: number): Violation | undefined {
  return checkActivation("execution-activation", "executing", chainId, activation, executingTimestamp);
}

/** The initiating block lies after its chain's activation block. */
export function checkInitiationActivation(chainId: bigint, activation: ChainActivation, initiatingTimestamp: number): Violation | undefined {
  return checkActivation("initiation-activation", "initiating", chainId, activation, initiatingTimestamp);
}
