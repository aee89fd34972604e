import type { Hex, L2BlockRef } from "@pangaea/primitives";
import { grantedHead } from "../authority.ts";
import type { EngineState } from "../engine-state.ts";

/**
 * Moves cross-unsafe, safe and finalized to what the authority grants; `finalByL1` is the newest block that L1's finality makes final.
 * Safe may go back where the authority takes back, never below finalized; finalized only forward, never above safe.
 */
export async function followAuthority(state: EngineState, finalByL1: L2BlockRef | undefined): Promise<void> {
  const heads = state.requireHeads();
  const { authority } = state.modules;
  const canonical = (number: number, hash?: Hex) => state.canonical(number, hash);
  const granted = await grantedHead(await authority.safeHead(), heads.localSafe, heads.safe, canonical);
  const safe = granted.number < heads.finalized.number ? heads.finalized : granted;
  const final = await grantedHead(await authority.finalizedHead(), finalByL1 ?? heads.finalized, heads.finalized, canonical);
  const clamped = final.number > safe.number ? safe : final;
  const finalized = clamped.number > heads.finalized.number ? clamped : heads.finalized;
  const cross = await grantedHead(await authority.crossUnsafeHead(), heads.unsafe, heads.crossUnsafe, canonical);
  if (safe.hash !== heads.safe.hash || finalized.hash !== heads.finalized.hash || cross.hash !== heads.crossUnsafe.hash) await state.move({ safe, finalized });
}
