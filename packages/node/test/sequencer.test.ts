import { l2BlockRefFromPayload } from "@pangaea/derivation";
import { TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { alice, GENESIS_TIME, signed } from "../../execution/test/support/chain.ts";
import { openRollup, postBatches, scripted } from "../../engine/test/support/rollup.ts";
import { selectOrigin, type SequencerOptions } from "../src/index.ts";
import { until } from "./support/manual-clock.ts";
import { openNode, type OpenNodeOptions, SEQUENCING } from "./support/open-node.ts";

async function openSequencer(options: Partial<SequencerOptions> = {}, more: OpenNodeOptions = {}) {
  const opened = await openNode({ ...more, options: { sequencer: { ...SEQUENCING, ...options } } });
  const unsafe = () => opened.node.heads?.unsafe.number ?? 0;
  return { ...opened, unsafe, pass: (height: number) => until(() => unsafe() >= height, opened.clock) };
}

describe("the sequencer", () => {
  it("makes a block each block time, not before, and hands it on", async () => {
    const { node, clock, published, pass, unsafe } = await openSequencer();
    await pass(3);
    expect(clock.now()).toBeGreaterThanOrEqual((GENESIS_TIME + 3) * 1_000 - 50);
    expect(unsafe()).toBeLessThanOrEqual(Math.ceil(clock.now() / 1_000) - GENESIS_TIME);
    expect(published.map(({ payload }) => payload.timestamp - GENESIS_TIME)).toEqual(Array.from({ length: unsafe() }, (_, i) => i + 1));
    await node.stop();
  });

  it("takes transactions of the pool, but none in recovery", async () => {
    const { node, layer, rpc, published, pass, unsafe } = await openSequencer({ recover: true });
    layer.pool.add(signed(alice, 0));
    await pass(2);
    expect(published.every(({ payload }) => payload.transactions.length === 1)).toBe(true);
    await rpc("admin_setRecoverMode", false);
    await pass(unsafe() + 2);
    expect(published.some(({ payload }) => payload.transactions.length === 2)).toBe(true);
    await node.stop();
  });

  it("moves its L1 origin on with L1, as soon as time allows", async () => {
    const { node, l1, config, published, pass } = await openSequencer();
    await pass(1);
    l1.mine();
    await until(() => node.syncStatus().head_l1.number === 1);
    await pass(4);
    const origins = published.map(({ payload }) => l2BlockRefFromPayload(config, payload)).map(({ l1Origin, timestamp }) => [timestamp - GENESIS_TIME, l1Origin.number]);
    expect(origins.at(-1)![1]).toBe(1);
    for (const [time, origin] of origins) expect(origin === 1 && time! < 2).toBe(false);
    await node.stop();
  });

  it("stops at a head and starts again on just that head", async () => {
    const { node, rpc, clock, pass, unsafe } = await openSequencer();
    await pass(2);
    const head = await rpc("admin_stopSequencer");
    const stopped = unsafe();
    expect([head, await rpc("admin_sequencerActive")]).toEqual([node.heads?.unsafe.hash, false]);
    await expect(rpc("admin_stopSequencer")).rejects.toThrow("sequencer not running");
    const start = clock.now();
    await until(() => clock.now() > start + 5_000, clock);
    expect(unsafe()).toBe(stopped);
    await expect(rpc("admin_startSequencer", `0x${"11".repeat(32)}`)).rejects.toThrow("block hash does not match");
    await rpc("admin_startSequencer", head);
    await expect(rpc("admin_startSequencer", head)).rejects.toThrow("already running");
    await pass(stopped + 1);
    await node.stop();
  });

  it("waits for safe when it has run too far ahead", async () => {
    const { node, clock, published, pass, unsafe, ...rollup } = await openSequencer({ maxSafeLag: 3 });
    await pass(3);
    const start = clock.now();
    await until(() => clock.now() > start + 5_000, clock);
    expect(unsafe()).toBe(3);
    postBatches(rollup, published.slice(0, 2));
    await pass(5);
    expect(unsafe()).toBe(5);
    await node.stop();
  });

  it("tries again when the execution layer fails for once", async () => {
    const rollup = await openRollup();
    let failures = 2;
    const { execution } = scripted(rollup.layer, { getPayload: (id) => (failures-- > 0 ? Promise.reject(new TemporaryError("gone")) : rollup.layer.getPayload(id)) });
    const { node, pass } = await openSequencer({}, { rollup, execution });
    await pass(1);
    expect(failures).toBeLessThan(0);
    await node.stop();
  });

  it("catches up when it was away, block by block", async () => {
    const { node, clock, published, pass } = await openSequencer({}, {});
    clock.advance(20_000);
    await pass(20);
    expect(published.map(({ payload }) => payload.blockNumber)).toEqual(published.map((_, i) => i + 1));
    await node.stop();
  });

  it("is refused to those who ask for it where there is none", async () => {
    const { node, rpc } = await openNode();
    await expect(rpc("admin_startSequencer", `0x${"11".repeat(32)}`)).rejects.toThrow("sequencer not enabled");
    await node.stop();
  });
});

describe("the L1 origin of the next block", () => {
  // L1 blocks are 2 s apart from the same genesis time, L2 blocks 1 s. The parent has origin 0.
  const cases: readonly (readonly [what: string, l1Blocks: number, confirmations: number, parentTime: number, drift: number, expected: number | string])[] = [
    ["stays while the next L1 block is not there", 0, 0, 5, 600, 0],
    ["stays while its time is before the next L1 block's", 1, 0, 0, 600, 0],
    ["moves when its time reaches the next L1 block's", 1, 0, 1, 600, 1],
    ["moves by one L1 block only", 3, 0, 5, 600, 1],
    ["stays while the next L1 block has too few confirmations", 2, 2, 5, 600, 0],
    ["moves when the next L1 block has its confirmations", 3, 2, 5, 600, 1],
    ["moves without confirmations when the drift is used up", 1, 2, 1_800, 600, 1],
    ["stays at the drift's last second", 0, 0, 1_799, 600, 0],
    ["waits for L1 past the drift's last second", 0, 0, 1_800, 600, "too old for time"],
  ];
  it.each(cases)("%s", async (_, l1Blocks, confirmations, parentTime, drift, expected) => {
    const { l1, config, genesis } = await openRollup({ fields: { maxSequencerDrift: drift } });
    for (let i = 0; i < l1Blocks; i++) l1.mine();
    const parent = { ...genesis, number: parentTime, timestamp: GENESIS_TIME + parentTime };
    const selected = selectOrigin(config, l1, l1.head, confirmations, parent);
    if (typeof expected === "string") await expect(selected).rejects.toThrow(expected);
    else expect((await selected).number).toBe(expected);
  });

  it("asks for a reset when the parent's origin has left L1", async () => {
    const { l1, config, genesis } = await openRollup();
    const first = l1.mine();
    l1.reorg(1);
    await expect(selectOrigin(config, l1, l1.head, 0, { ...genesis, l1Origin: first })).rejects.toMatchObject({ kind: "reset" });
  });
});
