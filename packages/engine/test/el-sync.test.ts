import { type ExecutionLayer, type ExecutionPayloadEnvelope, type ForkchoiceState, type L2BlockRef, NotFoundError, silentLogger, TemporaryError } from "@pangaea/primitives";
import { l2BlockRefFromPayload } from "@pangaea/derivation";
import { beforeEach, describe, expect, it } from "vitest";
import { type ElSyncOptions, ENGINE_KINDS, EngineController, localAuthority } from "../src/index.ts";
import { foreignChain } from "../../node/test/support/foreign-chain.ts";
import { openRollup, type Rollup, scripted } from "./support/rollup.ts";

const LENGTH = 6;
let rollup: Rollup;
let blocks: readonly ExecutionPayloadEnvelope[];
beforeEach(async () => {
  rollup = await openRollup();
  blocks = await foreignChain(rollup, LENGTH);
});

const ref = (number: number): L2BlockRef => (number === 0 ? rollup.genesis : l2BlockRefFromPayload(rollup.config, blocks[number - 1]!.payload));

function open(options: Partial<ElSyncOptions> = {}, script: Partial<ExecutionLayer> = {}) {
  const states: ForkchoiceState[] = [];
  const { execution } = scripted(rollup.layer, {
    ...script,
    forkchoiceUpdated: (state, attributes) => {
      states.push(state);
      return (script.forkchoiceUpdated ?? rollup.layer.forkchoiceUpdated.bind(rollup.layer))(state, attributes);
    },
  });
  const engine = new EngineController({ config: rollup.config, execution, authority: localAuthority, log: silentLogger, elSync: { kind: "geth", safeOffset: 0, ...options } });
  return { engine, states };
}

/** What the execution layer fetches from its own peers. */
async function fetchUpTo(number: number): Promise<void> {
  for (const block of blocks.slice(0, number)) await rollup.layer.newPayload(block);
}
/** Makes blocks canonical and labels them, as an earlier run did. */
async function label(head: number, safe: number, finalized: number): Promise<void> {
  await fetchUpTo(head);
  await rollup.layer.forkchoiceUpdated({ head: ref(head).hash, safe: ref(safe).hash, finalized: ref(finalized).hash });
}
const heads = ({ heads: of }: EngineController) => of && [of.unsafe.number, of.crossUnsafe.number, of.pendingSafe.number, of.localSafe.number, of.safe.number, of.finalized.number];

describe("an execution layer that syncs by itself", () => {
  it("is not one unless that was asked for", () => {
    expect(new EngineController({ config: rollup.config, execution: rollup.layer, authority: localAuthority, log: silentLogger }).isElSyncing).toBe(false);
  });

  it.each([["geth", 0, true], ["reth", 0, true], ["erigon", 0, true], ["geth", 2, false], ["reth", 2, true], ["erigon", 2, true]] as const)("of kind %s with block %d finalized: begins %s", async (kind, finalized, begins) => {
    await label(3, 3, finalized);
    const { engine, states } = open({ kind });
    expect([await engine.beginElSync(), engine.isElSyncing]).toEqual([begins, begins]);
    expect(heads(engine)).toEqual(begins ? [3, 3, 3, 3, 3, finalized] : undefined);
    expect(states, "nothing is told to it").toEqual([]);
  });

  it("begins where nothing is labelled finalized at all", async () => {
    const { engine } = open({}, { payloadByLabel: async (name) => (name === "latest" ? rollup.layer.payloadByLabel(name) : Promise.reject(new NotFoundError("finalized block not found"))) });
    expect(await engine.beginElSync()).toBe(true);
    expect(heads(engine)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("begins no other heads than it has, where its labels are above its head", async () => {
    const { engine } = open({}, { payloadByLabel: async (name) => (name === "safe" ? blocks[4]! : rollup.layer.payloadByLabel(name)) });
    await engine.beginElSync();
    expect(heads(engine)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("is told of a block far ahead, and heads for it while it lacks what lies before", async () => {
    const { engine, states } = open();
    await engine.beginElSync();
    expect(await engine.syncTo(blocks[4]!)).toBe(false);
    expect(states).toEqual([{ head: ref(5).hash, safe: ref(0).hash, finalized: ref(0).hash }]);
    expect([heads(engine), engine.isElSyncing]).toEqual([[5, 0, 0, 0, 0, 0], true]);
  });

  it.each(["SYNCING", "ACCEPTED"] as const)("goes on when it answers %s to the block, and is done when it takes it for its head", async (status) => {
    await fetchUpTo(LENGTH);
    const { engine } = open({}, { newPayload: async () => ({ status }) });
    await engine.beginElSync();
    expect(await engine.syncTo(blocks[5]!)).toBe(true);
    expect(heads(engine)).toEqual([6, 6, 6, 6, 6, 6]);
  });

  it("is not done while it has the block and still answers SYNCING to the forkchoice", async () => {
    await fetchUpTo(LENGTH);
    const { engine } = open({}, { forkchoiceUpdated: async () => ({ payloadStatus: { status: "SYNCING" } }) });
    await engine.beginElSync();
    expect([await engine.syncTo(blocks[5]!), engine.isElSyncing]).toEqual([false, true]);
  });

  it("has the block as unsafe, safe and finalized head once it has all before it", async () => {
    const { engine, states } = open();
    await engine.beginElSync();
    await engine.syncTo(blocks[4]!);
    await fetchUpTo(5);
    expect(await engine.syncTo(blocks[5]!)).toBe(true);
    expect([heads(engine), engine.isElSyncing]).toEqual([[6, 6, 6, 6, 6, 6], false]);
    expect(states.at(-1)).toEqual({ head: ref(6).hash, safe: ref(6).hash, finalized: ref(6).hash });
  });

  it.each([
    ["two blocks behind", 2, 0, [6, 6, 4, 4, 4, 4]], ["at genesis, when the time goes back further", 60, 0, [6, 6, 0, 0, 0, 0]], ["no further behind than they were", 4, 3, [6, 6, 3, 3, 3, 3]], ["at the block, when the labels were further behind", 0, 3, [6, 6, 6, 6, 6, 6]],
  ])("has its safe and finalized heads %s", async (_, safeOffset, labelled, expected) => {
    await label(labelled, labelled, labelled);
    const { engine } = open({ kind: "reth", safeOffset: safeOffset * rollup.config.blockTime });
    await engine.beginElSync();
    await fetchUpTo(5);
    expect(await engine.syncTo(blocks[5]!)).toBe(true);
    expect(heads(engine)).toEqual(expected);
  });

  it("refuses a block that does not hold, or that does not begin with its deposits, and goes on", async () => {
    const { engine } = open({}, { newPayload: async () => ({ status: "INVALID", validationError: "never" }) });
    await engine.beginElSync();
    await expect(engine.syncTo(blocks[5]!)).rejects.toMatchObject({ kind: "invalid", message: expect.stringContaining("never") });
    await expect(engine.syncTo({ ...blocks[5]!, payload: { ...blocks[5]!.payload, transactions: blocks[5]!.payload.transactions.slice(1) } })).rejects.toMatchObject({ kind: "invalid" });
    expect([heads(engine), engine.isElSyncing]).toEqual([[0, 0, 0, 0, 0, 0], true]);
  });

  it("is asked again when it does not answer", async () => {
    let isDown = true;
    const { engine } = open({}, { newPayload: (block) => (isDown ? Promise.reject(new TemporaryError("gone")) : rollup.layer.newPayload(block)) });
    await engine.beginElSync();
    await expect(engine.syncTo(blocks[5]!)).rejects.toMatchObject({ kind: "temporary" });
    isDown = false;
    expect(await engine.syncTo(blocks[5]!)).toBe(false);
  });

  it("is led block by block afterwards", async () => {
    const { engine } = open();
    await engine.beginElSync();
    await fetchUpTo(4);
    await engine.syncTo(blocks[4]!);
    await engine.insertUnsafe(blocks[5]!);
    expect(heads(engine)).toEqual([6, 6, 5, 5, 5, 5]);
    expect(await engine.beginElSync()).toBe(false);
  });

  it("is one of three kinds", () => {
    expect(ENGINE_KINDS).toEqual(["geth", "reth", "erigon"]);
  });
});
