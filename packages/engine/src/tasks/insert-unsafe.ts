import { l2BlockRefFromPayload } from "@pangaea/derivation";
import { type ExecutionPayloadEnvelope, formatBlock, InvalidBlockError, isDepositTransaction, type L2BlockRef } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";

/**
 * Puts a block onto the unsafe head: in, a payload; out, the new head. Throws `InvalidBlockError` when it does not hold, is denied, does
 * not begin with its deposits or would take back a safe block.
 */
export async function insertUnsafe(state: EngineState, envelope: ExecutionPayloadEnvelope): Promise<L2BlockRef> {
  const { payload } = envelope;
  checkDepositsFirst(envelope);
  const { pendingSafe } = state.requireHeads();
  if (payload.blockNumber <= pendingSafe.number) throw new InvalidBlockError(`unsafe L2 block ${payload.blockNumber} (${payload.blockHash}) is not above the safe head ${formatBlock(pendingSafe)}`);
  const block = l2BlockRefFromPayload(state.modules.config, payload);
  await state.importPayload(envelope);
  await state.move({ unsafe: block });
  state.displaced = undefined;
  return block;
}

/** Throws `InvalidBlockError` when a block does not begin with its deposits, all of them together. */
export function checkDepositsFirst({ payload: { transactions, blockNumber, blockHash } }: ExecutionPayloadEnvelope): void {
  const firstOther = transactions.findIndex((transaction) => !isDepositTransaction(transaction));
  const deposits = firstOther < 0 ? transactions.length : firstOther;
  if (deposits === 0) throw new InvalidBlockError(`unsafe L2 block ${blockNumber} (${blockHash}) does not begin with a deposit`);
  if (transactions.slice(deposits).some(isDepositTransaction)) throw new InvalidBlockError(`unsafe L2 block ${blockNumber} (${blockHash}) has a deposit after a user transaction`);
}
