import type { ExecutionPayloadEnvelope, L1BlockRef, L2BlockRef } from "@pangaea/primitives";
import { type DerivationPipeline, l2BlockRefFromPayload, prepareAttributes } from "../../src/index.ts";
import type { Rollup } from "../../../engine/test/support/rollup.ts";
import { alice, signed } from "../../../execution/test/support/chain.ts";
import { applyAttributes } from "./chain.ts";

/** Blocks as a sequencer makes them, on an origin, each with a transfer. */
export async function sequence(rollup: Rollup, parent: L2BlockRef, count: number, origin: L1BlockRef, nonce = 0): Promise<{ envelopes: ExecutionPayloadEnvelope[]; head: L2BlockRef }> {
  const envelopes: ExecutionPayloadEnvelope[] = [];
  let head = parent;
  for (let i = 0; i < count; i++) {
    const attributes = await prepareAttributes({ config: rollup.config, l1: rollup.l1, l2: rollup.layer }, head, origin);
    envelopes.push(await applyAttributes(rollup.layer, head.hash, { ...attributes, transactions: [...attributes.transactions, signed(alice, nonce + i)] }));
    head = l2BlockRefFromPayload(rollup.config, envelopes.at(-1)!.payload);
  }
  return { envelopes, head };
}

/** Another node of the chain: derives until L1 has no more, or a bound. */
export async function follow(pipeline: DerivationPipeline, verifier: Rollup, from: L2BlockRef, bound = 300): Promise<{ hashes: string[]; head: L2BlockRef }> {
  const hashes: string[] = [];
  let head = from;
  for (let i = 0; i < bound; i++) {
    const step = await pipeline.step(head);
    if (step.kind === "idle") return { hashes, head };
    if (step.kind !== "attributes") continue;
    head = l2BlockRefFromPayload(verifier.config, (await applyAttributes(verifier.layer, head.hash, step.attributes.attributes)).payload);
    hashes.push(head.hash);
  }
  throw new Error("the pipeline does not come to rest");
}
