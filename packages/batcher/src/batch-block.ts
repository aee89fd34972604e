import type { RollupConfig } from "@pangaea/config";
import { l1AttributesOfPayload, l2BlockRefFromPayload } from "@pangaea/derivation";
import { type ExecutionPayload, isDepositTransaction, type L2BlockRef } from "@pangaea/primitives";

/** What of an L2 block goes into batches: its ref, the time of its L1 origin (Unix seconds) and its transactions without deposits. */
export interface BatchBlock {
  readonly ref: L2BlockRef;
  readonly originTime: number;
  readonly transactions: readonly Uint8Array[];
  /** About the bytes that it adds to a batch. */
  readonly size: number;
}

/** A block's own bytes in a span batch: an origin bit and a count. */
const BLOCK_OVERHEAD = 2;

/** Throws `InvalidBlockError` when the block has no L1 attributes. */
export function toBatchBlock(config: RollupConfig, payload: ExecutionPayload): BatchBlock {
  const transactions = payload.transactions.filter((transaction) => !isDepositTransaction(transaction));
  return { ref: l2BlockRefFromPayload(config, payload), originTime: l1AttributesOfPayload(payload).time, transactions, size: transactions.reduce((sum, { length }) => sum + length, BLOCK_OVERHEAD) };
}
