import type { SyncStart } from "@pangaea/derivation";
import type { EngineState } from "../engine-state.ts";

/** Sets all heads anew, and the execution layer's labels with them. */
export async function reset(state: EngineState, { unsafe, safe, finalized }: SyncStart): Promise<void> {
  state.displaced = undefined;
  await state.setAll({ unsafe, crossUnsafe: unsafe, pendingSafe: safe, localSafe: safe, safe, finalized });
}
