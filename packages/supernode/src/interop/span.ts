import { l2BlockNumberAt, type RollupConfig, timestampOfL2Block } from "@pangaea/config";
import { errorKind } from "@pangaea/primitives";
import type { VerifiedTimestamps } from "@pangaea/store";
import type { InteropChain } from "./interop-chain.ts";
import type { InteropRules } from "./rules.ts";

export interface SpanModules {
  readonly chains: readonly InteropChain[];
  readonly rules: InteropRules;
  readonly verified: VerifiedTimestamps;
}

/** The span of time that interop covers: from when it verifies, from when it keeps messages. Times in Unix seconds. */
export class Span {
  readonly #modules: SpanModules;
  readonly #backfill: number;

  /** `backfill`: how long before the first timestamp messages are indexed, seconds; the expiry window when absent. */
  constructor(modules: SpanModules, backfill: number | undefined) {
    this.#modules = modules;
    this.#backfill = backfill ?? modules.rules.dependencySet.messageExpiryWindow;
  }

  /**
   * The first timestamp that is judged: the first activation, or the time from which on every chain's block is one that became safe after its
   * record of safe heads began. Undefined while a chain has no such record.
   */
  first(): number | undefined {
    const { chains, verified } = this.#modules;
    if (verified.first !== undefined) return verified.first.timestamp;
    let first = this.#activation();
    for (const chain of chains) {
      const { genesis } = chain.config;
      const floor = floorOf(chain);
      if (floor === undefined) return undefined;
      first = Math.max(first, genesis.l2Time, floor > genesis.l2.number ? timestampOfL2Block(chain.config, floor + 1) : 0);
    }
    return first;
  }

  /** The newest timestamp that needs no judgement any more; undefined while `first` is. */
  judged(): number | undefined {
    const { last } = this.#modules.verified;
    if (last !== undefined) return last.timestamp;
    const first = this.first();
    return first === undefined ? undefined : first - 1;
  }

  /** The block with which a chain's index begins: that of the activation, or of the oldest message that can still be executed. */
  firstIndexed(config: RollupConfig): number | undefined {
    const judged = this.judged();
    return judged === undefined ? undefined : l2BlockNumberAt(config, Math.max(this.#activation(), judged - this.#backfill, config.genesis.l2Time));
  }

  /** What is older can be dropped from the indexes: twice the age at which a message cannot be executed any more. Undefined before anything is verified. */
  horizon(): number | undefined {
    const { rules, verified } = this.#modules;
    return verified.last === undefined ? undefined : verified.last.timestamp - 2 * rules.dependencySet.messageExpiryWindow;
  }

  #activation(): number {
    const { chains, rules } = this.#modules;
    return Math.min(...chains.map(({ chainId }) => rules.activationOf(BigInt(chainId))?.activationTime ?? Number.MAX_SAFE_INTEGER));
  }
}

function floorOf(chain: InteropChain): number | undefined {
  try {
    return chain.safeHeads.floor;
  } catch (error) {
    if (errorKind(error) === "temporary") return undefined;
    throw error;
  }
}
