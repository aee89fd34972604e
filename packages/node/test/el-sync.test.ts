import { payloadToJson } from "@pangaea/rpc";
import { type ExecutionLayer, type ExecutionPayloadEnvelope, type L2BlockRef, NotFoundError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { openRollup, postBatches, scripted } from "../../engine/test/support/rollup.ts";
import { foreignChain } from "./support/foreign-chain.ts";
import { until } from "./support/manual-clock.ts";
import { openNode, type OpenNodeOptions } from "./support/open-node.ts";

const numbers = (heads: { readonly unsafe: L2BlockRef; readonly safe: L2BlockRef; readonly finalized: L2BlockRef } | undefined) => heads && [heads.unsafe.number, heads.safe.number, heads.finalized.number];

/** A node whose execution layer syncs by itself, and a chain of six blocks that it knows nothing of. */
async function open({ script = {}, ...given }: OpenNodeOptions & { readonly script?: Partial<ExecutionLayer> } = {}) {
  const rollup = given.rollup ?? (await openRollup());
  const blocks = await foreignChain(rollup, 6);
  const { execution, calls } = scripted(rollup.layer, script);
  const opened = await openNode({ ...given, rollup, execution, options: { elSync: { kind: "geth", safeOffset: 0 }, ...given.options } });
  const post = ({ payload, parentBeaconBlockRoot }: ExecutionPayloadEnvelope) => opened.rpc("admin_postUnsafePayload", { executionPayload: payloadToJson(payload), parentBeaconBlockRoot });
  return { ...opened, blocks, calls, post, fetch: async (count: number) => { for (const block of blocks.slice(0, count)) await rollup.layer.newPayload(block); } };
}

describe("a node whose execution layer syncs by itself", () => {
  it("derives nothing before it has synced, and shows the block that it heads for", async () => {
    const { node, blocks, post, ...rollup } = await open();
    await until(() => node.heads !== undefined);
    postBatches(rollup, blocks.slice(0, 2));
    await post(blocks[3]!);
    await until(() => node.heads?.unsafe.number === 4);
    expect(numbers(node.heads)).toEqual([4, 0, 0]);
    expect(node.syncStatus().current_l1.number).toBe(0);
    await node.stop();
  });

  it("goes on from the block once it has all before it, and derives what comes after", async () => {
    const { node, blocks, post, fetch, clock, ...rollup } = await open();
    await post(blocks[3]!);
    await until(() => node.heads?.unsafe.number === 4);
    await fetch(3);
    await until(() => node.heads?.finalized.number === 4, clock);
    expect(numbers(node.heads)).toEqual([4, 4, 4]);
    await post(blocks[5]!);
    await post(blocks[4]!);
    await until(() => node.heads?.unsafe.number === 6, clock);
    postBatches(rollup, blocks.slice(4));
    await until(() => node.heads?.safe.number === 6, clock);
    expect(node.heads?.safe.hash).toBe(blocks[5]!.payload.blockHash);
    await node.stop();
  });

  it("heads for the highest block that it was told of, and no longer for one that does not hold", async () => {
    const { node, blocks, post, fetch, clock, ...rollup } = await open({ script: { newPayload: (block) => (block.payload.blockNumber === 6 ? Promise.resolve({ status: "INVALID", validationError: "never" }) : rollup.layer.newPayload(block)) } });
    await fetch(3);
    await post(blocks[5]!);
    await post(blocks[3]!);
    await until(() => node.heads?.safe.number === 4, clock);
    await node.stop();
  });

  it("forgets when blocks became safe: it will not have seen that", async () => {
    const first = await openNode();
    const chain = await foreignChain(first, 2);
    postBatches(first, chain);
    await until(() => first.node.heads?.safe.number === 2);
    await first.node.stop();
    const { node, blocks, post, fetch, clock } = await open({ rollup: first, store: first.store, options: { elSync: { kind: "reth", safeOffset: 0 } } });
    await fetch(5);
    await post(blocks[5]!);
    await until(() => node.heads?.safe.number === 6, clock);
    expect(() => node.safeHeads.l1AtSafeHead(2)).toThrow(NotFoundError);
    expect(node.safeHeads.floor).toBe(6);
    await node.stop();
  });

  it("is led block by block from the start where it is a geth that has finalized blocks", async () => {
    const rollup = await openRollup();
    const [block] = await foreignChain(rollup, 1);
    await rollup.layer.newPayload(block!);
    const { blockHash } = block!.payload;
    await rollup.layer.forkchoiceUpdated({ head: blockHash, safe: blockHash, finalized: blockHash });
    const { node, blocks, clock } = await open({ rollup });
    postBatches(rollup, blocks.slice(1));
    await until(() => node.heads?.safe.number === 6, clock);
    await node.stop();
  });
});
