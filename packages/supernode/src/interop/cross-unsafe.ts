import { l2BlockNumberAt, timestampOfL2Block } from "@pangaea/config";
import type { BlockId } from "@pangaea/primitives";
import { type Finding, type JudgedChain, judgeTimestamp } from "./judge.ts";
import type { WatchedChain } from "./observe.ts";
import type { InteropRules } from "./rules.ts";

/** Most timestamps that one call goes on by, and most that are remembered. */
const MAX_ROUNDS = 512;

export interface CrossUnsafeModules {
  readonly chains: readonly WatchedChain[];
  readonly rules: InteropRules;
  /** The timestamp before the first that is judged here: everything up to it is verified, or needs no verification. */
  readonly floor: () => number | undefined;
}

interface Judged {
  readonly timestamp: number;
  readonly heads: ReadonlyMap<number, BlockId>;
}

/**
 * The same rules over unsafe blocks, in lock-step by timestamp: how far every chain's messages hold against what the other chains show just
 * now. Nothing is kept on disk and no block is denied for it; a chain that changes has its timestamps judged again.
 */
export class CrossUnsafe {
  readonly #modules: CrossUnsafeModules;
  #judged: Judged[] = [];
  #finding: Finding | undefined;

  constructor(modules: CrossUnsafeModules) {
    this.#modules = modules;
  }

  /** The newest timestamp that holds, Unix seconds; undefined while none is known. */
  get timestamp(): number | undefined {
    return this.#judged.at(-1)?.timestamp ?? this.#modules.floor();
  }

  /** Why it does not go on, when a message is the reason. */
  get finding(): Finding | undefined {
    return this.#finding;
  }

  /** A chain's newest block that holds; undefined while none is known. */
  head(chainId: number): BlockId | undefined {
    return this.#judged.at(-1)?.heads.get(chainId);
  }

  /** Goes on as far as the indexes allow; true when something changed. */
  advance(): boolean {
    const before = this.#judged.at(-1);
    this.#forget();
    this.#finding = undefined;
    const floor = this.#modules.floor();
    const start = this.#judged.at(-1)?.timestamp ?? floor;
    if (start === undefined) return false;
    for (let timestamp = start + 1; timestamp <= start + MAX_ROUNDS; timestamp++) {
      const chains = this.#chainsAt(timestamp);
      if (chains === undefined) break;
      const [finding] = judgeTimestamp(timestamp, chains.judged, this.#modules.rules);
      this.#finding = finding;
      if (finding !== undefined) break;
      this.#judged.push({ timestamp, heads: chains.heads });
    }
    if (this.#judged.length > MAX_ROUNDS) this.#judged = this.#judged.slice(-MAX_ROUNDS);
    return this.#judged.at(-1) !== before;
  }

  /** Drops what is below the floor, and what rests on blocks that have left their chains. */
  #forget(): void {
    const floor = this.#modules.floor() ?? 0;
    // Where the blocks of a timestamp stand, so do those before them, which are their ancestors.
    const last = this.#judged.findLastIndex(({ heads }) => this.#modules.chains.every(({ chain, index }) => {
      const head = heads.get(chain.chainId);
      return head === undefined || index.holds(head);
    }));
    const standing = this.#judged.slice(0, last + 1);
    this.#judged = (standing.at(-1)?.timestamp ?? 0) <= floor ? [] : standing;
  }

  #chainsAt(timestamp: number): { readonly judged: readonly JudgedChain[]; readonly heads: ReadonlyMap<number, BlockId> } | undefined {
    const judged: JudgedChain[] = [];
    const heads = new Map<number, BlockId>();
    for (const { chain, index } of this.#modules.chains) {
      const number = l2BlockNumberAt(chain.config, timestamp);
      const hash = index.hashAt(number);
      if (hash === undefined) return undefined;
      heads.set(chain.chainId, { number, hash });
      const made = timestampOfL2Block(chain.config, number);
      judged.push({ chainId: chain.chainId, config: chain.config, index, upTo: number, timestamp: made, executing: made === timestamp ? (index.executingAt(number) ?? []) : [] });
    }
    return { judged, heads };
  }
}
