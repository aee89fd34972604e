import { blockBehind, l2BlockRefFromPayload } from "@pangaea/derivation";
import { type ExecutionPayloadEnvelope, formatBlock, type L2BlockRef } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";
import { checkDepositsFirst } from "./insert-unsafe.ts";

const higher = (a: L2BlockRef, b: L2BlockRef): L2BlockRef => (a.number > b.number ? a : b);

/**
 * Has the execution layer sync to a block by itself: in, a block far ahead; out, true once it has the chain up to there. Then that block is
 * unsafe, and safe and finalized are it too, or lie the offset behind it, never behind what they were.
 * Throws `InvalidBlockError` when the block does not hold. Source: op-node `insertUnsafePayload`.
 */
export async function syncTo(state: EngineState, envelope: ExecutionPayloadEnvelope): Promise<boolean> {
  const { config, execution, elSync, log } = state.modules;
  checkDepositsFirst(envelope);
  const block = l2BlockRefFromPayload(config, envelope.payload);
  if (state.elSync === "waiting") log.info("the execution layer begins to sync by itself", { target: formatBlock(block) });
  state.elSync = "started";
  const heads = state.requireHeads();
  const offered = await state.offerPayload(envelope);
  const { payloadStatus } = await state.offerForkchoice({ head: block.hash, safe: heads.safe.hash, finalized: heads.finalized.hash });
  if (payloadStatus.status !== "VALID") {
    log.debug("the execution layer syncs by itself", { target: formatBlock(block), payload: offered, forkchoice: payloadStatus.status });
    state.note({ ...heads, unsafe: block });
    return false;
  }
  const number = blockBehind(config, block.number, elSync?.safeOffset ?? 0);
  const behind = number === block.number ? block : l2BlockRefFromPayload(config, (await execution.payloadByNumber(number)).payload);
  const [safe, finalized] = [higher(behind, heads.safe), higher(behind, heads.finalized)];
  await state.setAll({ unsafe: block, crossUnsafe: block, pendingSafe: safe, localSafe: safe, safe, finalized });
  state.elSync = "over";
  log.info("the execution layer has synced by itself", { unsafe: formatBlock(block), safe: formatBlock(safe), finalized: formatBlock(finalized) });
  return true;
}
