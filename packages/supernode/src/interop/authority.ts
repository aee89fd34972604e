import { l2BlockNumberAt } from "@pangaea/config";
import type { SafetyAuthority, SafetyVerdict } from "@pangaea/engine";
import type { BlockId, L1Heads } from "@pangaea/primitives";
import type { DenyList, VerifiedTimestamps } from "@pangaea/store";
import type { RollupConfig } from "@pangaea/config";

export interface AuthorityModules {
  readonly config: RollupConfig;
  readonly verified: VerifiedTimestamps;
  readonly denied: DenyList;
  readonly l1Heads: () => L1Heads | undefined;
  readonly firstTimestamp: () => number | undefined;
  /** Whether the L1 block of the last verified timestamp is known to be on L1 still. */
  readonly stands: () => boolean;
  /** The newest block whose messages hold over unsafe blocks; undefined while none is known. */
  readonly crossUnsafe: () => BlockId | undefined;
}

/**
 * What the cluster grants one chain: safe up to the last verified timestamp, finalized up to the last one whose L1 block is final and known to
 * stand, nothing that is denied. Before the first timestamp that is judged the chain's own word stands.
 * Source: op-supernode `super_authority`.
 */
export function interopAuthority({ config, verified, denied, l1Heads, firstTimestamp, stands, crossUnsafe }: AuthorityModules): SafetyAuthority {
  const granted = (block: BlockId | undefined): SafetyVerdict => {
    if (block !== undefined) return { kind: "verified", block };
    const first = firstTimestamp();
    return first === undefined ? { kind: "hold" } : { kind: "up-to", number: Math.max(l2BlockNumberAt(config, first - 1), config.genesis.l2.number) };
  };
  return {
    safeHead: async () => granted(verified.last?.heads.get(config.l2ChainId)),
    finalizedHead: async () => {
      // What is final cannot be taken back: numbers do not do where L1 may have gone another way while nobody looked.
      if (verified.last !== undefined && !stands()) return { kind: "hold" };
      const finalized = l1Heads()?.finalized.number ?? -1;
      return granted(verified.newestWhere(({ number }) => number <= finalized)?.heads.get(config.l2ChainId));
    },
    crossUnsafeHead: async () => granted(crossUnsafe()),
    isDenied: async (number, hash) => denied.isDenied(number, hash),
    deniedHeights: async (from) => denied.heights().filter((height) => height >= from),
  };
}
