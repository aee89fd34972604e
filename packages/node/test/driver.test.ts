import type { ForkSchedule } from "@pangaea/config";
import type { ExecutionPayloadEnvelope, L2BlockRef } from "@pangaea/primitives";
import { TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { alice, signed } from "../../execution/test/support/chain.ts";
import { batchTransactions, foreignBlock, openRollup, postBatches, scripted, spanBatchTransactions } from "../../engine/test/support/rollup.ts";
import { foreignChain } from "./support/foreign-chain.ts";
import { until } from "./support/manual-clock.ts";
import { openNode, Told } from "./support/open-node.ts";

const numbers = (heads: { readonly unsafe: L2BlockRef; readonly localSafe: L2BlockRef; readonly safe: L2BlockRef; readonly finalized: L2BlockRef } | undefined) =>
  heads && [heads.unsafe.number, heads.localSafe.number, heads.safe.number, heads.finalized.number];

describe("the driver", () => {
  it("derives what L1 carries, and finalizes it when L1 finalizes that", async () => {
    const { node, l1, ...rollup } = await openNode();
    const blocks = await foreignChain({ l1, ...rollup }, 3);
    const posted = postBatches({ l1, ...rollup }, blocks);
    await until(() => node.heads?.safe.number === 3);
    expect(node.heads?.safe.hash).toBe(blocks[2]!.payload.blockHash);
    l1.finalized = posted.number;
    l1.mine();
    await until(() => node.heads?.finalized.number === 3);
    expect(node.safeHeads.l1AtSafeHead(3).l1Block).toEqual({ hash: posted.hash, number: posted.number });
    await node.stop();
  });

  it("takes unsafe blocks in any order and each once, and L1's word over theirs", async () => {
    const { node, rpc, l1, ...rollup } = await openNode();
    const blocks = await foreignChain({ l1, ...rollup }, 3);
    const { payloadToJson } = await import("@pangaea/rpc");
    const post = ({ payload, parentBeaconBlockRoot }: ExecutionPayloadEnvelope) => rpc("admin_postUnsafePayload", { executionPayload: payloadToJson(payload), parentBeaconBlockRoot });
    await post(blocks[2]!);
    await post(blocks[1]!);
    await post(blocks[1]!);
    await post(blocks[0]!);
    await until(() => node.heads?.unsafe.number === 3);
    postBatches({ l1, ...rollup }, [await foreignBlock({ l1, ...rollup, layer: (await openRollup({ l1 })).layer }, rollup.genesis)]);
    await until(() => node.heads?.safe.number === 1);
    expect(numbers(node.heads)).toEqual([1, 1, 1, 0]);
    await node.stop();
  });

  it("refuses a posted payload whose hash is not its content's", async () => {
    const { node, rpc, ...rollup } = await openNode();
    const { payloadToJson } = await import("@pangaea/rpc");
    const { payload, parentBeaconBlockRoot } = await foreignBlock(rollup, rollup.genesis);
    await expect(rpc("admin_postUnsafePayload", { executionPayload: payloadToJson({ ...payload, gasUsed: 1 }), parentBeaconBlockRoot })).rejects.toMatchObject({ kind: "input", message: expect.stringContaining("hashes to") });
    await node.stop();
  });

  it("takes the safe label back when a reorg of L1 removes the batches, though no L1 origin has changed", async () => {
    const { node, l1, clock, ...rollup } = await openNode();
    const blocks = await foreignChain({ l1, ...rollup }, 4);
    postBatches({ l1, ...rollup }, blocks.slice(0, 2));
    await until(() => node.heads?.safe.number === 2);
    postBatches({ l1, ...rollup }, blocks.slice(2));
    await until(() => node.heads?.safe.number === 4);
    l1.reorg(1);
    await until(() => node.heads?.safe.number === 2, clock);
    expect(numbers(node.heads)).toEqual([4, 2, 2, 0]);
    postBatches({ l1, ...rollup }, blocks.slice(2));
    await until(() => node.heads?.safe.number === 4);
    expect(node.heads?.safe.hash).toBe(blocks[3]!.payload.blockHash);
    await node.stop();
  });

  it("takes the safe label back to where its record began when a reorg of L1 removes all batches, and records anew when they became safe", async () => {
    const { node, l1, clock, ...rollup } = await openNode();
    const blocks = await foreignChain({ l1, ...rollup }, 2);
    postBatches({ l1, ...rollup }, blocks);
    await until(() => node.heads?.safe.number === 2);
    l1.reorg(1);
    await until(() => node.heads?.safe.number === 0, clock);
    const posted = postBatches({ l1, ...rollup }, blocks);
    await until(() => node.heads?.safe.number === 2);
    expect(node.safeHeads.l1AtSafeHead(1).l1Block).toEqual({ hash: posted.hash, number: posted.number });
    await node.stop();
  });

  it("goes on where it was after a restart, with its safe heads kept", async () => {
    const first = await openNode();
    const blocks = await foreignChain(first, 2);
    const posted = postBatches(first, blocks);
    await until(() => first.node.heads?.safe.number === 2);
    await first.node.stop();
    const second = await openNode({ rollup: first, store: first.store });
    await until(() => second.node.heads !== undefined);
    expect(numbers(second.node.heads)).toEqual([2, 2, 2, 0]);
    expect(await second.rpc("optimism_safeHeadAtL1Block", `0x${posted.number.toString(16)}`)).toMatchObject({ safeHead: { number: 2 } });
    await second.node.stop();
  });

  it("waits while L1 is down and goes on by itself", async () => {
    const { node, l1, clock, ...rollup } = await openNode();
    const blocks = await foreignChain({ l1, ...rollup }, 1);
    await until(() => node.heads !== undefined);
    l1.down = true;
    postBatches({ l1, ...rollup }, blocks);
    await until(() => node.syncStatus().head_l1.number === 1);
    l1.down = false;
    await until(() => node.heads?.safe.number === 1, clock);
    await node.stop();
  });

  it("ends with the reason when its chain cannot go on", async () => {
    const rollup = await openRollup();
    const { execution } = scripted(rollup.layer, { newPayload: async () => ({ status: "INVALID", validationError: "never" }) });
    const { node } = await openNode({ rollup, execution });
    postBatches(rollup, [await foreignBlock(rollup, rollup.genesis)]);
    expect(await node.done).toMatchObject({ kind: "critical", message: expect.stringContaining("refuses even the deposits") });
  });

  it("tries a reset again while the execution layer does not answer", async () => {
    const rollup = await openRollup();
    let failing = true;
    const { execution } = scripted(rollup.layer, { payloadByLabel: (label) => (failing ? Promise.reject(new TemporaryError("gone")) : rollup.layer.payloadByLabel(label)) });
    const { node, clock } = await openNode({ rollup, execution });
    failing = false;
    await until(() => node.heads !== undefined, clock);
    await node.stop();
  });

  it("reads an L1 block only when it has the confirmations asked for", async () => {
    const { node, l1, ...rollup } = await openNode({ options: { verifierL1Confs: 2 } });
    postBatches({ l1, ...rollup }, await foreignChain({ l1, ...rollup }, 1));
    l1.mine();
    await until(() => node.syncStatus().head_l1.number === 2);
    expect(node.heads?.safe.number ?? 0).toBe(0);
    l1.mine();
    await until(() => node.heads?.safe.number === 1);
    await node.stop();
  });
});

describe("a batch whose second block cannot be executed", () => {
  const before = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0 };
  const unfit = signed(alice, 50);
  const spoilt = (blocks: readonly ExecutionPayloadEnvelope[]) => blocks.map((block, i) => (i === 1 ? { ...block, payload: { ...block.payload, transactions: [...block.payload.transactions, unfit] } } : block));

  it.each<[string, ForkSchedule, typeof batchTransactions, number, number]>([
    ["among singular batches before Holocene: the blocks before it stay", before, batchTransactions, 1, 1], ["among singular batches from Holocene on: its deposits stand in its place", { ...before, holocene: 0 }, batchTransactions, 2, 1],
    ["in a span batch before Holocene: none of its blocks is safe", before, spanBatchTransactions, 0, 0], ["in a span batch from Holocene on: its deposits stand in its place", { ...before, holocene: 0 }, spanBatchTransactions, 2, 1],
  ])("%s", async (_, forks, transactionsOf, safe, same) => {
    const { node, l1, ...rollup } = await openNode({ rollup: await openRollup({ forks }) });
    const blocks = await foreignChain({ l1, ...rollup }, 3);
    l1.mine({ transactions: transactionsOf(rollup.config, spoilt(blocks)) });
    l1.mine();
    await until(() => node.syncStatus().current_l1.number === 2);
    expect(numbers(node.heads)?.slice(1)).toEqual([safe, safe, 0]);
    for (let number = 1; number <= same; number++) expect((await rollup.layer.payloadByNumber(number)).payload.blockHash).toBe(blocks[number - 1]!.payload.blockHash);
    await node.stop();
  });

  it("gives way to a good one that comes after it, before Holocene", async () => {
    const { node, l1, ...rollup } = await openNode({ rollup: await openRollup({ forks: before }) });
    const blocks = await foreignChain({ l1, ...rollup }, 3);
    l1.mine({ transactions: [...spanBatchTransactions(rollup.config, spoilt(blocks)), ...spanBatchTransactions(rollup.config, blocks)] });
    await until(() => node.heads?.safe.number === 3);
    expect(node.heads?.safe.hash).toBe(blocks[2]!.payload.blockHash);
    await node.stop();
  });
});

describe("a block that is denied after it stood", () => {
  it("gives way to its deposits alone, with all that was built on it", async () => {
    const authority = new Told();
    const { node, l1, ...rollup } = await openNode({ authority });
    authority.safe = { kind: "hold" };
    const blocks = await foreignChain({ l1, ...rollup }, 4);
    l1.mine({ transactions: spanBatchTransactions(rollup.config, blocks) });
    await until(() => node.heads?.localSafe.number === 4);
    authority.denied.set(blocks[1]!.payload.blockHash, 2);
    node.requestReset();
    await until(() => node.heads?.localSafe.number === 2 && node.syncStatus().current_l1.number === 1);
    expect(numbers(node.heads)).toEqual([2, 2, 0, 0]);
    const standing = (await rollup.layer.payloadByNumber(2)).payload;
    expect(standing).toMatchObject({ parentHash: blocks[0]!.payload.blockHash, timestamp: blocks[1]!.payload.timestamp, transactions: { length: 1 } });
    await node.stop();
  });

  it("does not come back with the rest of its span batch when the node starts again above it", async () => {
    const authority = new Told();
    const first = await openNode({ authority });
    const { l1 } = first;
    const blocks = await foreignChain(first, 4);
    authority.denied.set(blocks[1]!.payload.blockHash, 2);
    l1.mine({ transactions: spanBatchTransactions(first.config, blocks) });
    await until(() => first.node.heads?.safe.number === 2);
    const replacement = first.node.heads!.safe.hash;
    await first.node.stop();
    const second = await openNode({ rollup: first, store: first.store, authority });
    await until(() => second.node.syncStatus().current_l1.number === 1);
    l1.mine();
    await until(() => second.node.syncStatus().current_l1.number === 2);
    expect(second.node.heads?.unsafe).toMatchObject({ number: 2, hash: replacement });
    await second.node.stop();
  });

  it("is not built upon by the sequencer until derivation has put another in its place", async () => {
    const authority = new Told();
    const { node, l1, clock, published, ...rollup } = await openNode({ authority, options: { sequencer: { l1Confs: 0, maxSafeLag: 0, recover: false, stopped: false } } });
    const pass = (height: number) => until(() => (node.heads?.unsafe.number ?? 0) >= height, clock);
    await pass(1);
    rollup.layer.pool.add(signed(alice, 0));
    await pass(3);
    authority.safe = { kind: "hold" };
    const denied = published[1]!;
    authority.denied.set(denied.payload.blockHash, 2);
    const before = published.length;
    node.requestReset();
    await until(() => node.heads?.unsafe.number === 1);
    const start = clock.now();
    await until(() => clock.now() > start + 5_000, clock);
    expect([node.heads?.unsafe.number, published.length]).toEqual([1, before]);
    postBatches({ l1, ...rollup }, published.slice(0, 2));
    await pass(4);
    expect((await rollup.layer.payloadByNumber(2)).payload.blockHash).not.toBe(denied.payload.blockHash);
    await node.stop();
  });
});

describe("the labels under an authority", () => {
  it("move as soon as the authority says that it moved", async () => {
    const authority = new Told();
    authority.safe = { kind: "hold" };
    const { node, l1, ...rollup } = await openNode({ authority });
    const blocks = await foreignChain({ l1, ...rollup }, 2);
    postBatches({ l1, ...rollup }, blocks);
    await until(() => node.heads?.localSafe.number === 2);
    expect(node.heads?.safe.number).toBe(0);
    authority.safe = { kind: "verified", block: { hash: blocks[0]!.payload.blockHash, number: 1 } };
    node.authorityMoved();
    await until(() => node.heads?.safe.number === 1);
    expect(node.syncStatus()).toMatchObject({ local_safe_l2: { number: 2 }, pending_safe_l2: { number: 2 }, safe_l2: { number: 1 } });
    await node.stop();
  });
});
