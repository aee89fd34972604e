import { CriticalError, type L1BlockRef, type L2BlockRef, ResetError, TemporaryError } from "@pangaea/primitives";
import type { RollupConfig } from "@pangaea/config";
import { describe, expect, it } from "vitest";
import { findSyncStart } from "../src/index.ts";
import { configWith, FakeL2, hashOf, l2Ref, payloadOf } from "./support/blocks.ts";
import { FakeL1 } from "./support/fake-l1.ts";

const WINDOW = 3;
/** The rest of `ExecutionLayer` is not read. */
type Layer = Parameters<typeof findSyncStart>[0]["l2"];

/** L1 of 40 blocks, and an L2 with one block on each of the first `length` of them. */
function open(length: number, labels: { safe?: number; finalized?: number } = {}, name = "L2"): { l1: FakeL1; l2: FakeL2; config: RollupConfig; run: () => ReturnType<typeof findSyncStart> } {
  const l1 = new FakeL1(1_000);
  for (let i = 1; i < 40; i++) l1.mine();
  const base = configWith({ seqWindowSize: WINDOW });
  const config = { ...base, genesis: { ...base.genesis, l1: { hash: l1.ref(0).hash, number: 0 } } };
  const on = (number: number): L1BlockRef => l1.ref(Math.min(number, 39));
  const refs: L2BlockRef[] = Array.from({ length }, (_, i) => l2Ref(i, on(i), { hash: i === 0 ? (name === "L2" ? config.genesis.l2.hash : hashOf("another genesis")) : hashOf(`${name}/${i}`), parentHash: i === 1 ? config.genesis.l2.hash : hashOf(`${name}/${i - 1}`) }));
  const l2 = new FakeL2(config, refs.map((ref) => payloadOf(config, ref)), labels);
  return { l1, l2, config, run: () => findSyncStart({ config, l1, l2: l2 as unknown as Layer }) };
}
const heads = async (run: () => ReturnType<typeof findSyncStart>) => {
  const { unsafe, safe, finalized } = await run();
  return [unsafe.number, safe.number, finalized.number];
};

describe("finding where to start", () => {
  it("an execution layer with nothing but genesis starts there", async () => {
    expect(await heads(open(1).run)).toEqual([0, 0, 0]);
  });

  it("without labels, safe and finalized are genesis", async () => {
    expect(await heads(open(10).run)).toEqual([9, 0, 0]);
  });

  it("when L1 has not changed, the heads are what they were", async () => {
    expect(await heads(open(10, { safe: 7, finalized: 4 }).run)).toEqual([9, 7, 4]);
  });

  it.each([[1, [29, 20, 10]], [12, [27, 20, 10]], [25, [14, 14, 10]]])("an L1 reorg %d deep takes unsafe, then safe, back to what still stands", async (depth, expected) => {
    const { l1, run } = open(30, { safe: 20, finalized: 10 });
    l1.reorg(depth);
    expect(await heads(run)).toEqual(expected);
  });

  it("blocks whose L1 origin is not there yet stay unsafe, but are not safe", async () => {
    const { l1, run } = open(30, { safe: 28, finalized: 10 });
    l1.reorg(15, 0);
    expect(await heads(run)).toEqual([29, 24, 10]);
  });

  it("a safe label above the unsafe head is cut to it", async () => {
    expect(await heads(open(10, { safe: 9, finalized: 9 }).run)).toEqual([9, 9, 9]);
  });

  it("another genesis is a reset with both hashes", async () => {
    const { run } = open(5, {}, "other");
    await expect(run()).rejects.toThrow(ResetError);
    await expect(run()).rejects.toThrow(/belong to different chains/);
  });

  it("a finalized block that L1 contradicts stops the chain", async () => {
    const { l1, run } = open(30, { safe: 28, finalized: 28 });
    l1.reorg(20);
    await expect(run()).rejects.toThrow(CriticalError);
  });

  it("another L1 stops the chain before it has walked all of it", async () => {
    const { l1, run } = open(40);
    l1.reorg(39);
    await expect(run()).rejects.toThrow(/L1 has reorganised 16 blocks deep/);
  });

  it("sources that do not answer are asked again", async () => {
    const { l1, l2, run } = open(10);
    l1.down = true;
    await expect(run()).rejects.toThrow(TemporaryError);
    l1.down = false;
    l2.down = true;
    await expect(run()).rejects.toThrow(TemporaryError);
  });
});
