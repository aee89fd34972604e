import { chainsInCycles, checkMessage, cycleViolation, type ExecutingMessage, type MessageContext, type MessageRule } from "@pangaea/interop";
import { containsClaim, type InteropRules, type SourceView } from "./rules.ts";

/** A chain at the timestamp that is judged: its last block at or before it, and the messages of that block. */
export interface JudgedChain extends SourceView {
  readonly chainId: number;
  /** Of the block, Unix seconds. */
  readonly timestamp: number;
  readonly executing: readonly ExecutingMessage[];
}

/** A message that does not hold, does not hold yet, or cannot be known to hold; `message` is undefined for a rule over the whole block. */
export interface Finding {
  readonly chainId: number;
  readonly kind: "invalid" | "wait" | "halt";
  readonly rule: MessageRule;
  readonly message: ExecutingMessage | undefined;
  /** The rule with the values that were compared. */
  readonly reason: string;
}

/**
 * Judges every chain's block of one timestamp: in, the blocks; out, at most one finding a chain, none when all hold. Chains whose block is
 * older were judged at its own time. Pure but for look-ups in the chains' indexes. Source: specs `interop/messaging.md#message-invariants`.
 */
export function judgeTimestamp(timestamp: number, chains: readonly JudgedChain[], rules: InteropRules): readonly Finding[] {
  const sources = new Map(chains.map((chain) => [BigInt(chain.chainId), chain]));
  const fresh = chains.filter((chain) => chain.timestamp === timestamp && isActive(chain.chainId, timestamp, rules));
  const cycles = chainsInCycles(timestamp, new Map(fresh.map(({ chainId, executing }) => [BigInt(chainId), executing])));
  return fresh.flatMap((chain) => judgeBlock(chain, timestamp, sources, rules) ?? judgeCycle(chain.chainId, timestamp, cycles) ?? []);
}

/** Before interop is active on a chain, its blocks execute nothing that counts. */
function isActive(chainId: number, timestamp: number, rules: InteropRules): boolean {
  const activationTime = rules.activationOf(BigInt(chainId))?.activationTime;
  return activationTime !== undefined && timestamp >= activationTime;
}

function judgeBlock({ chainId, executing }: JudgedChain, timestamp: number, sources: ReadonlyMap<bigint, SourceView>, rules: InteropRules): Finding | undefined {
  let worst: Finding | undefined;
  const context: MessageContext = {
    executingChainId: BigInt(chainId), executingTimestamp: timestamp, sameTimestamp: "allowed", dependencySet: rules.dependencySet, activationOf: rules.activationOf,
    contains: (claim) => containsClaim(claim, sources.get(claim.identifier.chainId)),
  };
  for (const message of executing) {
    const verdict = checkMessage(message, context);
    if (verdict.kind === "valid") continue;
    const finding: Finding = { chainId, kind: verdict.kind, rule: verdict.rule, message, reason: verdict.message };
    if (verdict.kind === "invalid") return finding;
    if (worst === undefined || (worst.kind === "wait" && verdict.kind === "halt")) worst = finding;
  }
  return worst;
}

function judgeCycle(chainId: number, timestamp: number, cycles: readonly bigint[]): Finding | undefined {
  const violation = cycleViolation(BigInt(chainId), timestamp, cycles);
  return violation === undefined ? undefined : { chainId, kind: "invalid", rule: violation.rule, message: undefined, reason: violation.message };
}
