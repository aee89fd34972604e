import { type ExecutionPayloadEnvelope, formatBlock, TemporaryError } from "@pangaea/primitives";
import type { EngineState } from "../engine-state.ts";
import type { Building } from "./build.ts";

/** Finishes a block of the sequencer: in, the building; out, its payload, not yet inserted. Throws `TemporaryError` when the unsafe head has moved away from under it. */
export async function seal(state: EngineState, { id, parent, attributes }: Building): Promise<ExecutionPayloadEnvelope> {
  const envelope = await state.getPayload(id, attributes.timestamp);
  const { unsafe } = state.requireHeads();
  if (unsafe.hash !== parent.hash || envelope.payload.parentHash !== parent.hash) throw new TemporaryError(`the unsafe head is ${formatBlock(unsafe)}, the block was being built on ${formatBlock(parent)}`);
  return envelope;
}
