import type { DerivedAttributes } from "@pangaea/derivation";
import { EngineError, EngineErrorCode, type ExecutionLayer, type Hex, type L2BlockRef, silentLogger, TemporaryError, type BlockId } from "@pangaea/primitives";
import { beforeEach, describe, expect, it } from "vitest";
import { EngineController, localAuthority, type SafetyAuthority, type SafetyVerdict } from "../src/index.ts";
import { deposit, signed, alice } from "../../execution/test/support/chain.ts";
import { derivedAfter, foreignBlock, openRollup, type Rollup, scripted } from "./support/rollup.ts";

let rollup: Rollup;
beforeEach(async () => {
  rollup = await openRollup();
});

async function open(script: Partial<ExecutionLayer> = {}, authority: SafetyAuthority = localAuthority) {
  const { execution, calls } = scripted(rollup.layer, script);
  const engine = new EngineController({ config: rollup.config, execution, authority, log: silentLogger });
  await engine.reset({ unsafe: rollup.genesis, safe: rollup.genesis, finalized: rollup.genesis });
  calls.length = 0;
  return { engine, calls };
}

const derived = (parent: L2BlockRef, transactions: readonly Uint8Array[] = [], concluding = true): Promise<DerivedAttributes> => derivedAfter(rollup, parent, transactions, concluding);
const labels = async () => ({ head: (await rollup.layer.payloadByLabel("latest")).payload.blockNumber, safe: (await rollup.layer.payloadByLabel("safe")).payload.blockNumber, finalized: (await rollup.layer.payloadByLabel("finalized")).payload.blockNumber });
const numbers = (engine: EngineController) => Object.fromEntries(Object.entries(engine.requireHeads()).map(([name, { number }]) => [name, number]));
/** A transaction that cannot stand in the next block: its nonce is far ahead. */
const unfit = signed(alice, 99);

/** An authority that the test sets. */
class Told implements SafetyAuthority {
  safe: SafetyVerdict = { kind: "local" };
  finalized: SafetyVerdict = { kind: "local" };
  readonly denied = new Set<Hex>();
  safeHead = async () => this.safe;
  crossUnsafe: SafetyVerdict = { kind: "local" };
  finalizedHead = async () => this.finalized;
  crossUnsafeHead = async () => this.crossUnsafe;
  deniedHeights = async () => [];
  isDenied = async (_: number, hash: Hex) => this.denied.has(hash);
}
const verified = ({ hash, number }: BlockId): SafetyVerdict => ({ kind: "verified", block: { hash, number } });

async function extend(engine: EngineController, blocks: number): Promise<L2BlockRef[]> {
  const made: L2BlockRef[] = [];
  for (let i = 0; i < blocks; i++) made.push((await engine.applyDerived(await derived(engine.requireHeads().pendingSafe)))!.block);
  return made;
}

describe("the forkchoice controller", () => {
  it("asks for a reset while its heads are not known", async () => {
    const engine = new EngineController({ config: rollup.config, execution: rollup.layer, authority: localAuthority, log: silentLogger });
    expect(engine.heads).toBeUndefined();
    await expect(engine.startBuild((await derived(rollup.genesis)).attributes)).rejects.toMatchObject({ kind: "reset" });
  });

  it("does not set heads that are out of order", async () => {
    const { engine } = await open();
    const [first] = await extend(engine, 1);
    await expect(engine.reset({ unsafe: rollup.genesis, safe: first!, finalized: rollup.genesis })).rejects.toMatchObject({ kind: "critical", message: expect.stringContaining("pendingSafe head 1") });
  });

  it("moves only the unsafe head by an unsafe block", async () => {
    const { engine } = await open();
    await engine.insertUnsafe(await foreignBlock(rollup, rollup.genesis));
    expect(numbers(engine)).toEqual({ unsafe: 1, crossUnsafe: 1, pendingSafe: 0, localSafe: 0, safe: 0, finalized: 0 });
    expect(await labels()).toEqual({ head: 1, safe: 0, finalized: 0 });
  });

  it("keeps its heads when the execution layer does not take the new ones", async () => {
    let failing = false;
    const { engine } = await open({ forkchoiceUpdated: (state, attributes) => (failing ? Promise.reject(new TemporaryError("gone")) : rollup.layer.forkchoiceUpdated(state, attributes)) });
    const block = await foreignBlock(rollup, rollup.genesis);
    failing = true;
    await expect(engine.insertUnsafe(block)).rejects.toMatchObject({ kind: "temporary" });
    expect(numbers(engine).unsafe).toBe(0);
    failing = false;
    await engine.insertUnsafe(block);
    expect(numbers(engine).unsafe).toBe(1);
  });

  it("does one task at a time, in the order in which they came, and goes on after a failure", async () => {
    let inside = 0;
    let most = 0;
    const slow: ExecutionLayer["newPayload"] = async (envelope) => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside--;
      return rollup.layer.newPayload(envelope);
    };
    const { engine } = await open({ newPayload: slow });
    const attributes = await derived(rollup.genesis);
    const first = await foreignBlock(rollup, rollup.genesis);
    const bad = { ...first, payload: { ...first.payload, gasUsed: 1 } };
    const results = await Promise.allSettled([engine.insertUnsafe(bad), engine.insertUnsafe(first), engine.applyDerived(attributes), engine.followAuthority()]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
    expect(most).toBe(1);
    expect(numbers(engine)).toMatchObject({ unsafe: 1, safe: 1 });
  });

  const refusals: readonly (readonly [string, number, string])[] = [
    ["an inconsistent forkchoice", EngineErrorCode.invalidForkchoice, "reset"],
    ["attributes that do not hold", EngineErrorCode.invalidAttributes, "invalid"],
    ["a fork that it does not know", EngineErrorCode.unsupportedFork, "critical"],
    ["a payload that it has forgotten", EngineErrorCode.unknownPayload, "temporary"],
    ["anything else", -32_000, "temporary"],
  ];
  it.each(refusals)("tells what to do when the execution layer refuses %s", async (_, code, kind) => {
    const { engine } = await open({ getPayload: () => Promise.reject(new EngineError(code, "no")) });
    const building = await engine.startBuild((await derived(rollup.genesis)).attributes);
    await expect(engine.seal(building)).rejects.toMatchObject({ kind });
  });

  it("waits while the execution layer syncs, and resets when it calls the head invalid", async () => {
    let status: "SYNCING" | "INVALID" = "SYNCING";
    let spoilt = false;
    const { engine } = await open({ forkchoiceUpdated: async (state, attributes) => (spoilt ? { payloadStatus: status === "SYNCING" ? { status } : { status, validationError: "bad" } } : rollup.layer.forkchoiceUpdated(state, attributes)) });
    const { attributes } = await derived(rollup.genesis);
    spoilt = true;
    await expect(engine.startBuild(attributes)).rejects.toMatchObject({ kind: "temporary" });
    status = "INVALID";
    await expect(engine.startBuild(attributes)).rejects.toMatchObject({ kind: "reset" });
  });
});

describe("an unsafe block", () => {
  const table: readonly (readonly [string, (transactions: readonly Uint8Array[]) => readonly Uint8Array[], string])[] = [
    ["has no transactions", () => [], "does not begin with a deposit"],
    ["begins with a user transaction", (own) => [signed(alice, 0), ...own], "does not begin with a deposit"],
    ["has a deposit after a user transaction", (own) => [...own, signed(alice, 0), deposit()], "deposit after a user transaction"],
  ];
  it.each(table)("is refused when it %s", async (_, change, message) => {
    const { engine, calls } = await open();
    const envelope = await foreignBlock(rollup, rollup.genesis);
    const changed = { ...envelope, payload: { ...envelope.payload, transactions: change(envelope.payload.transactions) } };
    await expect(engine.insertUnsafe(changed)).rejects.toMatchObject({ kind: "invalid", message: expect.stringContaining(message) });
    expect(calls).toEqual([]);
  });

  it("is refused when it would take back a safe block", async () => {
    const { engine } = await open();
    const other = await foreignBlock(rollup, rollup.genesis, [signed(alice, 0)]);
    await extend(engine, 1);
    await expect(engine.insertUnsafe(other)).rejects.toMatchObject({ kind: "invalid", message: expect.stringContaining("not above the safe head 1") });
  });

  it("is refused when it is denied", async () => {
    const authority = new Told();
    const { engine, calls } = await open({}, authority);
    const envelope = await foreignBlock(rollup, rollup.genesis);
    authority.denied.add(envelope.payload.blockHash);
    await expect(engine.insertUnsafe(envelope)).rejects.toMatchObject({ kind: "invalid", message: expect.stringContaining("is denied") });
    expect(calls).not.toContain("newPayload");
  });

  it("waits when it cannot be told whether it is denied", async () => {
    const { engine } = await open({}, { ...localAuthority, isDenied: () => Promise.reject(new TemporaryError("the deny list cannot be read")) });
    await expect(engine.insertUnsafe(await foreignBlock(rollup, rollup.genesis))).rejects.toMatchObject({ kind: "temporary" });
  });
});

describe("a derived block", () => {
  it("is taken as it stands when the unsafe chain has it", async () => {
    const { engine, calls } = await open();
    const { payload } = await foreignBlock(rollup, rollup.genesis, [signed(alice, 0)]);
    const again = await foreignBlock(rollup, rollup.genesis, [signed(alice, 0)]);
    await engine.insertUnsafe(again);
    calls.length = 0;
    const result = await engine.applyDerived(await derived(rollup.genesis, [signed(alice, 0)]));
    expect(result).toMatchObject({ replaced: false, block: { hash: payload.blockHash } });
    expect(calls).toEqual(["payloadByNumber", "forkchoiceUpdated"]);
    expect(await labels()).toEqual({ head: 1, safe: 1, finalized: 0 });
  });

  it("takes the place of the unsafe chain when that differs", async () => {
    const { engine } = await open();
    const first = await engine.insertUnsafe(await foreignBlock(rollup, rollup.genesis, [signed(alice, 0)]));
    await engine.insertUnsafe(await foreignBlock(rollup, first));
    const { block, replaced } = (await engine.applyDerived(await derived(rollup.genesis)))!;
    expect(replaced).toBe(false);
    expect(block.hash).not.toBe(first.hash);
    expect(engine.requireHeads().unsafe).toEqual(block);
    expect(await labels()).toEqual({ head: 1, safe: 1, finalized: 0 });
  });

  it("is built when nothing stands there yet", async () => {
    const { engine } = await open();
    const [, second] = await extend(engine, 2);
    expect(numbers(engine)).toEqual({ unsafe: 2, crossUnsafe: 2, pendingSafe: 2, localSafe: 2, safe: 2, finalized: 0 });
    expect((await rollup.layer.payloadByLabel("latest")).payload.blockHash).toBe(second!.hash);
  });

  it("is only pending safe until its batch concludes", async () => {
    const { engine } = await open();
    await engine.applyDerived(await derived(rollup.genesis, [], false));
    expect(numbers(engine)).toMatchObject({ unsafe: 1, pendingSafe: 1, localSafe: 0, safe: 0 });
    await engine.applyDerived(await derived(engine.requireHeads().pendingSafe));
    expect(numbers(engine)).toMatchObject({ unsafe: 2, pendingSafe: 2, localSafe: 2, safe: 2 });
  });

  it("gives way to its deposits alone when its transactions cannot stand", async () => {
    const { engine } = await open();
    const result = await engine.applyDerived(await derived(rollup.genesis, [signed(alice, 0), unfit]));
    expect(result?.replaced).toBe(true);
    expect((await rollup.layer.payloadByLabel("safe")).payload).toMatchObject({ blockHash: result?.block.hash, transactions: { length: 1 } });
  });

  it("gives way to its deposits alone when the execution layer finds the built block invalid", async () => {
    let refused = 0;
    const { engine } = await open({ newPayload: async (envelope) => (envelope.payload.transactions.length > 1 ? { status: "INVALID", validationError: `no ${++refused}` } : rollup.layer.newPayload(envelope)) });
    expect(await engine.applyDerived(await derived(rollup.genesis, [signed(alice, 0)], false))).toMatchObject({ replaced: true, block: { number: 1 } });
    expect([refused, numbers(engine).localSafe]).toEqual([1, 1]);
  });

  it("gives way to its deposits alone when it is denied, whether it stands already or is built", async () => {
    const authority = new Told();
    const { engine } = await open({}, authority);
    const denied = await foreignBlock(rollup, rollup.genesis, [signed(alice, 0)]);
    await engine.insertUnsafe(denied);
    authority.denied.add(denied.payload.blockHash);
    const attributes = await derived(rollup.genesis, [signed(alice, 0)]);
    const standing = await engine.applyDerived(attributes);
    expect(standing).toMatchObject({ replaced: true });
    await engine.reset({ unsafe: rollup.genesis, safe: rollup.genesis, finalized: rollup.genesis });
    expect(await engine.applyDerived(attributes)).toEqual(standing);
  });

  it("stops the chain when even its deposits are refused", async () => {
    const { engine } = await open({ newPayload: async () => ({ status: "INVALID", validationError: "never" }) });
    await expect(engine.applyDerived(await derived(rollup.genesis))).rejects.toMatchObject({ kind: "critical", message: expect.stringContaining("refuses even the deposits") });
  });

  it("is tried again, not replaced, when the execution layer only fails to answer", async () => {
    let failing = true;
    const { engine } = await open({ getPayload: (id) => (failing ? Promise.reject(new TemporaryError("gone")) : rollup.layer.getPayload(id)) });
    const attributes = await derived(rollup.genesis, [signed(alice, 0)]);
    await expect(engine.applyDerived(attributes)).rejects.toMatchObject({ kind: "temporary" });
    failing = false;
    expect(await engine.applyDerived(attributes)).toMatchObject({ replaced: false, block: { number: 1 } });
  });
});

describe("a derived block that does not hold, from an L1 block before Holocene", () => {
  const standsAt = (engine: EngineController) => ({ unsafe: engine.requireHeads().unsafe.hash, pendingSafe: engine.requireHeads().pendingSafe.number, localSafe: engine.requireHeads().localSafe.number });

  beforeEach(async () => {
    rollup = await openRollup({ forks: { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0 } });
  });

  it("is dropped, and the unsafe chain stays as it is", async () => {
    const { engine } = await open();
    const first = await engine.insertUnsafe(await foreignBlock(rollup, rollup.genesis, [signed(alice, 0)]));
    expect(await engine.applyDerived(await derived(rollup.genesis, [unfit]))).toBeUndefined();
    expect(standsAt(engine)).toEqual({ unsafe: first.hash, pendingSafe: 0, localSafe: 0 });
    expect((await rollup.layer.payloadByLabel("latest")).payload.blockHash).toBe(first.hash);
  });

  it("takes the blocks of its batch back, and the unsafe chain that they displaced returns", async () => {
    const { engine } = await open();
    const first = await engine.insertUnsafe(await foreignBlock(rollup, rollup.genesis, [signed(alice, 0)]));
    const second = await engine.insertUnsafe(await foreignBlock(rollup, first));
    const other = (await engine.applyDerived(await derived(rollup.genesis, [], false)))!;
    expect(standsAt(engine)).toEqual({ unsafe: other.block.hash, pendingSafe: 1, localSafe: 0 });
    expect(await engine.applyDerived(await derived(other.block, [unfit]))).toBeUndefined();
    expect(standsAt(engine)).toEqual({ unsafe: second.hash, pendingSafe: 0, localSafe: 0 });
    expect((await rollup.layer.payloadByLabel("latest")).payload.blockHash).toBe(second.hash);
  });

  it("leaves the blocks before it unsafe when they displaced nothing", async () => {
    const { engine } = await open();
    const { block } = (await engine.applyDerived(await derived(rollup.genesis, [], false)))!;
    expect(await engine.applyDerived(await derived(block, [unfit]))).toBeUndefined();
    expect(standsAt(engine)).toEqual({ unsafe: block.hash, pendingSafe: 0, localSafe: 0 });
  });

  it("keeps the blocks of earlier batches safe", async () => {
    const { engine } = await open();
    const [safe] = await extend(engine, 1);
    expect(await engine.applyDerived(await derived(safe!, [unfit]))).toBeUndefined();
    expect(standsAt(engine)).toEqual({ unsafe: safe!.hash, pendingSafe: 1, localSafe: 1 });
  });

  it("stops the chain when it has deposits alone", async () => {
    const { engine } = await open({ newPayload: async () => ({ status: "INVALID", validationError: "never" }) });
    await expect(engine.applyDerived(await derived(rollup.genesis))).rejects.toMatchObject({ kind: "critical", message: expect.stringContaining("refuses even the deposits") });
  });
});

describe("a block of the sequencer", () => {
  it("is built on the unsafe head with the pool's transactions and inserted once it is sealed", async () => {
    const { engine } = await open();
    rollup.layer.pool.add(signed(alice, 0));
    const { attributes } = await derived(rollup.genesis);
    const envelope = await engine.seal(await engine.startBuild({ ...attributes, noTxPool: false }));
    expect(envelope.payload.transactions).toHaveLength(2);
    expect(numbers(engine).unsafe).toBe(0);
    expect((await engine.insertUnsafe(envelope)).number).toBe(1);
  });

  it("is dropped when the unsafe head has moved", async () => {
    const { engine } = await open();
    const building = await engine.startBuild((await derived(rollup.genesis)).attributes);
    await engine.insertUnsafe(await foreignBlock(rollup, rollup.genesis));
    await expect(engine.seal(building)).rejects.toMatchObject({ kind: "temporary", message: expect.stringContaining("the unsafe head is 1") });
  });
});

describe("the labels", () => {
  it("follow the chain's own derivation where no authority stands above it", async () => {
    const { engine } = await open();
    const [first] = await extend(engine, 3);
    await engine.followAuthority(first);
    expect(await labels()).toEqual({ head: 3, safe: 3, finalized: 1 });
  });

  it("stay where the authority holds them while local safe goes on", async () => {
    const authority = new Told();
    authority.safe = { kind: "hold" };
    authority.finalized = { kind: "hold" };
    const { engine } = await open({}, authority);
    const [, , third] = await extend(engine, 3);
    await engine.followAuthority(third);
    expect(numbers(engine)).toMatchObject({ localSafe: 3, safe: 0, finalized: 0 });
    expect(await labels()).toEqual({ head: 3, safe: 0, finalized: 0 });
  });

  it("go where the authority says, back too for safe, never back for finalized nor above safe", async () => {
    const authority = new Told();
    const { engine } = await open({}, authority);
    authority.safe = { kind: "hold" };
    const blocks = await extend(engine, 5);
    const say = async (safe: number, finalized: number) => {
      authority.safe = verified(blocks[safe - 1]!);
      authority.finalized = verified(blocks[finalized - 1]!);
      await engine.followAuthority(blocks[4]);
      return [engine.requireHeads().safe.number, engine.requireHeads().finalized.number];
    };
    expect(await say(4, 1)).toEqual([4, 1]);
    expect(await say(3, 2)).toEqual([3, 2]);
    expect(await say(3, 1)).toEqual([3, 2]);
    expect(await say(1, 1)).toEqual([2, 2]);
    expect(await say(3, 5)).toEqual([3, 3]);
    expect(await labels()).toEqual({ head: 5, safe: 3, finalized: 3 });
  });

  it("use the chain's own head when the authority is ahead of it, and stay when it names a block that is not here", async () => {
    const authority = new Told();
    const { engine } = await open({}, authority);
    authority.safe = { kind: "hold" };
    await extend(engine, 2);
    authority.safe = verified({ hash: `0x${"ee".repeat(32)}`, number: 1 });
    await engine.followAuthority();
    expect(numbers(engine).safe).toBe(0);
    authority.safe = verified({ hash: `0x${"ee".repeat(32)}`, number: 9 });
    await engine.followAuthority();
    expect(numbers(engine).safe).toBe(2);
  });

  it("show as cross-unsafe what the authority says, never below safe nor above unsafe", async () => {
    const authority = new Told();
    const { engine } = await open({}, authority);
    const blocks = await extend(engine, 3);
    const say = async (verdict: SafetyVerdict) => {
      authority.crossUnsafe = verdict;
      await engine.followAuthority();
      return engine.requireHeads().crossUnsafe.number;
    };
    authority.safe = verified(blocks[0]!);
    expect(await say(verified(blocks[1]!))).toBe(2);
    expect(await say({ kind: "hold" })).toBe(2);
    expect(await say({ kind: "local" })).toBe(3);
    expect(await say(verified({ hash: `0x${"ee".repeat(32)}`, number: 2 }))).toBe(3);
    expect(await say(verified(rollup.genesis))).toBe(1);
    expect(await say({ kind: "up-to", number: 2 })).toBe(2);
    expect(await say({ kind: "up-to", number: 9 })).toBe(3);
  });

  it("take the unsafe head back to its parent, but never another block nor a safe one", async () => {
    const { engine } = await open();
    const [first] = await extend(engine, 1);
    const second = await engine.insertUnsafe(await foreignBlock(rollup, first!));
    await expect(engine.takeBackUnsafe(first!)).rejects.toMatchObject({ kind: "invalid", message: expect.stringContaining("the unsafe head is") });
    await engine.takeBackUnsafe(second);
    expect([numbers(engine).unsafe, numbers(engine).crossUnsafe, (await labels()).head]).toEqual([1, 1, 1]);
    await expect(engine.takeBackUnsafe(first!)).rejects.toThrow("it is on L1 already");
  });

  it("are not sent again when nothing moved", async () => {
    const { engine, calls } = await open();
    await extend(engine, 1);
    calls.length = 0;
    await engine.followAuthority();
    expect(calls).toEqual([]);
  });
});
