import { CriticalError, type ExecutionPayloadEnvelope, ResetError, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { batchTransactions, openRollup } from "../../engine/test/support/rollup.ts";
import { DerivationPipeline } from "../src/index.ts";
import { challenged, commitmentTransaction, KECCAK, keepBlocks, resolved } from "./support/challenges.ts";
import { FakeDa } from "./support/fake-da.ts";
import { follow, sequence } from "./support/follow.ts";

async function open() {
  const fields = { altDa: KECCAK };
  const sequencer = await openRollup({ fields });
  const verifier = await openRollup({ fields, l1: sequencer.l1 });
  const da = new FakeDa();
  const pipeline = new DerivationPipeline({ config: sequencer.config, l1: sequencer.l1, l2: verifier.layer, da });
  await pipeline.reset(sequencer.genesis);
  const post = (blocks: readonly ExecutionPayloadEnvelope[]) => {
    const commitment = keepBlocks(da, sequencer.config, blocks);
    return { commitment, at: sequencer.l1.mine({ transactions: [commitmentTransaction(sequencer.config, commitment)] }).number };
  };
  return { sequencer, verifier, pipeline, da, post, l1: sequencer.l1, genesis: sequencer.genesis };
}
const hashesOf = (envelopes: readonly ExecutionPayloadEnvelope[]) => envelopes.map(({ payload }) => payload.blockHash);

describe("a chain whose data are at a DA server", () => {
  it("comes out as it was sequenced, also where some of its data are on L1", async () => {
    const { sequencer, verifier, pipeline, post, l1, genesis } = await open();
    const first = await sequence(sequencer, genesis, 2, l1.ref(0));
    post(first.envelopes);
    const second = await sequence(sequencer, first.head, 2, l1.head, 2);
    l1.mine({ transactions: batchTransactions(sequencer.config, second.envelopes) });
    expect((await follow(pipeline, verifier, genesis)).hashes).toEqual(hashesOf([...first.envelopes, ...second.envelopes]));
  });

  it("stands still while its data are missing, and goes on when they are back", async () => {
    const { sequencer, verifier, pipeline, da, post, l1, genesis } = await open();
    const { envelopes } = await sequence(sequencer, genesis, 2, l1.ref(0));
    const { commitment } = post(envelopes);
    da.forget(commitment);
    l1.mine();
    await expect(follow(pipeline, verifier, genesis)).rejects.toThrow(TemporaryError);
    keepBlocks(da, sequencer.config, envelopes);
    expect((await follow(pipeline, verifier, genesis)).hashes).toEqual(hashesOf(envelopes));
  });

  it("takes data from L1 that somebody showed there", async () => {
    const { sequencer, verifier, pipeline, da, post, l1, genesis } = await open();
    const { envelopes } = await sequence(sequencer, genesis, 2, l1.ref(0));
    const { commitment, at } = post(envelopes);
    const input = await da.input(commitment);
    da.forget(commitment);
    l1.mine(challenged(commitment, at));
    l1.mine(resolved(commitment, at, input));
    expect((await follow(pipeline, verifier, genesis)).hashes).toEqual(hashesOf(envelopes));
  });

  it("loses what it was made of when a challenge is not answered in time, on a node that had the data too", async () => {
    const { sequencer, verifier, pipeline, post, l1, genesis } = await open();
    const { envelopes } = await sequence(sequencer, genesis, 2, l1.ref(0));
    const { commitment, at } = post(envelopes);
    expect((await follow(pipeline, verifier, genesis)).hashes).toEqual(hashesOf(envelopes));
    l1.mine(challenged(commitment, at));
    for (let i = 0; i < KECCAK.resolveWindow; i++) l1.mine();
    await expect(follow(pipeline, verifier, genesis)).rejects.toThrow(ResetError);
    await pipeline.reset(genesis);
    expect((await follow(pipeline, verifier, genesis)).hashes).toEqual([]);
    expect(pipeline.finalizedUpTo(l1.head.number)).toBe(l1.head.number);
  });

  it("is final no further than its data can be challenged", async () => {
    const { sequencer, verifier, pipeline, post, l1, genesis } = await open();
    const { at } = post((await sequence(sequencer, genesis, 2, l1.ref(0))).envelopes);
    await follow(pipeline, verifier, genesis);
    expect(pipeline.finalizedUpTo(l1.head.number)).toBe(at - 1);
    for (let i = 0; i < KECCAK.challengeWindow; i++) l1.mine();
    await follow(pipeline, verifier, genesis);
    expect(pipeline.finalizedUpTo(l1.head.number)).toBe(l1.head.number);
  });

  it("cannot be derived without a DA server", async () => {
    const { sequencer } = await open();
    expect(() => new DerivationPipeline({ config: sequencer.config, l1: sequencer.l1, l2: sequencer.layer })).toThrow(CriticalError);
  });
});
