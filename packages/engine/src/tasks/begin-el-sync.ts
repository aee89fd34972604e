import { labelledHeads } from "@pangaea/derivation";
import { formatBlock } from "@pangaea/primitives";
import { syncsAfterFinality } from "../el-sync.ts";
import type { EngineState } from "../engine-state.ts";

/**
 * Looks whether the execution layer is to fetch the chain by itself: out, true when it is, and then the heads are those that it labels.
 * One that has finalized blocks is not, where its kind could not: blocks come to it one by one. Source: op-node `insertUnsafePayload`.
 */
export async function beginElSync(state: EngineState): Promise<boolean> {
  const { config, execution, elSync, log } = state.modules;
  if (elSync === undefined || state.elSync === "over") return false;
  const { unsafe, safe, finalized } = await labelledHeads({ config, l2: execution });
  if (finalized.number > config.genesis.l2.number && !syncsAfterFinality(elSync.kind)) {
    log.info("the execution layer has finalized blocks: it does not sync by itself", { finalized: formatBlock(finalized), kind: elSync.kind });
    state.elSync = "over";
    return false;
  }
  const [safeAtMost, finalAtMost] = [safe, finalized].map((label) => (label.number > unsafe.number ? unsafe : label)) as [typeof safe, typeof finalized];
  state.note({ unsafe, crossUnsafe: safeAtMost, pendingSafe: safeAtMost, localSafe: safeAtMost, safe: safeAtMost, finalized: finalAtMost });
  return true;
}
