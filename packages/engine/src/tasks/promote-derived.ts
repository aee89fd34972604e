import type { L2BlockRef } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";

/**
 * Labels a derived block: pending safe at once, local safe when it concludes its batch, safe as far as the authority leaves that to the
 * chain. `unsafe` is the new unsafe head where the block took the place of another chain.
 */
export async function promoteDerived(state: EngineState, block: L2BlockRef, concluding: boolean, unsafe?: L2BlockRef): Promise<void> {
  const { unsafe: standing } = state.requireHeads();
  const granted = concluding && (await state.modules.authority.safeHead()).kind === "local";
  await state.move({ pendingSafe: block, ...(unsafe === undefined ? {} : { unsafe }), ...(concluding ? { localSafe: block } : {}), ...(granted ? { safe: block } : {}) });
  if (concluding) state.displaced = undefined;
  else if (unsafe !== undefined && standing.number >= unsafe.number) state.displaced = standing;
}
