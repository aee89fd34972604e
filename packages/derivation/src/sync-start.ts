import type { RollupConfig } from "@pangaea/config";
import { CriticalError, type ExecutionLayer, formatBlock, type L1Source, type L2BlockRef, NotFoundError, type BlockLabel } from "@pangaea/primitives";
import { l2BlockRefFromPayload } from "./payload.ts";

export interface SyncStart {
  readonly unsafe: L2BlockRef;
  readonly safe: L2BlockRef;
  readonly finalized: L2BlockRef;
}

/** How many sequencing windows the unsafe chain may be rolled back before something else must be wrong. */
const MAX_REORG_WINDOWS = 5;

/** Whether a block's L1 origin is on the L1 chain: yes, no, or not known there yet. */
async function originStands(l1: L1Source, block: L2BlockRef): Promise<"canonical" | "orphaned" | "ahead"> {
  try {
    return (await l1.blockRefByNumber(block.l1Origin.number)).hash === block.l1Origin.hash ? "canonical" : "orphaned";
  } catch (error) {
    if (error instanceof NotFoundError) return "ahead";
    throw error;
  }
}

/**
 * The heads to go on from, given what the execution layer holds: the newest block whose L1 origin is not contradicted, and the newest
 * safe block whose origin stands on L1.
 * Errors: `CriticalError` when the chain would have to roll back too deep or behind what is final; `TemporaryError` from the sources.
 * Source: specs `protocol/derivation.md#finding-the-sync-starting-point`.
 */
export async function findSyncStart({ config, l1, l2 }: { readonly config: RollupConfig; readonly l1: L1Source; readonly l2: ExecutionLayer }): Promise<SyncStart> {
  const byLabel = async (label: BlockLabel): Promise<L2BlockRef> => {
    try {
      return l2BlockRefFromPayload(config, (await l2.payloadByLabel(label)).payload);
    } catch (error) {
      if (!(error instanceof NotFoundError) || label === "latest") throw error;
      return l2BlockRefFromPayload(config, (await l2.payloadByNumber(config.genesis.l2.number)).payload);
    }
  };
  const parentOf = async (block: L2BlockRef): Promise<L2BlockRef> => l2BlockRefFromPayload(config, (await l2.payloadByHash(block.parentHash)).payload);
  const [latest, labelledSafe, finalized] = [await byLabel("latest"), await byLabel("safe"), await byLabel("finalized")];

  let unsafe = latest;
  while ((await originStands(l1, unsafe)) === "orphaned") {
    if (unsafe.number <= finalized.number) throw new CriticalError(`the finalized L2 block ${formatBlock(finalized)} has an L1 origin that is not on this L1: check that --l1 is the right chain`);
    if (latest.l1Origin.number - unsafe.l1Origin.number > MAX_REORG_WINDOWS * config.seqWindowSize) throw new CriticalError(`L1 has reorganised ${latest.l1Origin.number - unsafe.l1Origin.number} blocks deep: check that --l1 is the right chain`);
    unsafe = await parentOf(unsafe);
  }
  let safe = labelledSafe;
  if (safe.number > unsafe.number) safe = unsafe;
  while (safe.number > finalized.number && (await originStands(l1, safe)) !== "canonical") safe = await parentOf(safe);
  return { unsafe, safe, finalized: finalized.number > safe.number ? safe : finalized };
}
