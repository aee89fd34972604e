import { type ExecutionPayloadEnvelope, keccakCommitment, ResetError, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { DerivationPipeline, depositsOnly, l2BlockRefFromPayload } from "../src/index.ts";
import { batchTransactions, openRollup } from "../../engine/test/support/rollup.ts";
import { bytes, configWith, FakeL2, HOLOCENE, hashOf, l2Ref, payloadOf } from "./support/blocks.ts";
import { applyAttributes } from "./support/chain.ts";
import { commitmentTransaction } from "./support/challenges.ts";
import { FakeL1 } from "./support/fake-l1.ts";
import { follow, sequence } from "./support/follow.ts";

async function open(fields: Parameters<typeof openRollup>[0] = {}) {
  const sequencer = await openRollup(fields);
  const verifier = await openRollup({ ...fields, l1: sequencer.l1 });
  const pipeline = new DerivationPipeline({ config: sequencer.config, l1: sequencer.l1, l2: verifier.layer });
  await pipeline.reset(sequencer.genesis);
  return { sequencer, verifier, pipeline, l1: sequencer.l1, genesis: sequencer.genesis };
}
const hashesOf = (envelopes: readonly ExecutionPayloadEnvelope[]) => envelopes.map(({ payload }) => payload.blockHash);

describe("the derivation pipeline", () => {
  it("gives the blocks that the sequencer built, over several channels and L1 blocks", async () => {
    const { sequencer, verifier, pipeline, l1, genesis } = await open();
    const first = await sequence(sequencer, genesis, 2, l1.ref(0));
    const origin = l1.mine({ transactions: batchTransactions(sequencer.config, first.envelopes) });
    const second = await sequence(sequencer, first.head, 3, origin, 2);
    l1.mine();
    l1.mine({ transactions: batchTransactions(sequencer.config, second.envelopes) });
    expect((await follow(pipeline, verifier, genesis)).hashes).toEqual(hashesOf([...first.envelopes, ...second.envelopes]));
    expect(pipeline.origin()).toEqual(l1.head);
  });

  it("gives the same attributes until the head that it is called with has moved", async () => {
    const { sequencer, pipeline, l1, genesis } = await open();
    l1.mine({ transactions: batchTransactions(sequencer.config, (await sequence(sequencer, genesis, 1, l1.ref(0))).envelopes) });
    let step = await pipeline.step(genesis);
    while (step.kind !== "attributes") step = await pipeline.step(genesis);
    expect(await pipeline.step(genesis)).toEqual(step);
    expect(step.attributes).toMatchObject({ parent: genesis, derivedFrom: l1.head, concluding: true });
    expect(depositsOnly(step.attributes).attributes.transactions).toHaveLength(1);
  });

  it("fills the chain with empty blocks when nothing is posted for a sequencing window", async () => {
    const { verifier, pipeline, l1, genesis } = await open({ fields: { seqWindowSize: 4 } });
    for (let i = 0; i < 6; i++) l1.mine();
    const { head } = await follow(pipeline, verifier, genesis);
    expect([head.l1Origin.number, head.number]).toEqual([2, 5]);
  });

  it("resets when L1 reorganises, and derives the new chain afterwards", async () => {
    const { sequencer, verifier, pipeline, l1, genesis } = await open();
    const { envelopes } = await sequence(sequencer, genesis, 2, l1.ref(0));
    l1.mine({ transactions: batchTransactions(sequencer.config, envelopes) });
    expect((await follow(pipeline, verifier, genesis)).hashes).toHaveLength(2);
    l1.reorg(1);
    await expect(follow(pipeline, verifier, genesis)).rejects.toThrow(ResetError);
    l1.mine({ transactions: batchTransactions(sequencer.config, envelopes.slice(0, 1)) });
    await pipeline.reset(genesis);
    expect((await follow(pipeline, verifier, genesis)).hashes).toEqual(hashesOf(envelopes.slice(0, 1)));
  });

  it("goes on from any safe head after a restart, also in the middle of a channel", async () => {
    const { sequencer, verifier, pipeline, l1, genesis } = await open();
    const { envelopes } = await sequence(sequencer, genesis, 4, l1.ref(0));
    l1.mine({ transactions: batchTransactions(sequencer.config, envelopes) });
    await follow(pipeline, verifier, genesis);
    for (const [i, { payload }] of envelopes.entries()) {
      const again = new DerivationPipeline({ config: sequencer.config, l1, l2: verifier.layer });
      const head = l2BlockRefFromPayload(sequencer.config, payload);
      await again.reset(head);
      expect((await follow(again, verifier, head)).hashes).toEqual(hashesOf(envelopes.slice(i + 1)));
    }
  });

  it("forgets the channel in hand when a block of it was replaced", async () => {
    const { sequencer, verifier, pipeline, l1, genesis } = await open();
    const { envelopes } = await sequence(sequencer, genesis, 3, l1.ref(0));
    l1.mine({ transactions: batchTransactions(sequencer.config, envelopes) });
    let step = await pipeline.step(genesis);
    while (step.kind !== "attributes") step = await pipeline.step(genesis);
    const replacement = l2BlockRefFromPayload(sequencer.config, (await applyAttributes(verifier.layer, genesis.hash, depositsOnly(step.attributes).attributes)).payload);
    pipeline.flushChannel();
    expect((await follow(pipeline, verifier, replacement)).hashes).toEqual([]);
  });

  it.each<[string, number, number, number, number]>([
    ["one channel timeout before the safe head's origin", 9_999, 0, 20, 13], ["Granite's timeout before it, from Granite on", 0, 0, 90, 40],
    ["by the timeout at the block gone back to, not at the safe head", 40, 0, 60, 39], ["at genesis where that is nearer", 9_999, 0, 5, 0], ["at a later genesis where that is nearer", 9_999, 10, 12, 10], ["at genesis, for genesis", 0, 0, 0, 0],
  ])("reads L1 again from %s (Granite at L1 block %d, genesis at %d, safe head at %d)", async (_, granite, genesis, safe, expected) => {
    const l1 = new FakeL1(1_000);
    for (let i = 0; i < 100; i++) l1.mine();
    const base = configWith({ channelTimeout: 7 }, { ...HOLOCENE, granite: 1_000 + 2 * granite, holocene: 9_999_999 });
    const config = { ...base, genesis: { ...base.genesis, l1: l1.ref(genesis), l2: { hash: hashOf(`L2/${genesis}`), number: genesis }, l2Time: 1_000 + 2 * genesis } };
    const blocks = Array.from({ length: 101 - genesis }, (_one, i) => payloadOf(config, l2Ref(genesis + i, l1.ref(genesis + i))));
    const pipeline = new DerivationPipeline({ config, l1, l2: new FakeL2(config, blocks) });
    await pipeline.reset(l2Ref(safe, l1.ref(safe)));
    expect(pipeline.origin()?.number).toBe(expected);
  });

  it("asks no DA server on a chain whose data are on L1, and takes commitments there for nothing", async () => {
    const { sequencer, l1, genesis } = await open();
    const da = { input: async () => { throw new Error("it was asked"); } };
    const pipeline = new DerivationPipeline({ config: sequencer.config, l1, l2: sequencer.layer, da });
    await pipeline.reset(genesis);
    l1.mine({ transactions: [commitmentTransaction(sequencer.config, keccakCommitment(bytes(1)))] });
    for (const kind of ["advanced", "idle"]) expect((await pipeline.step(genesis)).kind).toBe(kind);
    expect(pipeline.finalizedUpTo(1)).toBe(1);
  });

  it("must be reset before its first step", async () => {
    const { sequencer, l1, genesis } = await open();
    const pipeline = new DerivationPipeline({ config: sequencer.config, l1, l2: sequencer.layer });
    expect(pipeline.origin()).toBeUndefined();
    await expect(pipeline.step(genesis)).rejects.toThrow(ResetError);
  });

  it("loses nothing when L1 fails to answer each of its requests once", async () => {
    const { sequencer, verifier, l1, genesis } = await open();
    const { envelopes } = await sequence(sequencer, genesis, 3, l1.ref(0));
    l1.mine({ transactions: batchTransactions(sequencer.config, envelopes) });
    const asked = new Set<string>();
    const flaky = new Proxy(l1, {
      get(target, name) {
        const own = Reflect.get(target, name);
        if (typeof own !== "function") return own;
        return (...args: unknown[]) => {
          const request = `${String(name)} ${JSON.stringify(args)}`;
          if (asked.has(request)) return own.apply(target, args);
          asked.add(request);
          return Promise.reject(new TemporaryError("L1 does not answer"));
        };
      },
    });
    const pipeline = new DerivationPipeline({ config: sequencer.config, l1: flaky, l2: verifier.layer });
    let head = genesis;
    const hashes: string[] = [];
    let failures = 0;
    for (let i = 0; i < 200; i++) {
      try {
        if (pipeline.origin() === undefined) await pipeline.reset(head);
        const step = await pipeline.step(head);
        if (step.kind === "idle") break;
        if (step.kind !== "attributes") continue;
        head = l2BlockRefFromPayload(verifier.config, (await applyAttributes(verifier.layer, head.hash, step.attributes.attributes)).payload);
        hashes.push(head.hash);
      } catch (error) {
        expect(error).toBeInstanceOf(TemporaryError);
        failures++;
      }
    }
    expect(hashes).toEqual(hashesOf(envelopes));
    expect(failures).toBeGreaterThan(3);
  });
});
