import { type RollupConfig, timestampOfL2Block } from "@pangaea/config";
import type { ChainActivation, ContainsAnswer, DependencySet, MessageClaim } from "@pangaea/interop";
import { CriticalError } from "@pangaea/primitives";
import type { MessageIndex } from "@pangaea/store";

/** What the cluster's chains have agreed on. */
export interface InteropRules {
  readonly dependencySet: DependencySet;
  readonly activationOf: (chainId: bigint) => ChainActivation | undefined;
}

/** The rules of these chains: interop activates with Lagoon, or at `activation` on all of them (Unix seconds). */
export function interopRules(configs: readonly RollupConfig[], dependencySet: DependencySet, activation?: number): InteropRules {
  const activations = new Map(configs.map((config) => {
    const activationTime = activation ?? config.forks.lagoon;
    return [BigInt(config.l2ChainId), { blockTime: config.blockTime, ...(activationTime === undefined ? {} : { activationTime }) }];
  }));
  return { dependencySet, activationOf: (chainId) => activations.get(chainId) };
}

/** A source chain as far as a view goes: the block number that it ends at. */
export interface SourceView {
  readonly config: RollupConfig;
  readonly index: Pick<MessageIndex, "contains">;
  readonly upTo: number;
}

/**
 * Whether a claimed log is on a source chain. A block's time follows from its number, so a claim in which they disagree is contradicted
 * whether or not the block is there yet.
 */
export function containsClaim({ identifier, checksum }: MessageClaim, source: SourceView | undefined): ContainsAnswer {
  const { blockNumber, timestamp, logIndex, chainId } = identifier;
  if (source === undefined) return { kind: "not-yet", reason: `chain ${chainId} is not run here` };
  if (blockNumber < source.config.genesis.l2.number) return { kind: "contradiction", reason: `chain ${chainId} begins with block ${source.config.genesis.l2.number}` };
  const due = timestampOfL2Block(source.config, blockNumber);
  if (due !== timestamp) return { kind: "contradiction", reason: `block ${blockNumber} of chain ${chainId} is at ${due}, not at ${timestamp}` };
  return source.index.contains({ blockNumber, timestamp, logIndex, checksum }, source.upTo);
}

/** Every chain that another may depend on has to run here: without it no block that depends on it could be judged. Throws `CriticalError`. */
export function checkClosed(set: DependencySet, configs: readonly RollupConfig[]): void {
  const run = new Set(configs.map(({ l2ChainId }) => BigInt(l2ChainId)));
  for (const chain of run) {
    if (!set.chains.includes(chain)) throw new CriticalError(`chain ${chain} is not in the dependency set (${set.chains.join(", ")}): add it there, or leave it out of --chains`);
    const missing = set.closure(chain).find((needed) => !run.has(needed));
    if (missing !== undefined) throw new CriticalError(`chain ${chain} may depend on chain ${missing}, which is not run here: add it to --chains, or take it out of the dependency set`);
  }
}
