import { attributesMatchPayload, type DerivedAttributes, l2BlockRefFromPayload } from "@pangaea/derivation";
import type { L2BlockRef } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";
import { promoteDerived } from "./promote-derived.ts";

/**
 * Takes the unsafe block that is there already when it is what derivation gives: in, attributes; out, the block, or undefined when there
 * is none, it differs or it is denied. Source: op-node `AttributesMatchBlock`, op-supernode's deny check on consolidation.
 */
export async function consolidate(state: EngineState, derived: DerivedAttributes): Promise<L2BlockRef | undefined> {
  if (state.requireHeads().unsafe.number <= derived.parent.number) return undefined;
  const existing = await state.blockAt(derived.parent.number + 1);
  if (existing === undefined) return undefined;
  const { payload } = existing;
  const mismatch = attributesMatchPayload(state.modules.config, derived.attributes, derived.parent.hash, existing);
  const reason = mismatch ?? ((await state.modules.authority.isDenied(payload.blockNumber, payload.blockHash)) ? "the block is denied" : undefined);
  if (reason !== undefined) {
    state.modules.log.warn("the unsafe chain is not what L1 says, replacing it", { block: payload.blockNumber, hash: payload.blockHash, reason });
    return undefined;
  }
  const block = l2BlockRefFromPayload(state.modules.config, payload);
  await promoteDerived(state, block, derived.concluding);
  return block;
}
