import type { SyncStatus } from "@pangaea/node";
import type { BlockId } from "@pangaea/primitives";
import type { Activity } from "./activity.ts";

/** The reply of `supernode_syncStatus`: every chain's status and what holds for all of them. Timestamps in Unix seconds. */
export interface SupernodeSyncStatus {
  readonly chains: Readonly<Record<string, SyncStatus>>;
  /** Decimal, ascending. */
  readonly chain_ids: readonly string[];
  readonly current_l1: BlockId;
  readonly safe_timestamp: number;
  readonly local_safe_timestamp: number;
  readonly finalized_timestamp: number;
}

/** The lower of two L1 blocks, as their number and hash. */
export function lowerOf(block: BlockId, other: BlockId | undefined): BlockId {
  const { hash, number } = other !== undefined && other.number < block.number ? other : block;
  return { hash, number };
}

/** The minimum over the chains of each label; a chain at 0 makes the whole 0. */
export function aggregateSyncStatus(statuses: ReadonlyMap<number, SyncStatus>): SupernodeSyncStatus {
  const ordered = [...statuses].sort(([a], [b]) => a - b);
  const all = ordered.map(([, status]) => status);
  const lowest = (timestamp: (status: SyncStatus) => number) => all.reduce((least, status) => Math.min(least, timestamp(status)), Number.MAX_SAFE_INTEGER);
  const current = all.map((status): BlockId => status.current_l1).reduce(lowerOf);
  return {
    chains: Object.fromEntries(ordered.map(([chainId, status]) => [String(chainId), status])),
    chain_ids: ordered.map(([chainId]) => String(chainId)),
    current_l1: lowerOf(current, undefined),
    safe_timestamp: lowest((status) => status.safe_l2.timestamp),
    local_safe_timestamp: lowest((status) => status.local_safe_l2.timestamp),
    finalized_timestamp: lowest((status) => status.finalized_l2.timestamp),
  };
}

/**
 * `supernode_syncStatus`. `judgedL1` is the L1 block up to which messages are judged, undefined where none are: the L1 block that is told is
 * never above it. Fails as a whole when one chain's status cannot be read. Source: op-supernode `activity/supernode`.
 */
export function createSyncStatus(chains: () => ReadonlyMap<number, { syncStatus(): SyncStatus }>, judgedL1: () => BlockId | undefined): Activity {
  return {
    name: "sync-status",
    rpcMethods: {
      supernode_syncStatus: (): SupernodeSyncStatus => {
        const status = aggregateSyncStatus(new Map([...chains()].map(([chainId, chain]) => [chainId, chain.syncStatus()])));
        return { ...status, current_l1: lowerOf(status.current_l1, judgedL1()) };
      },
    },
  };
}
