import type { Hex, L2BlockRef, PayloadAttributes } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";

/** A block under construction by the sequencer. */
export interface Building {
  readonly id: Hex;
  readonly parent: L2BlockRef;
  readonly attributes: PayloadAttributes;
}

/** Begins a block on the unsafe head, for the sequencer. */
export async function build(state: EngineState, attributes: PayloadAttributes): Promise<Building> {
  const parent = state.requireHeads().unsafe;
  return { id: await state.startBuild(parent, attributes), parent, attributes };
}
