import { bytesEqual, bytesToHex } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { alice, bob, deposit, signed } from "../../execution/test/support/chain.ts";
import { openRollup, scripted } from "../../engine/test/support/rollup.ts";
import { ForcedTransactions } from "../src/index.ts";
import { until } from "./support/manual-clock.ts";
import { openNode, type OpenNodeOptions, SEQUENCING, Told } from "./support/open-node.ts";

async function openSequencer(more: OpenNodeOptions = {}) {
  const opened = await openNode({ ...more, options: { sequencer: SEQUENCING } });
  const unsafe = () => opened.node.heads?.unsafe.number ?? 0;
  const pass = (height: number) => until(() => unsafe() >= height, opened.clock);
  await pass(1);
  /** Lets time pass until the promise settles. */
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    promise.finally(() => (settled = true)).catch(() => {});
    await until(() => settled, opened.clock);
    return promise;
  };
  const transactionsOf = async ({ hash }: { readonly hash: `0x${string}` }) => (await opened.layer.payloadByHash(hash)).payload.transactions.map(bytesToHex);
  return { ...opened, unsafe, pass, settle, transactionsOf };
}

describe("forced transactions", () => {
  it("stand in the next block after its deposits, and only there", async () => {
    const { node, settle, pass, published, transactionsOf } = await openSequencer();
    const forced = [signed(alice, 0), signed(alice, 1)];
    const { block, sibling } = await settle(node.forceTransactions(forced));
    expect(sibling).toBeUndefined();
    expect(await transactionsOf(block)).toEqual([expect.stringMatching(/^0x7e/), ...forced.map(bytesToHex)]);
    await pass(block.number + 2);
    const holding = published.filter(({ payload }) => payload.transactions.some((one) => bytesEqual(one, forced[0]!)));
    expect(holding.map(({ payload }) => payload.blockHash)).toEqual([block.hash]);
    await node.stop();
  });

  it("that wait together stand in one block, in the order of their coming", async () => {
    const { node, settle, transactionsOf } = await openSequencer();
    const [first, second] = await settle(Promise.all([node.forceTransactions([signed(alice, 0)]), node.forceTransactions([signed(bob, 0)])]));
    expect(first.block).toEqual(second.block);
    expect((await transactionsOf(first.block)).slice(1)).toEqual([bytesToHex(signed(alice, 0)), bytesToHex(signed(bob, 0))]);
    await node.stop();
  });

  it("that cannot be executed are refused with the reason, and the chain goes on without them", async () => {
    const { node, settle, pass, unsafe } = await openSequencer();
    await expect(settle(node.forceTransactions([signed(alice, 7)]))).rejects.toThrow(/transaction 1: .*nonce/);
    await pass(unsafe() + 2);
    await node.stop();
  });

  it("wait for the next block when one comes to nothing", async () => {
    const rollup = await openRollup();
    let failures = 2;
    const { execution } = scripted(rollup.layer, { getPayload: (id) => (failures-- > 0 ? Promise.reject(new Error("gone")) : rollup.layer.getPayload(id)) });
    const { node, settle, transactionsOf } = await openSequencer({ rollup, execution });
    failures = 2;
    const { block } = await settle(node.forceTransactions([signed(alice, 0)]));
    expect(failures).toBeLessThan(0);
    expect(await transactionsOf(block)).toHaveLength(2);
    await node.stop();
  });

  it("wait while the sequencer stands still, and go into the first block after its start", async () => {
    const { node, rpc, settle, transactionsOf } = await openSequencer();
    await rpc("admin_stopSequencer");
    const forced = node.forceTransactions([signed(alice, 0)]);
    const head = node.heads!.unsafe;
    await rpc("admin_startSequencer", head.hash);
    const { block } = await settle(forced);
    expect(block.number).toBe(head.number + 1);
    expect(await transactionsOf(block)).toHaveLength(2);
    await node.stop();
  });

  it("go into the block of the height that was asked for, and into no other", async () => {
    const { node, settle, transactionsOf } = await openSequencer();
    const head = node.heads!.unsafe.number;
    const { block } = await settle(node.forceTransactions([signed(alice, 0)], head + 3));
    expect(block.number).toBe(head + 3);
    expect(await transactionsOf(block)).toHaveLength(2);
    const late = node.forceTransactions([signed(alice, 1)], head + 2);
    await expect(settle(late)).rejects.toThrow(`block ${head + 2} has gone by`);
    await node.stop();
  });

  it("stay out of a block that is to have no user transactions, unless it is the one that was asked for", async () => {
    const { node, rpc, settle, unsafe, pass, transactionsOf } = await openSequencer();
    await rpc("admin_setRecoverMode", true);
    const head = unsafe();
    let included = false;
    const waiting = node.forceTransactions([signed(bob, 0)]).finally(() => (included = true));
    const { block } = await settle(node.forceTransactions([signed(alice, 0)], head + 3));
    expect(await transactionsOf(block)).toEqual([expect.stringMatching(/^0x7e/), bytesToHex(signed(alice, 0))]);
    await pass(head + 4);
    expect(included).toBe(false);
    await rpc("admin_setRecoverMode", false);
    const { block: later } = await settle(waiting);
    expect(later.number).toBeGreaterThan(head + 4);
    await node.stop();
  });

  it("are refused when the sequencer stops or is not there", async () => {
    const { node, rpc, clock } = await openSequencer();
    const late = node.forceTransactions([signed(alice, 0)]);
    await rpc("admin_stopSequencer");
    await expect(late).rejects.toThrow("the sequencer was stopped");
    await rpc("admin_startSequencer", node.heads?.unsafe.hash);
    const last = expect(node.forceTransactions([signed(alice, 0)])).rejects.toThrow("the node has ended");
    await node.stop();
    await last;
    const other = await openNode({ clock });
    await expect(other.node.forceTransactions([signed(alice, 0)])).rejects.toThrow("not sequenced here");
    await other.node.stop();
  });

  it.each([
    ["none", [], "no transaction"],
    ["a deposit", [deposit()], "deposits come from L1 alone"],
    ["nothing's bytes", [new Uint8Array(0)], "only signed transactions"],
    ["more than the bound", [new Uint8Array(1_000_001).fill(2)], /1000001 bytes of forced transactions would wait, at most 1000000/],
  ])("are refused at once: %s", (_, transactions, message) => {
    expect(() => new ForcedTransactions().add(transactions)).toThrow(message);
  });
});

describe("equivocation", () => {
  it("tells of a block, then puts a sibling of the deposits alone in its place and builds on that", async () => {
    const { node, settle, pass, published, transactionsOf, layer } = await openSequencer();
    const { block, sibling } = await settle(node.equivocate([signed(alice, 0)]));
    expect(sibling).toMatchObject({ number: block.number, parentHash: block.parentHash, timestamp: block.timestamp, l1Origin: block.l1Origin });
    expect(sibling?.hash).not.toBe(block.hash);
    expect([await transactionsOf(block), await transactionsOf(sibling!)].map(({ length }) => length)).toEqual([2, 1]);
    await pass(block.number + 2);
    expect((await layer.payloadByNumber(block.number)).payload.blockHash).toBe(sibling?.hash);
    expect((await layer.payloadByNumber(block.number + 1)).payload.parentHash).toBe(sibling?.hash);
    expect(published.map(({ payload }) => payload.blockHash)).toEqual(expect.arrayContaining([block.hash, sibling?.hash]));
    await node.stop();
  });

  it("takes labels that an authority gave the block back with it", async () => {
    const authority = new Told();
    authority.safe = { kind: "hold" };
    const { node, settle } = await openSequencer({ authority });
    const { sibling } = await settle(node.equivocate([signed(alice, 0)]));
    await until(() => node.heads?.unsafe.hash === sibling?.hash);
    expect(node.heads?.crossUnsafe.hash).toBe(sibling?.hash);
    await node.stop();
  });

  it("that comes too late, when the chain has gone on or back, is told so", async () => {
    const { node, published } = await openSequencer();
    const forced = new ForcedTransactions();
    const asked = expect(forced.add([signed(alice, 0)], { takesBack: true })).rejects.toThrow(/was not replaced by a sibling: the unsafe head is/);
    forced.take(1, { isEmpty: false });
    const head = node.heads!.unsafe;
    expect(published.at(-1)?.payload.blockHash).toBe(head.hash);
    expect([forced.included(head), forced.awaitsSibling(head)]).toEqual([true, false]);
    await asked;
    await node.stop();
  });
});
