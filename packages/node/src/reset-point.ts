import type { RollupConfig } from "@pangaea/config";
import { challengeLookback, findSyncStart, l2BlockRefFromPayload, type SyncStart, type SyncStartOptions } from "@pangaea/derivation";
import type { SafetyAuthority } from "@pangaea/engine";
import { type BlockId, type ExecutionLayer, type L1Source, type L2BlockRef, NotFoundError } from "@pangaea/primitives";
import type { SafeHeadDb } from "./safe-head-db.ts";

export interface ResetPoint extends SyncStart {
  /** The height at which a denied block gives way; nothing is built on what comes before it until derivation has passed there. */
  readonly replaces: number | undefined;
}

export interface ResetPointModules {
  readonly config: RollupConfig;
  readonly l1: L1Source;
  readonly execution: Pick<ExecutionLayer, "payloadByHash" | "payloadByNumber" | "payloadByLabel">;
  readonly safeHeads: SafeHeadDb;
  readonly authority: SafetyAuthority;
  readonly syncStart?: Omit<SyncStartOptions, "proven">;
}

/**
 * The heads to go on from after a reset: the sync start, its safe head no newer than what the L1 data that still stands proves and the
 * authority grants, its unsafe head below the first block that may not stand. Errors as of `findSyncStart`.
 * Source: specs `protocol/derivation.md#finding-the-sync-starting-point`.
 */
export async function findResetPoint({ config, l1, execution, safeHeads, authority, syncStart }: ResetPointModules): Promise<ResetPoint> {
  const settled = await newestSettled(config, l1, safeHeads);
  const start = await findSyncStart({ config, l1, l2: execution }, { ...syncStart, proven: settled?.safeHead });
  const refAt = async (number: number): Promise<L2BlockRef> => l2BlockRefFromPayload(config, (await execution.payloadByNumber(number)).payload);

  // Where nothing of the record stands, what it began with does.
  const proven = (start.isTrusted === true ? undefined : (settled?.safeHead.number ?? safeHeads.floor)) ?? start.safe.number;
  const verdict = await authority.safeHead();
  const granted = verdict.kind === "verified" ? verdict.block.number : verdict.kind === "up-to" ? verdict.number : start.safe.number;
  const cap = Math.max(Math.min(proven, granted), start.finalized.number);
  const safe = cap < start.safe.number ? await refAt(cap) : start.safe;

  for (const height of await authority.deniedHeights(safe.number + 1)) {
    if (height > start.unsafe.number) break;
    const { payload } = await execution.payloadByNumber(height);
    if (await authority.isDenied(height, payload.blockHash)) return { ...start, safe, unsafe: await refAt(height - 1), replaces: height };
  }
  return { ...start, safe, replaces: undefined };
}

/** The newest record that stands on L1, and that no challenge can take back any more: those that can be are derived again, with the challenges in sight. */
async function newestSettled(config: RollupConfig, l1: L1Source, safeHeads: SafeHeadDb): Promise<{ readonly safeHead: BlockId } | undefined> {
  const newest = await safeHeads.newestOn((block) => isOnL1(l1, block));
  const lookback = challengeLookback(config);
  if (newest === undefined || lookback === 0) return newest;
  return safeHeads.newestOn(async (block) => block.number + lookback < newest.l1Block.number);
}

async function isOnL1(l1: L1Source, block: BlockId): Promise<boolean> {
  try {
    return (await l1.blockRefByNumber(block.number)).hash === block.hash;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
