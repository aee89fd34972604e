import { FORKS, type Fork, type ForkSchedule, fullMesh, isForkActiveAtInclusion, isForkActiveAtOrigin } from "@pangaea/config";
import type { ExecutionPayloadEnvelope, Frame, L2BlockRef } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { attributesMatchPayload, type DerivedAttributes, DerivationPipeline, isQuietActivationBlock, l1AttributesOfPayload, l2BlockRefFromPayload, prepareAttributes } from "../src/index.ts";
import { alice, bob, GENESIS_TIME, signed } from "../../execution/test/support/chain.ts";
import { applyAttributes, type Chain, openContractsChain } from "./support/chain.ts";
import { channelOf, cut, depositReceipt, framesTransaction, singularOf, spanOf } from "./support/l1-data.ts";

/** Seconds between activations: three L1 blocks, six L2 blocks. */
const INTERVAL = 6;
const forks: ForkSchedule = Object.fromEntries(FORKS.slice(1).map((fork, i) => [fork, GENESIS_TIME + INTERVAL * (i + 1)]));
const L1_BLOCKS = (INTERVAL / 2) * (FORKS.length + 2);
const dependencies = fullMesh([901, 902]);

/** What a batcher may do at the L1 block in which its data will be. */
interface Posting {
  readonly chain: Chain;
  readonly blocks: readonly ExecutionPayloadEnvelope[];
  readonly step: number;
  readonly time: number;
}
/** Frames by L1 transaction, and those that are left for the next L1 block. */
interface Posted {
  readonly transactions: readonly (readonly Frame[])[];
  readonly later?: readonly Frame[];
}
type Shape = (posting: Posting) => Posted;

const active = ({ chain }: Posting, fork: Fork, time: number) => isForkActiveAtInclusion(chain.config.forks, fork, time);
const isHolocene = (posting: Posting, time = posting.time) => active(posting, "holocene", time);
const channel = (posting: Posting, batches: readonly Uint8Array[]) => channelOf(batches, active(posting, "fjord", posting.time) ? "brotli" : "zlib");
const singulars = (posting: Posting) => posting.blocks.map((block) => singularOf(posting.chain.config, block));

/** All in one channel of one frame. */
const one: Shape = (posting) => ({ transactions: [cut(channel(posting, singulars(posting)), 1)] });
/** A channel for each block, the newest first where any order will do. */
const many: Shape = (posting) => {
  const channels = singulars(posting).map((batch) => cut(channel(posting, [batch]), 1));
  return { transactions: isHolocene(posting) ? channels : channels.toReversed() };
};
/** Two channels with their frames in turn, the last one of them an L1 block later; one after the other where frames must be in order. */
const interleaved: Shape = (posting) => {
  const batches = singulars(posting);
  const [a, b] = [batches.filter((_, i) => i % 2 === 0), batches.filter((_, i) => i % 2 === 1)].map((half) => cut(channel(posting, half), 3));
  if (isHolocene(posting)) return { transactions: [cut(channel(posting, batches), 3).slice(0, 2)], later: cut(channel(posting, batches), 3).slice(2) };
  const frames = [0, 1, 2].flatMap((i) => [b![i]!, a![i]!]).reverse();
  const fits = isHolocene(posting, posting.time + 2) ? frames.length : frames.length - 1;
  return { transactions: frames.slice(0, fits).map((frame) => [frame]), later: frames.slice(fits) };
};
/** A span batch in a channel of three frames, where there may be one. */
const span: Shape = (posting) => {
  const { l1Origin } = l2BlockRefFromPayload(posting.chain.config, posting.blocks[0]!.payload);
  const allowed = active(posting, "delta", posting.time) && isForkActiveAtOrigin(forks, "delta", posting.chain.l1.ref(l1Origin.number).timestamp);
  return allowed ? { transactions: cut(channel(posting, [spanOf(posting.chain.config, posting.blocks)]), 3).map((frame) => [frame]) } : one(posting);
};
/** As the span batch, but each repeats the last block of the one before it. */
const overlapping = (): Shape => {
  let previous: ExecutionPayloadEnvelope | undefined;
  return (posting) => {
    const posted = span({ ...posting, blocks: previous === undefined ? posting.blocks : [previous, ...posting.blocks] });
    previous = posting.blocks.at(-1);
    return posted;
  };
};
/** Each shape in turn. */
const mixed: Shape = (posting) => [one, many, interleaved, span][Math.floor(posting.step / 2) % 4]!(posting);

/** Two L2 blocks for each L1 block, as a sequencer builds them, with a transfer in each that may have one, and a deposit in every third L1 block. */
async function sequence(chain: Chain, shape: Shape): Promise<readonly ExecutionPayloadEnvelope[]> {
  const { config, l1, layer } = chain;
  const blocks: ExecutionPayloadEnvelope[] = [];
  let head = chain.genesis;
  let nonce = 0;
  let later: readonly Frame[] = [];
  for (let step = 1; step <= L1_BLOCKS; step++) {
    for (let i = 0; i < 2; i++) {
      const attributes = await prepareAttributes({ config, l1, l2: layer, dependencies }, head, l1.head);
      const transfers = isQuietActivationBlock(config, attributes.timestamp) ? [] : [signed(alice, nonce++)];
      blocks.push(await applyAttributes(layer, head.hash, { ...attributes, transactions: [...attributes.transactions, ...transfers] }));
      head = l2BlockRefFromPayload(config, blocks.at(-1)!.payload);
    }
    const posted = shape({ chain, blocks: blocks.slice(-2), step, time: l1.head.timestamp + 2 });
    const frames = [...(later.length > 0 ? [later] : []), ...posted.transactions];
    later = posted.later ?? [];
    const receipts = step % 3 === 0 ? [depositReceipt(config, { from: bob.address, to: alice.address, mint: 5n, value: 3n })] : [];
    l1.mine({ transactions: frames.map((group) => framesTransaction(config, group)), receipts });
  }
  l1.mine({ transactions: later.length > 0 ? [framesTransaction(config, later)] : [] });
  return blocks;
}

/** Derives until L1 has no more; each block is made by `apply`. */
async function derive(pipeline: DerivationPipeline, from: L2BlockRef, apply: (derived: DerivedAttributes) => Promise<L2BlockRef>): Promise<L2BlockRef[]> {
  const refs = [from];
  for (let steps = 0; steps < 2_000; steps++) {
    const step = await pipeline.step(refs.at(-1)!);
    if (step.kind === "idle") return refs.slice(1);
    if (step.kind === "attributes") refs.push(await apply(step.attributes));
  }
  throw new Error("the pipeline does not come to rest");
}

const shapes: readonly (readonly [string, () => Shape])[] = [
  ["one channel for each L1 block", () => one], ["a channel for each block", () => many], ["channels whose frames are interleaved", () => interleaved], ["a span batch for each L1 block", () => span],
  ["span batches that overlap", overlapping], ["all of these in turn", () => mixed],
];

describe("a chain that goes from Bedrock to Lagoon, each fork at its own time", () => {
  it.each(shapes)("is derived by another node to the same blocks from %s", async (_, shape) => {
    const chain = await openContractsChain(forks);
    const blocks = await sequence(chain, shape());
    const hashes = blocks.map(({ payload }) => payload.blockHash);
    const verifier = await openContractsChain(forks);
    const modules = { config: chain.config, l1: chain.l1, l2: verifier.layer, dependencies };
    const pipeline = new DerivationPipeline(modules);
    await pipeline.reset(chain.genesis);
    const derived = await derive(pipeline, chain.genesis, async ({ attributes, parent }) => l2BlockRefFromPayload(chain.config, (await applyAttributes(verifier.layer, parent.hash, attributes)).payload));
    expect(derived.map(({ hash }) => hash)).toEqual(hashes);
    expect(blocks.at(-1)!.payload.timestamp).toBeGreaterThan(forks.lagoon! + INTERVAL);
    expect(new Set(blocks.map(({ payload }) => l1AttributesOfPayload(payload).format))).toEqual(new Set(["bedrock", "ecotone", "isthmus", "jovian"]));

    for (const fork of FORKS.slice(1)) {
      const start = derived[forks[fork as Exclude<Fork, "bedrock">]! - GENESIS_TIME - 1]!;
      const again = new DerivationPipeline(modules);
      await again.reset(start);
      const rest = await derive(again, start, async ({ attributes, parent }) => {
        const block = blocks[parent.number]!;
        expect(attributesMatchPayload(chain.config, attributes, parent.hash, block)).toBeUndefined();
        return l2BlockRefFromPayload(chain.config, block.payload);
      });
      expect(rest.map(({ hash }) => hash)).toEqual(hashes.slice(start.number));
    }
  });
});
