import type { ForkSchedule } from "@pangaea/config";
import { decodeSingularBatch, decodeSpanBatch, encodeSingularBatch, encodeSpanBatch, type Frame, type Hex, hexToBytes } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { DerivationPipeline } from "../src/index.ts";
import { openRollup } from "../../engine/test/support/rollup.ts";
import { GENESIS_TIME } from "../../execution/test/support/chain.ts";
import { bytes } from "./support/blocks.ts";
import { follow, sequence } from "./support/follow.ts";
import { channelOf, cut, framesTransaction, singularOf, spanOf } from "./support/l1-data.ts";

/** Number of the L1 block with which Holocene activates, where it does so after genesis. */
const ACTIVATION = 3;
const BEFORE: ForkSchedule = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0 };
const REGIMES = { before: BEFORE, from: { ...BEFORE, holocene: 0 }, during: { ...BEFORE, holocene: GENESIS_TIME + 2 * ACTIVATION } } satisfies Record<string, ForkSchedule>;
type Regime = keyof typeof REGIMES;
const other: Hex = `0x${"0d".repeat(16)}`;

/** A chain of three blocks that are not on L1 yet, each of its own L1 origin's time or later, and a node that derives. */
async function open(regime: Regime) {
  const forks = REGIMES[regime];
  const sequencer = await openRollup({ forks });
  const { config, l1, genesis } = sequencer;
  const verifier = await openRollup({ forks, l1 });
  const { envelopes } = await sequence(sequencer, genesis, 3, l1.ref(0));
  const singulars = envelopes.map((block) => singularOf(config, block));
  const pipeline = new DerivationPipeline({ config, l1, l2: verifier.layer });
  await pipeline.reset(genesis);
  /** Mines L1 blocks with frames in them, one transaction a block. */
  const post = (...blocks: readonly (readonly Frame[])[]) => {
    for (const frames of blocks) l1.mine({ transactions: frames.length === 0 ? [] : [framesTransaction(config, frames)] });
  };
  let head = genesis;
  /** The hashes of the blocks that become safe. */
  const derivedBlocks = async () => {
    const { hashes, head: reached } = await follow(pipeline, verifier, head);
    head = reached;
    return hashes;
  };
  /** How far the safe chain comes. Its blocks must be the sequencer's. */
  const derived = async () => {
    const from = head.number;
    expect(await derivedBlocks()).toEqual(envelopes.slice(from, head.number).map(({ payload }) => payload.blockHash));
    return head.number;
  };
  return { config, l1, derivedBlocks, envelopes, singulars, post, derived };
}

describe("what L1 carries gives a safe head before Holocene, and another one from then on", () => {
  it.each<[string, readonly number[], number, number]>([
    ["in order", [1, 2, 3], 3, 3], ["with the last two exchanged", [1, 3, 2], 3, 1], ["with the first two exchanged", [2, 1, 3], 3, 0],
    ["with the first twice", [1, 1, 2, 3], 3, 3], ["with the second twice, in front", [2, 2, 1, 3], 3, 0], ["backwards", [3, 2, 1], 3, 0], ["without the second", [1, 3], 1, 1],
  ])("batches %s", async (_, order, before, from) => {
    for (const [regime, expected] of [["before", before], ["from", from]] as const) {
      const { singulars, post, derived } = await open(regime);
      post(cut(channelOf(order.map((number) => singulars[number - 1]!)), 1));
      expect(await derived()).toBe(expected);
    }
  });

  it.each<[string, readonly number[], number, number]>([
    ["in order", [0, 1, 2], 3, 3], ["backwards", [2, 1, 0], 3, 0], ["with the first again before the last", [0, 1, 0, 2], 3, 0], ["with the second twice", [0, 1, 1, 2], 3, 3], ["without the second", [0, 2], 0, 0],
  ])("a channel whose frames come each in an L1 block of their own %s", async (_, order, before, from) => {
    for (const [regime, expected] of [["before", before], ["from", from]] as const) {
      const { singulars, post, derived } = await open(regime);
      const frames = cut(channelOf(singulars), 3);
      post(...order.map((number) => [frames[number]!]));
      expect(await derived()).toBe(expected);
    }
  });

  it("two channels whose frames are interleaved", async () => {
    for (const [regime, expected] of [["before", 3], ["from", 0]] as const) {
      const { singulars, post, derived } = await open(regime);
      const [a, b] = [cut(channelOf(singulars.slice(0, 1)), 2), cut(channelOf(singulars.slice(1)), 2)];
      post([a[0]!, b[0]!], [a[1]!, b[1]!]);
      expect(await derived()).toBe(expected);
    }
  });

  it.each([["transaction that is a deposit", bytes(0x7e, 1)], ["empty transaction", bytes()], ["transaction that sets code", bytes(4, 0xc0)]])("batches of which the third has a %s", async (_, transaction) => {
    for (const regime of ["before", "from"] as const) {
      const { singulars, post, derived } = await open(regime);
      const third = decodeSingularBatch(singulars[2]!.subarray(1));
      post(cut(channelOf([...singulars.slice(0, 2), encodeSingularBatch({ ...third, transactions: [transaction] }), ...singulars.slice(2)]), 1));
      expect(await derived()).toBe(regime === "before" ? 3 : 2);
    }
  });

  it("a span batch of which the third block is older than its L1 origin by a second", async () => {
    for (const [regime, expected] of [["before", 0], ["from", 2]] as const) {
      const { config, l1, envelopes, post, derivedBlocks } = await open(regime);
      post([], []);
      const batch = decodeSpanBatch(spanOf(config, envelopes).subarray(1), { l2ChainId: config.l2ChainId });
      const [first, second, third] = batch.blocks;
      const onLater = { ...batch, l1OriginNumber: 2n, l1OriginCheck: hexToBytes(l1.ref(2).hash).slice(0, 20), blocks: [first!, { ...second!, startsEpoch: true }, { ...third!, startsEpoch: true }] };
      post(cut(channelOf([encodeSpanBatch(onLater, config.l2ChainId)]), 1));
      expect(await derivedBlocks()).toHaveLength(expected);
    }
  });
});

describe("when Holocene activates", () => {
  it("a channel that is open is lost, and is derived when it is sent again", async () => {
    const { singulars, post, derived } = await open("during");
    const frames = cut(channelOf(singulars), 2);
    post([], [frames[0]!], [frames[1]!]);
    expect(await derived()).toBe(0);
    post(frames);
    expect(await derived()).toBe(3);
  });

  it("a channel that is whole in the L1 block before it is derived", async () => {
    const { singulars, post, derived } = await open("during");
    const frames = cut(channelOf(singulars), 2);
    post([frames[1]!], [frames[0]!], []);
    expect(await derived()).toBe(3);
  });

  it("batches that wait for their turn are lost, and are derived when they are sent again", async () => {
    const { singulars, post, derived } = await open("during");
    post([], cut(channelOf(singulars.slice(1)), 1), cut(channelOf(singulars.slice(0, 1)), 1));
    expect(await derived()).toBe(1);
    post(cut(channelOf(singulars.slice(1)), 1));
    expect(await derived()).toBe(3);
  });

  it("batches of blocks on an L1 origin from before it are still derived", async () => {
    const { config, envelopes, post, derived } = await open("during");
    post([], [], [], cut(channelOf([spanOf(config, envelopes)]), 2));
    expect(await derived()).toBe(3);
  });

  it("frames must be in order from its own L1 block on", async () => {
    const { singulars, post, derived } = await open("during");
    const frames = cut(channelOf(singulars), 2);
    post([], [], [frames[1]!, frames[0]!]);
    expect(await derived()).toBe(0);
  });

  it("an open channel of an L1 block before does not stand in the way of one from then on", async () => {
    const { singulars, post, derived } = await open("during");
    const whole = cut(channelOf(singulars), 1);
    post([], [{ channelId: other, number: 0, data: bytes(1), isLast: false }], whole);
    expect(await derived()).toBe(3);
  });
});
