import { describe, expect, it } from "vitest";
import { outputRootV0 } from "@pangaea/primitives";
import { until } from "./support/manual-clock.ts";
import { openNode } from "./support/open-node.ts";

describe("the node's own API", () => {
  it("answers optimism_syncStatus with the reference's keys, zeros for what is not known", async () => {
    const { node, rpc, genesis, l1 } = await openNode();
    await until(() => node.heads !== undefined);
    const status = await rpc("optimism_syncStatus");
    const l1Ref = { hash: l1.ref(0).hash, number: 0, parentHash: l1.ref(0).parentHash, timestamp: l1.ref(0).timestamp };
    const l2Ref = { hash: genesis.hash, number: 0, parentHash: genesis.parentHash, timestamp: genesis.timestamp, l1origin: { hash: l1Ref.hash, number: 0 }, sequenceNumber: 0 };
    expect(status).toEqual({
      current_l1: l1Ref, current_l1_finalized: l1Ref, head_l1: l1Ref, safe_l1: l1Ref, finalized_l1: l1Ref,
      unsafe_l2: l2Ref, safe_l2: l2Ref, finalized_l2: l2Ref, pending_safe_l2: l2Ref, cross_unsafe_l2: l2Ref, local_safe_l2: l2Ref,
    });
    await node.stop();
  });

  it("answers optimism_outputAtBlock with an output root that is the hash of its parts", async () => {
    const { node, rpc, genesis } = await openNode();
    await until(() => node.heads !== undefined);
    const output = (await rpc("optimism_outputAtBlock", "0x0")) as { readonly version: string; readonly outputRoot: string; readonly stateRoot: `0x${string}`; readonly withdrawalStorageRoot: `0x${string}`; readonly blockRef: { readonly hash: `0x${string}` } };
    expect(output.version).toBe(`0x${"00".repeat(32)}`);
    expect(output.blockRef.hash).toBe(genesis.hash);
    expect(output.outputRoot).toBe(outputRootV0({ stateRoot: output.stateRoot, messagePasserStorageRoot: output.withdrawalStorageRoot, blockHash: genesis.hash }));
    await expect(rpc("optimism_outputAtBlock", "0x99")).rejects.toMatchObject({ kind: "not-found" });
    await expect(rpc("optimism_outputAtBlock", "seven")).rejects.toMatchObject({ kind: "input" });
    await node.stop();
  });

  it("gives its rollup configuration and version", async () => {
    const { node, rpc, config } = await openNode();
    expect(await rpc("optimism_version")).toBe("test");
    expect(await rpc("optimism_rollupConfig")).toMatchObject({ l2_chain_id: config.l2ChainId, block_time: 1, seq_window_size: 30, genesis: { l2: { hash: config.genesis.l2.hash } } });
    await node.stop();
  });

  it("serves admin_* only when asked for", async () => {
    const open = await openNode({ options: { enableAdmin: true } });
    const closed = await openNode({ options: { enableAdmin: false } });
    const admin = (methods: object) => Object.keys(methods).filter((name) => name.startsWith("admin_"));
    expect(admin(closed.node.rpcMethods())).toEqual([]);
    expect(admin(open.node.rpcMethods())).toEqual(expect.arrayContaining(["admin_startSequencer", "admin_stopSequencer", "admin_sequencerActive", "admin_postUnsafePayload", "admin_setLogLevel", "admin_overrideLeader", "admin_resetDerivationPipeline", "admin_setRecoverMode"]));
    await open.node.stop();
    await closed.node.stop();
  });

  it("says that the log level cannot be changed where it cannot", async () => {
    const { node, rpc } = await openNode();
    await expect(rpc("admin_setLogLevel", "debug")).rejects.toThrow("restart it with --log.level");
    await node.stop();
  });

  it("does not start on an execution layer or an L1 of another chain, and says which", async () => {
    const rollup = await openNode();
    await rollup.node.stop();
    const other = `0x${"11".repeat(32)}` as const;
    const base = rollup.config;
    const cases = [
      [{ ...base, l2ChainId: 77 }, "has chain id 901, the rollup configuration says 77"],
      [{ ...base, genesis: { ...base.genesis, l2: { ...base.genesis.l2, hash: other } } }, "belong to different chains"],
      [{ ...base, genesis: { ...base.genesis, l1: { ...base.genesis.l1, hash: other } } }, "check that --l1 is the L1 of this chain"],
      [{ ...base, genesis: { ...base.genesis, l1: { hash: other, number: 9 } } }, "L1 has no block 9"],
    ] as const;
    for (const [config, message] of cases) await expect(openNode({ rollup: { ...rollup, config } })).rejects.toMatchObject({ kind: "critical", message: expect.stringContaining(message) });
  });
});
