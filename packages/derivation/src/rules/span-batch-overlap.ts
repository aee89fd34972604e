import { l2BlockNumberAt, type RollupConfig } from "@pangaea/config";
import { bytesEqual, type ExecutionLayer, isDepositTransaction, type L2BlockRef } from "@pangaea/primitives";
import type { PlacedSpanBatch } from "./span-batch.ts";
import { ACCEPT, drop, type Verdict } from "./validity.ts";

/** The safe chain as the batch rules read it: its blocks, and which of them replaced others. */
export interface SafeChain extends Pick<ExecutionLayer, "payloadByNumber"> {
  replaced(number: number): Promise<boolean>;
}

/**
 * Judges the part of a span batch that lies behind the safe head, where a block was replaced. Holocene takes that part as past without a
 * look; but what followed a block that was replaced fell with it, and must not come back when the batch is read again after a restart.
 * Out: accept, or drop where the batch's transactions are not those of the block that stands. Source: op-node, deny-list overlap check.
 */
export async function checkSpanBatchOverlap(config: RollupConfig, safeHead: L2BlockRef, { batch, startTime }: PlacedSpanBatch, chain: SafeChain): Promise<Verdict> {
  for (const [i, { transactions }] of batch.blocks.entries()) {
    const timestamp = startTime + i * config.blockTime;
    if (timestamp > safeHead.timestamp) return ACCEPT;
    const number = l2BlockNumberAt(config, timestamp);
    if (!(await chain.replaced(number))) continue;
    const standing = (await chain.payloadByNumber(number)).payload.transactions.filter((transaction) => !isDepositTransaction(transaction));
    if (standing.length !== transactions.length || standing.some((transaction, at) => !bytesEqual(transaction, transactions[at]!))) return drop(`it overlaps L2 block ${number}, which was replaced by one with other transactions`);
  }
  return ACCEPT;
}
