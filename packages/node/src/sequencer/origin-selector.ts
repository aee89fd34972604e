import { maxSequencerDrift, type RollupConfig } from "@pangaea/config";
import { formatBlock, type L1BlockRef, type L1Source, type L2BlockRef, NotFoundError, ResetError, TemporaryError } from "@pangaea/primitives";

/**
 * The L1 origin of the block after `parent`: the next L1 block as soon as the L2 time allows, at most `head` minus the confirmations.
 * Errors: `ResetError` when the parent's origin has left L1, `TemporaryError` when the next origin must be taken and is not there.
 * Source: op-node `L1OriginSelector`.
 */
export async function selectOrigin(config: RollupConfig, l1: L1Source, head: L1BlockRef, confirmations: number, parent: L2BlockRef): Promise<L1BlockRef> {
  const current = await canonical(l1, parent.l1Origin.number);
  if (current?.hash !== parent.l1Origin.hash) throw new ResetError(`the L1 origin ${formatBlock(parent.l1Origin)} of L2 block ${formatBlock(parent)} is not on L1 any more`);
  const time = parent.timestamp + config.blockTime;
  const pastDrift = time > current.timestamp + maxSequencerDrift(config, current.timestamp);
  const next = current.number + 1 + (pastDrift ? 0 : confirmations) <= head.number ? await canonical(l1, current.number + 1) : undefined;
  if (next === undefined) {
    if (pastDrift) throw new TemporaryError(`the L1 origin ${formatBlock(current)} is too old for time ${time} and the next is not there yet: L1 is late`);
    return current;
  }
  if (next.parentHash !== current.hash) throw new ResetError(`L1 block ${formatBlock(next)} does not follow the origin ${formatBlock(current)}`);
  return time >= next.timestamp ? next : current;
}

async function canonical(l1: L1Source, number: number): Promise<L1BlockRef | undefined> {
  try {
    return await l1.blockRefByNumber(number);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
