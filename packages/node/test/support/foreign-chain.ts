import type { ExecutionPayloadEnvelope, L2BlockRef } from "@pangaea/primitives";
import { alice, signed } from "../../../execution/test/support/chain.ts";
import { foreignBlock, openRollup, type Rollup } from "../../../engine/test/support/rollup.ts";

/** Blocks that another sequencer of the chain has made: one after the other, the nonce of alice going up with each. */
export async function foreignChain(rollup: Rollup, count: number): Promise<ExecutionPayloadEnvelope[]> {
  const maker = await openRollup({ l1: rollup.l1, forks: rollup.config.forks });
  const blocks: ExecutionPayloadEnvelope[] = [];
  let parent: L2BlockRef = rollup.genesis;
  for (let i = 0; i < count; i++) {
    const envelope = await foreignBlock({ ...rollup, layer: maker.layer }, parent, [signed(alice, i)]);
    await maker.layer.newPayload(envelope);
    blocks.push(envelope);
    parent = { hash: envelope.payload.blockHash, number: envelope.payload.blockNumber, parentHash: envelope.payload.parentHash, timestamp: envelope.payload.timestamp, l1Origin: parent.l1Origin, sequenceNumber: i + 1 };
  }
  return blocks;
}
