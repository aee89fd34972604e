import { isForkActiveAtInclusion } from "@pangaea/config";
import { type DerivedAttributes, depositsOnly, l2BlockRefFromPayload } from "@pangaea/derivation";
import { CriticalError, formatBlock, InvalidBlockError, isDepositTransaction, type L2BlockRef } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";
import { dropDerived } from "./drop-derived.ts";
import { promoteDerived } from "./promote-derived.ts";

export interface DerivedResult {
  readonly block: L2BlockRef;
  /** Whether the block stands with its deposits alone, because what was derived does not hold. */
  readonly replaced: boolean;
}

/**
 * Builds what derivation gives onto its parent, whatever stood there: in, attributes; out, the block. Where they do not hold, or give a
 * denied block, their deposits alone take the place; when they come from an L1 block before Holocene, nothing does, and the result is
 * undefined. Throws `CriticalError` when even the deposits are refused.
 * Source: specs `protocol/holocene/derivation.md#engine-queue`, op-node's `onBuildInvalid`.
 */
export async function buildDerived(state: EngineState, derived: DerivedAttributes): Promise<DerivedResult | undefined> {
  try {
    return { block: await buildAndInsert(state, derived), replaced: false };
  } catch (error) {
    if (!(error instanceof InvalidBlockError)) throw error;
    if (derived.attributes.transactions.every(isDepositTransaction)) throw refusedDeposits(derived, error);
    if (!isForkActiveAtInclusion(state.modules.config.forks, "holocene", derived.derivedFrom.timestamp)) return dropDerived(state, derived, error);
    state.modules.log.warn("a derived block does not hold, taking its deposits alone", { parent: formatBlock(derived.parent), reason: error.message });
  }
  try {
    return { block: await buildAndInsert(state, { ...depositsOnly(derived), concluding: true }), replaced: true };
  } catch (error) {
    if (!(error instanceof InvalidBlockError)) throw error;
    throw refusedDeposits(derived, error);
  }
}

function refusedDeposits({ parent }: DerivedAttributes, { message }: Error): CriticalError {
  return new CriticalError(`the execution layer refuses even the deposits of the block after ${formatBlock(parent)}: ${message}; it does not follow this chain's rules`);
}

async function buildAndInsert(state: EngineState, { attributes, parent, concluding }: DerivedAttributes): Promise<L2BlockRef> {
  const id = await state.startBuild(parent, attributes);
  const envelope = await state.getPayload(id, attributes.timestamp);
  await state.importPayload(envelope);
  const block = l2BlockRefFromPayload(state.modules.config, envelope.payload);
  await promoteDerived(state, block, concluding, block);
  return block;
}
