import type { DerivedAttributes } from "@pangaea/derivation";
import { formatBlock } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";

/**
 * Gives up on a derived block that does not hold, before Holocene: the blocks of its batch are no longer pending safe, and the unsafe chain
 * that they took the place of comes back. Source: op-node's `onBuildInvalid` and `TryBackupUnsafeReorg`.
 */
export async function dropDerived(state: EngineState, { parent }: DerivedAttributes, { message }: Error): Promise<undefined> {
  const { localSafe } = state.requireHeads();
  const unsafe = state.displaced;
  state.modules.log.warn("a derived block does not hold, its batch is dropped", { parent: formatBlock(parent), reason: message });
  await state.move({ pendingSafe: localSafe, ...(unsafe === undefined ? {} : { unsafe }) });
  state.displaced = undefined;
}
