import { l2BlockNumberAt } from "@pangaea/config";
import type { SafetyAuthority, SafetyVerdict } from "@pangaea/engine";
import type { BlockId } from "@pangaea/primitives";
import type { DenyList, VerifiedTimestamps } from "@pangaea/store";
import type { RollupConfig } from "@pangaea/config";

export interface AuthorityModules {
  readonly config: RollupConfig;
  readonly verified: VerifiedTimestamps;
  readonly denied: DenyList;
  readonly firstTimestamp: () => number | undefined;
  /** The number of L1's finalized block, as it was known before all that is verified was last found to stand on L1; undefined when it was not found so. */
  readonly finalL1: () => number | undefined;
  /** The newest block whose messages hold over unsafe blocks; undefined while none is known. */
  readonly crossUnsafe: () => BlockId | undefined;
}

/**
 * What the cluster grants one chain: safe up to the last verified timestamp, finalized up to the last one whose L1 block is final and known to
 * stand, nothing that is denied. Before the first timestamp that is judged the chain's own word stands.
 * Source: op-supernode `super_authority`.
 */
export function interopAuthority({ config, verified, denied, firstTimestamp, finalL1, crossUnsafe }: AuthorityModules): SafetyAuthority {
  const granted = (block: BlockId | undefined): SafetyVerdict => {
    if (block !== undefined) return { kind: "verified", block };
    const first = firstTimestamp();
    return first === undefined ? { kind: "hold" } : { kind: "up-to", number: Math.max(l2BlockNumberAt(config, first - 1), config.genesis.l2.number) };
  };
  return {
    safeHead: async () => granted(verified.last?.heads.get(config.l2ChainId)),
    finalizedHead: async () => {
      // What is final cannot be taken back: a newer number does not do, L1 may have gone another way to that block since somebody looked.
      const final = finalL1();
      if (verified.last !== undefined && final === undefined) return { kind: "hold" };
      return granted(verified.newestWhere(({ number }) => number <= (final ?? -1))?.heads.get(config.l2ChainId));
    },
    crossUnsafeHead: async () => granted(crossUnsafe()),
    isDenied: async (number, hash) => denied.isDenied(number, hash),
    deniedHeights: async (from) => denied.heights().filter((height) => height >= from),
  };
}
