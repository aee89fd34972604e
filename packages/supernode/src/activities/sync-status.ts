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

/** The minimum over the chains of each label; a chain at 0 makes the whole 0. */
export function aggregateSyncStatus(statuses: ReadonlyMap<number, SyncStatus>): SupernodeSyncStatus {
  const ordered = [...statuses].sort(([a], [b]) => a - b);
  const all = ordered.map(([, status]) => status);
  const lowest = (timestamp: (status: SyncStatus) => number) => all.reduce((least, status) => Math.min(least, timestamp(status)), Number.MAX_SAFE_INTEGER);
  const current = all.map((status) => status.current_l1).reduce((least, block) => (block.number < least.number ? block : least));
  return {
    chains: Object.fromEntries(ordered.map(([chainId, status]) => [String(chainId), status])),
    chain_ids: ordered.map(([chainId]) => String(chainId)),
    current_l1: { hash: current.hash, number: current.number },
    safe_timestamp: lowest((status) => status.safe_l2.timestamp),
    local_safe_timestamp: lowest((status) => status.local_safe_l2.timestamp),
    finalized_timestamp: lowest((status) => status.finalized_l2.timestamp),
  };
}

/**
 * `supernode_syncStatus`. Fails as a whole when one chain's status cannot be read.
 * Source: op-supernode `activity/supernode`.
 */
export function createSyncStatus(chains: () => ReadonlyMap<number, { syncStatus(): SyncStatus }>): Activity {
  return {
    name: "sync-status",
    rpcMethods: {
      supernode_syncStatus: () => aggregateSyncStatus(new Map([...chains()].map(([chainId, chain]) => [chainId, chain.syncStatus()]))),
    },
  };
}
