import type { RollupConfig } from "@pangaea/config";
import { type BlockId, type BlockLabel, CriticalError, type ExecutionLayer, formatBlock, type L1BlockRef, type L1Source, type L2BlockRef, NotFoundError, ResetError } from "@pangaea/primitives";
import { challengeLookback } from "./alt-da/alt-da.ts";
import { l2BlockRefFromPayload } from "./payload.ts";

export interface SyncStart {
  readonly unsafe: L2BlockRef;
  readonly safe: L2BlockRef;
  readonly finalized: L2BlockRef;
  /** Whether safe and finalized are what the execution layer synced to by itself, unseen. */
  readonly isTrusted?: boolean;
}

export interface SyncStartModules {
  readonly config: RollupConfig;
  readonly l1: Pick<L1Source, "blockRefByNumber" | "blockRefByHash">;
  readonly l2: Pick<ExecutionLayer, "payloadByHash" | "payloadByNumber" | "payloadByLabel">;
}

export interface SyncStartOptions {
  /** A block that L1 blocks which still stand have proved to be safe: then nothing below it is gone through again. */
  readonly proven?: BlockId | undefined;
  /** Goes from the first unsafe block with a canonical L1 origin to the safe head at once, past what lies between. */
  readonly skipCheck?: boolean;
  /** How far behind a tip that is trusted unseen the safe head is set, in seconds. */
  readonly safeOffset?: number;
}

/** How many lookbacks the unsafe chain may be rolled back before something else must be wrong. */
const MAX_REORG_WINDOWS = 5;
/** Without any label after so many windows, the execution layer has synced by itself: in a running chain finality moves with each of them. */
const RECOVER_WINDOWS = 14;

/**
 * How many L1 blocks may lie between a block's L1 origin and the last L1 block that says whether it is safe: its batch may come at the end of the
 * sequencing window, and be challenged from then on.
 */
export const syncLookback = (config: RollupConfig): number => config.seqWindowSize + challengeLookback(config);

/**
 * The number of the block that lies a time behind a head, not below genesis: `offset` in seconds, rounded up to whole blocks.
 * Source: op-node `OffsetBlockNum`.
 */
export function blockBehind({ blockTime, genesis }: RollupConfig, head: number, offset: number): number {
  if (offset <= 0 || head <= genesis.l2.number) return head;
  return Math.max(head - Math.ceil(Math.floor(offset) / blockTime), genesis.l2.number);
}

/**
 * The heads that the execution layer labels: nothing finalized is genesis, nothing safe is what is finalized.
 * Throws `NotFoundError` when it has no head, `ResetError` when it has another genesis.
 */
export async function labelledHeads({ config, l2 }: Pick<SyncStartModules, "config" | "l2">): Promise<SyncStart> {
  const byLabel = async (label: BlockLabel): Promise<L2BlockRef | undefined> => {
    try {
      return l2BlockRefFromPayload(config, (await l2.payloadByLabel(label)).payload);
    } catch (error) {
      if (error instanceof NotFoundError && label !== "latest") return undefined;
      throw error;
    }
  };
  const finalized = (await byLabel("finalized")) ?? l2BlockRefFromPayload(config, (await l2.payloadByNumber(config.genesis.l2.number)).payload);
  const safe = (await byLabel("safe")) ?? finalized;
  const unsafe = await byLabel("latest");
  if (unsafe === undefined) throw new NotFoundError("the execution layer has no head");
  return { unsafe, safe, finalized };
}

/** Whether the labels do not belong to the head: the execution layer synced by itself, or its chain was rewound under them. */
function tipIsAllThereIs({ genesis, seqWindowSize }: RollupConfig, { unsafe, safe, finalized }: SyncStart): boolean {
  const unlabelled = finalized.hash === genesis.l2.hash && safe.hash === genesis.l2.hash && unsafe.number > genesis.l2.number;
  return (unlabelled && unsafe.l1Origin.number > genesis.l1.number + RECOVER_WINDOWS * seqWindowSize) || unsafe.number < finalized.number || unsafe.number < safe.number;
}

/** What L1 has at the height of a block's origin; undefined when L1 is not there yet. Walking back by hash saves asking by number. */
async function l1At(l1: SyncStartModules["l1"], { l1Origin }: L2BlockRef, above: L1BlockRef | undefined): Promise<L1BlockRef | undefined> {
  if (above?.hash === l1Origin.hash) return above;
  if (above?.parentHash === l1Origin.hash) return l1.blockRefByHash(l1Origin.hash);
  try {
    return await l1.blockRefByNumber(l1Origin.number);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** Throws `CriticalError` when a block's L1 origin cannot follow its parent's, `ResetError` when L1 has changed in between. */
function checkParent(block: L2BlockRef, parent: L2BlockRef, origin: L1BlockRef | undefined): void {
  const wrong = (what: string) => new CriticalError(`the execution layer's chain is not one of this rollup: L2 block ${formatBlock(block)} on ${formatBlock(parent)} ${what}; empty the execution layer, or check that it is of this chain`);
  if (parent.l1Origin.hash === block.l1Origin.hash) {
    if (parent.sequenceNumber + 1 !== block.sequenceNumber) throw wrong(`has sequence number ${block.sequenceNumber} after ${parent.sequenceNumber}`);
    return;
  }
  if (parent.l1Origin.number + 1 !== block.l1Origin.number) throw wrong(`has L1 origin ${block.l1Origin.number} after ${parent.l1Origin.number}`);
  if (block.sequenceNumber !== 0) throw wrong(`has another L1 origin and sequence number ${block.sequenceNumber}`);
  if (origin?.hash === block.l1Origin.hash && origin.parentHash !== parent.l1Origin.hash) throw new ResetError(`L2 block ${formatBlock(parent)} has the L1 origin ${formatBlock(parent.l1Origin)}, and L1 has ${origin.parentHash} there`);
}

/**
 * The heads to go on from, given what the execution layer holds. Walking back from its head: unsafe is the newest block whose L1 origin is
 * not contradicted, with all below it; safe is the newest that no L1 block can change any more which a reorg may have replaced, one lookback
 * behind the newest canonical origin, or what is proven or finalized above that. A head that does not belong to its labels is trusted.
 * Errors: `CriticalError` when the chain would have to roll back too deep or behind what is final, or is of another rollup; `ResetError` when
 * L1 changes meanwhile; `TemporaryError` from the sources.
 * Source: specs `protocol/derivation.md#finding-the-sync-starting-point`, op-node `FindL2Heads`.
 */
export async function findSyncStart({ config, l1, l2 }: SyncStartModules, { proven, skipCheck = false, safeOffset = 0 }: SyncStartOptions = {}): Promise<SyncStart> {
  const labelled = await labelledHeads({ config, l2 });
  const { unsafe: tip, safe: labelledSafe, finalized } = labelled;
  if (tipIsAllThereIs(config, labelled)) {
    const number = blockBehind(config, tip.number, safeOffset);
    const safe = number === tip.number ? tip : l2BlockRefFromPayload(config, (await l2.payloadByNumber(number)).payload);
    return { unsafe: tip, safe, finalized: safe, isTrusted: true };
  }

  const lookback = syncLookback(config);
  let unsafe: L2BlockRef | undefined;
  /** The newest block from which on down all origins are canonical. */
  let canonical: L2BlockRef | undefined;
  let origin: L1BlockRef | undefined;
  let isProven = false;
  let mayJump = skipCheck;
  for (let block = tip; ; ) {
    origin = await l1At(l1, block, origin);
    const stands = origin?.hash === block.l1Origin.hash;
    if (origin !== undefined && !stands) {
      if (block.number <= finalized.number) throw new CriticalError(`the finalized L2 block ${formatBlock(block)} has an L1 origin that is not on this L1: check that --l1 is the right chain`);
      if (block.l1Origin.number + MAX_REORG_WINDOWS * lookback < tip.l1Origin.number) throw new CriticalError(`L1 has reorganised ${tip.l1Origin.number - block.l1Origin.number} blocks deep: check that --l1 is the right chain`);
      unsafe = undefined;
    } else {
      unsafe ??= block;
      if (block === unsafe && block.l1Origin.number + MAX_REORG_WINDOWS * lookback < tip.l1Origin.number) throw new CriticalError(`L1 has reorganised more than ${tip.l1Origin.number - block.l1Origin.number} blocks deep: check that --l1 is the right chain`);
    }
    canonical = stands ? (canonical ?? block) : undefined;
    if (block.number === finalized.number) {
      if (block.hash !== finalized.hash) throw new CriticalError(`the execution layer's head ${formatBlock(tip)} is not on its finalized block ${formatBlock(finalized)}: empty the execution layer`);
      return { unsafe: unsafe ?? block, safe: block, finalized };
    }
    isProven ||= block.number === proven?.number && block.hash === proven.hash;
    const mayBeSafe = block.number <= labelledSafe.number && canonical !== undefined;
    if (mayBeSafe && isProven) return { unsafe: unsafe ?? block, safe: block, finalized };
    const isOldEnough = mayBeSafe && block.sequenceNumber === 0 && canonical !== undefined && block.l1Origin.number + lookback < canonical.l1Origin.number;
    if (mayJump && canonical !== undefined && block.number > labelledSafe.number) {
      mayJump = false;
      block = labelledSafe;
      continue;
    }
    const parent = l2BlockRefFromPayload(config, (await l2.payloadByHash(block.parentHash)).payload);
    checkParent(block, parent, origin);
    if (isOldEnough) return { unsafe: unsafe ?? block, safe: parent, finalized };
    block = parent;
  }
}
