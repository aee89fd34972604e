import { l2BlockRefFromPayload } from "@pangaea/derivation";
import { formatBlock, InvalidBlockError, type L2BlockRef } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";

/** Makes the parent of the unsafe head the unsafe head: in, the head that is taken back. Throws `InvalidBlockError` when another block is the head or it is safe already. */
export async function takeBackUnsafe(state: EngineState, block: L2BlockRef): Promise<void> {
  const { unsafe, pendingSafe } = state.requireHeads();
  if (unsafe.hash !== block.hash) throw new InvalidBlockError(`L2 block ${formatBlock(block)} cannot be taken back: the unsafe head is ${formatBlock(unsafe)}`);
  if (block.number <= pendingSafe.number) throw new InvalidBlockError(`L2 block ${formatBlock(block)} cannot be taken back: it is on L1 already`);
  const { payload } = await state.modules.execution.payloadByHash(block.parentHash);
  await state.move({ unsafe: l2BlockRefFromPayload(state.modules.config, payload) });
}
