import { type RollupConfig, timestampOfL2Block } from "@pangaea/config";
import { bytesEqual, type ExecutionLayer, isDepositTransaction, type L2BlockRef } from "@pangaea/primitives";
import { l2BlockRefFromPayload } from "../payload.ts";
import { epochsOf, type PlacedSpanBatch } from "./placed-span-batch.ts";
import { safePayloadByNumber } from "./safe-payload.ts";
import { ACCEPT, drop, type Verdict } from "./validity.ts";

/**
 * Judges the blocks of a span batch that are safe already: each must be the safe chain's, or what follows them belongs to another
 * history. `parent` is the block that the batch begins after. Throws `TemporaryError` when the safe chain cannot be read.
 * Source: specs `protocol/delta/span-batches.md#span-batch-rules`; op-node and kona apply it under Holocene too.
 */
export async function checkSpanBatchOverlap(config: RollupConfig, parent: L2BlockRef, safeHead: L2BlockRef, span: PlacedSpanBatch, l2: Pick<ExecutionLayer, "payloadByNumber">): Promise<Verdict> {
  const epochs = epochsOf(span);
  for (const [i, block] of span.batch.blocks.entries()) {
    const number = parent.number + 1 + i;
    if (number > safeHead.number) break;
    const payload = await safePayloadByNumber(l2, number);
    const transactions = payload.transactions.filter((transaction) => !isDepositTransaction(transaction));
    const where = `its block ${i} (time ${timestampOfL2Block(config, number)})`;
    if (transactions.length !== block.transactions.length) return drop(`${where} has ${block.transactions.length} transactions, safe L2 block ${number} has ${transactions.length}`);
    const other = transactions.findIndex((transaction, at) => !bytesEqual(transaction, block.transactions[at]!));
    if (other >= 0) return drop(`${where} has another transaction ${other} than safe L2 block ${number}`);
    const { l1Origin } = l2BlockRefFromPayload(config, payload);
    if (l1Origin.number !== epochs[i]) return drop(`${where} has epoch ${epochs[i]}, safe L2 block ${number} has ${l1Origin.number}`);
  }
  return ACCEPT;
}
