import { Batcher, type BatcherOptions, type BlobCommitter, RpcL1TxBackend, type RollupStatus, type Signer } from "@pangaea/batcher";
import type { L1Client } from "@pangaea/l1";
import type { SyncStatus } from "@pangaea/node";
import { type Clock, type DaStore, type L1BlockRef, type Logger, type Random, ZERO_HASH } from "@pangaea/primitives";
import type { ChainContainer } from "./chain-container.ts";

/** How a chain's batcher works, and for whom it signs. */
export interface ChainBatcherSetup {
  readonly signer: Signer;
  readonly committer: BlobCommitter;
  readonly options: BatcherOptions;
  /** Wait for `admin_startBatcher`. */
  readonly stopped: boolean;
}

const NO_BLOCK: L1BlockRef = { hash: ZERO_HASH, number: 0, parentHash: ZERO_HASH, timestamp: 0 };
const NO_L2_BLOCK = { ...NO_BLOCK, l1Origin: NO_BLOCK, sequenceNumber: 0 };
/** What a batcher is told while its chain's node does not run: it waits. */
const NOT_READY: RollupStatus = { headL1: NO_BLOCK, currentL1: NO_BLOCK, localSafeL2: NO_L2_BLOCK, unsafeL2: NO_L2_BLOCK };

function rollupStatus(status: SyncStatus): RollupStatus {
  const l2 = ({ l1origin, ...ref }: SyncStatus["unsafe_l2"]) => ({ ...ref, l1Origin: l1origin });
  return { headL1: status.head_l1, currentL1: status.current_l1, localSafeL2: l2(status.local_safe_l2), unsafeL2: l2(status.unsafe_l2) };
}

/** The batcher of a chain that runs in this process. */
export function createChainBatcher(chain: ChainContainer, { signer, committer, options }: ChainBatcherSetup, { l1, clock, random, log, da }: { readonly l1: L1Client; readonly clock: Clock; readonly random: Random; readonly log: Logger; readonly da?: DaStore }): Batcher {
  return new Batcher(
    {
      config: chain.config,
      rollup: { syncStatus: async () => (chain.hasHeads ? rollupStatus(chain.syncStatus()) : NOT_READY) },
      l2: { payloadByNumber: (number) => chain.execution.payloadByNumber(number) },
      l1: new RpcL1TxBackend(l1),
      signer,
      kzg: committer,
      ...(da === undefined ? {} : { da }),
      clock,
      random,
      log: log.child({ chain: chain.chainId }),
    },
    options,
  );
}
