import type { RollupConfig } from "@pangaea/config";
import type { Heads } from "@pangaea/engine";
import type { SafeHeadDb, SyncStatus } from "@pangaea/node";
import type { ExecutionLayer } from "@pangaea/primitives";
import type { ChainContainer } from "../chain-container.ts";

/** What interop may read of a chain, and the two things that it may do to it. */
export interface InteropChain {
  readonly chainId: number;
  readonly config: RollupConfig;
  /** Undefined while the chain's node does not run or has not found its heads. */
  heads(): Heads | undefined;
  /** Throws `TemporaryError` while the chain's node does not run, as the next three do. */
  syncStatus(): SyncStatus;
  readonly safeHeads: Pick<SafeHeadDb, "l1AtSafeHead" | "floor">;
  readonly execution: Pick<ExecutionLayer, "payloadByNumber" | "payloadByHash" | "receiptsByHash" | "messagePasserStorageRoot" | "blockOfTransaction">;
  /** Has the chain read its labels anew. */
  authorityMoved(): void;
  /** Has the chain derive again from its safe head. */
  reset(): void;
}

/** A chain container as interop sees it. What is asked of a node that does not run has no effect: a node that starts asks for itself. */
export function interopChain(config: RollupConfig, container: () => ChainContainer): InteropChain {
  const running = () => (container().state === "running" ? container().node : undefined);
  return {
    chainId: config.l2ChainId,
    config,
    heads: () => running()?.heads,
    syncStatus: () => container().syncStatus(),
    get safeHeads() {
      return container().node.safeHeads;
    },
    get execution() {
      return container().execution;
    },
    authorityMoved: () => running()?.authorityMoved(),
    reset: () => running()?.requestReset(),
  };
}
