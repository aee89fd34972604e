import { checkClaim, type ExecutingDescriptor, type MessageClaim, parseInboxEntries, type SameTimestampPolicy } from "@pangaea/interop";
import { type BlockId, InvalidInputError } from "@pangaea/primitives";
import type { Failsafe } from "./failsafe.ts";
import type { CrossUnsafe } from "./cross-unsafe.ts";
import type { WatchedChain } from "./observe.ts";
import type { VerifiedTimestamps } from "@pangaea/store";
import { containsClaim, type InteropRules } from "./rules.ts";

/** Safety levels by their names on the wire, from the least certain. */
export const SAFETY_LEVELS = ["unsafe", "cross-unsafe", "local-safe", "safe", "finalized"] as const;
export type SafetyLevel = (typeof SAFETY_LEVELS)[number];

/** Codes of a refusal, as execution clients know them. Source: op-supervisor's error codes. */
export const AccessListErrorCode = {
  uninitialized: -320400,
  skipped: -320500,
  unknownChain: -320501,
  conflict: -320600,
  failsafe: -320602,
  future: -321401,
  invalid: -32602,
} as const;

/** Whether the messages that an access list claims may be executed. wait: not yet; refused: not at all, as things stand. */
export type IngressAnswer = { readonly kind: "ok" } | { readonly kind: "refused" | "wait"; readonly code: number; readonly message: string };

/** Which messages a chain executes. */
export interface IngressPolicy {
  /** How certain the source of a message must be before it may be executed, by source chain. */
  minSafety(source: number): SafetyLevel;
  /** Whether messages of the same second may be executed. */
  readonly sameTimestamp: SameTimestampPolicy;
}

export interface IngressModules {
  readonly chains: readonly WatchedChain[];
  readonly rules: InteropRules;
  readonly verified: VerifiedTimestamps;
  readonly crossUnsafe: CrossUnsafe;
  /** As the authority has it. */
  readonly finalL1: () => number | undefined;
  readonly failsafe: Failsafe;
}

const OK: IngressAnswer = { kind: "ok" };
const refused = (code: number, message: string): IngressAnswer => ({ kind: "refused", code, message });

/**
 * Answers for transactions that are not in a block yet: do the messages of an inbox access list hold, by the indexes at hand? A look-up
 * without I/O but for the index's own. A failsafe refuses everything while it is on.
 * Source: op-interop-filter, specs `interop/tx-pool.md`.
 */
export class Ingress {
  readonly #modules: IngressModules;
  readonly #chains: ReadonlyMap<bigint, WatchedChain>;

  constructor(modules: IngressModules) {
    this.#modules = modules;
    this.#chains = new Map(modules.chains.map((watched) => [BigInt(watched.chain.chainId), watched]));
  }

  get failsafe(): Failsafe {
    return this.#modules.failsafe;
  }

  /** Checks the storage keys under CrossL2Inbox of one transaction. */
  check(entries: readonly string[], descriptor: ExecutingDescriptor & { readonly chainId: bigint }, policy: IngressPolicy): IngressAnswer {
    const { reason } = this.#modules.failsafe;
    if (reason !== undefined) return refused(AccessListErrorCode.failsafe, `failsafe is enabled: ${reason}`);
    if (!this.#chains.has(descriptor.chainId)) return refused(AccessListErrorCode.unknownChain, `unknown chain: executing chain ${descriptor.chainId} is not run here`);
    let claims: readonly MessageClaim[];
    try {
      claims = parseInboxEntries(entries);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      return refused(AccessListErrorCode.invalid, error.message);
    }
    for (const claim of claims) {
      const answer = this.#checkClaim(claim, descriptor, policy);
      if (answer.kind !== "ok") return answer;
    }
    return OK;
  }

  #checkClaim(claim: MessageClaim, { chainId, timestamp, timeout }: ExecutingDescriptor & { readonly chainId: bigint }, policy: IngressPolicy): IngressAnswer {
    const { rules } = this.#modules;
    const source = this.#chains.get(claim.identifier.chainId);
    if (source === undefined) return refused(AccessListErrorCode.unknownChain, `unknown chain: source chain ${claim.identifier.chainId} is not run here`);
    const broken = checkClaim(claim, { executingChainId: chainId, executingTimestamp: timestamp, timeout, sameTimestamp: policy.sameTimestamp, dependencySet: rules.dependencySet, activationOf: rules.activationOf });
    // Time mends a message that is too young, and nothing else that a claim alone can break.
    if (broken?.kind === "invalid" && broken.rule === "timestamp") return { kind: "wait", code: AccessListErrorCode.future, message: `future data: ${broken.rule}: ${broken.message}` };
    if (broken !== undefined && broken.kind !== "valid") return refused(AccessListErrorCode.conflict, `conflicting data: ${broken.rule}: ${broken.message}`);
    if (source.index.last === undefined) return { kind: "wait", code: AccessListErrorCode.uninitialized, message: `uninitialized chain database: nothing of chain ${source.chain.chainId} is indexed yet` };
    const level = policy.minSafety(source.chain.chainId);
    const answer = containsClaim(claim, { config: source.chain.config, index: source.index, upTo: this.#viewEnd(source, level) });
    switch (answer.kind) {
      case "yes":
        return OK;
      case "contradiction":
        return refused(AccessListErrorCode.conflict, `conflicting data: ${answer.reason}`);
      case "pruned":
        return refused(AccessListErrorCode.skipped, `skipped data: ${answer.reason}`);
      case "not-yet":
        return { kind: "wait", code: AccessListErrorCode.future, message: `future data: not ${level} yet: ${answer.reason}` };
    }
  }

  /** The last block of a source chain that counts at a safety level. A head that has left the chain since it was judged counts for nothing. */
  #viewEnd({ chain, index }: WatchedChain, level: SafetyLevel): number {
    const { verified, crossUnsafe, finalL1 } = this.#modules;
    const none = chain.config.genesis.l2.number;
    const { chainId } = chain;
    switch (level) {
      case "unsafe":
        return index.last?.number ?? none;
      case "cross-unsafe":
        return standingIn(index, crossUnsafe.head(chainId)) ?? standingIn(index, verified.last?.heads.get(chainId)) ?? none;
      case "local-safe":
        return chain.heads()?.localSafe.number ?? none;
      case "safe":
        return standingIn(index, verified.last?.heads.get(chainId)) ?? none;
      case "finalized": {
        const finalized = finalL1() ?? -1;
        return standingIn(index, verified.newestWhere(({ number }) => number <= finalized)?.heads.get(chainId)) ?? none;
      }
    }
  }
}

/** A head's number, if the chain still has it. */
function standingIn(index: WatchedChain["index"], head: BlockId | undefined): number | undefined {
  return head !== undefined && index.holds(head) ? head.number : undefined;
}

/** One level for all source chains, or another for some of them. */
export function ingressPolicy(level: SafetyLevel, bySource: ReadonlyMap<number, SafetyLevel> = new Map(), sameTimestamp: SameTimestampPolicy = "refused"): IngressPolicy {
  return { sameTimestamp, minSafety: (source) => bySource.get(source) ?? level };
}

/** Reads a safety level. Throws `InvalidInputError`. */
export function parseSafetyLevel(value: unknown): SafetyLevel {
  const found = SAFETY_LEVELS.find((level) => level === value);
  if (found === undefined) throw new InvalidInputError(`safety level wants one of ${SAFETY_LEVELS.join(", ")} (is ${JSON.stringify(value)})`);
  return found;
}

