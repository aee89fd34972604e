import { MESSAGE_RULES } from "@pangaea/interop";
import { silentLogger, utf8ToBytes, type Hex } from "@pangaea/primitives";
import { MemoryStore, SingleRecord } from "@pangaea/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply, prepare } from "../../src/interop/apply.ts";
import { DenialBasis } from "../../src/interop/denial-basis.ts";
import { Failsafe } from "../../src/interop/failsafe.ts";
import type { Transition } from "../../src/interop/decision.ts";
import { transitionCodec } from "../../src/interop/transition-codec.ts";
import { at, Cluster } from "../support/cluster.ts";
import { word } from "../support/fake-l1.ts";

const hash = fc.nat().map((number): Hex => word(number));
const block = fc.record({ hash, number: fc.maxSafeNat() });
const transition: fc.Arbitrary<Transition> = fc.oneof(
  fc.record({
    kind: fc.constant("invalidate" as const), timestamp: fc.maxSafeNat(), l1Inclusion: block,
    blocks: fc.array(fc.record({ chainId: fc.maxSafeNat(), number: fc.maxSafeNat(), hash, rule: fc.constantFrom(...MESSAGE_RULES), reason: fc.string(), output: fc.record({ stateRoot: hash, messagePasserStorageRoot: hash, blockHash: hash }) })),
  }),
  fc.record({ kind: fc.constant("rewind" as const), to: fc.option(fc.maxSafeNat(), { nil: undefined }), reason: fc.string() }),
);

describe("a transition as bytes", () => {
  it("is read back as it was, and equal ones have equal bytes", () => {
    fc.assert(fc.property(transition, (record) => {
      const bytes = transitionCodec.encode(record);
      expect(transitionCodec.decode(bytes)).toEqual(record);
      expect(transitionCodec.encode(transitionCodec.decode(bytes))).toEqual(bytes);
    }));
  });

  it.each(["", "{", "[]", '{"kind":"advance"}', '{"kind":"rewind","reason":"x"}', '{"kind":"rewind","to":-1,"reason":"x"}', '{"kind":"invalidate","timestamp":1,"blocks":[{}]}'])("is nothing else: %s", (text) => {
    expect(() => transitionCodec.decode(utf8ToBytes(text))).toThrow();
  });
});

async function settled(): Promise<Cluster> {
  const cluster = new Cluster({ chains: [{}, {}] });
  cluster.fillAndPost(6);
  await cluster.settle();
  return cluster;
}
const modules = ({ interop }: Cluster) => ({ chains: interop.chains, verified: interop.verified, log: silentLogger });

describe("an invalidation", () => {
  const decisionOf = (cluster: Cluster) => ({ kind: "invalidate" as const, timestamp: at(7), l1Inclusion: { hash: cluster.l1.head.hash, number: 1 }, blocks: [{ chainId: 902, rule: "identity" as const, reason: "values", number: 6, hash: cluster.chain(1).at(6).ref.hash }] });

  it("is completed with the output of each block, by its hash", async () => {
    const cluster = await settled();
    const decision = decisionOf(cluster);
    const { hash: blockHash } = decision.blocks[0]!;
    const { payload } = await cluster.chain(1).execution.payloadByHash(blockHash);
    const output = { stateRoot: payload.stateRoot, messagePasserStorageRoot: await cluster.chain(1).execution.messagePasserStorageRoot(blockHash), blockHash };
    expect(await prepare(decision, cluster.interop.chains)).toEqual({ ...decision, blocks: [{ ...decision.blocks[0], output }] });
  });

  it("waits when the block cannot be read any more, or its chain is not run", async () => {
    const cluster = await settled();
    const decision = decisionOf(cluster);
    const gone = { ...decision, blocks: [{ ...decision.blocks[0]!, hash: word(0xdead) }] };
    await expect(prepare(gone, cluster.interop.chains)).rejects.toThrow(expect.objectContaining({ kind: "temporary", message: expect.stringContaining("no longer has block") }));
    const elsewhere = { ...decision, blocks: [{ ...decision.blocks[0]!, chainId: 999 }] };
    await expect(prepare(elsewhere, cluster.interop.chains)).rejects.toThrow("chain 999 is not run here: start it again with --chains, its pending decision waits for it");
  });

  it("denies the blocks with rule and reason and has their chains derive again; twice leaves the same", async () => {
    const cluster = await settled();
    const transition = await prepare(decisionOf(cluster), cluster.interop.chains);
    apply(transition, modules(cluster));
    const once = cluster.directory.contents();
    expect(cluster.interop.watched(902).denied.lastAt(6)).toMatchObject({ hash: cluster.chain(1).at(6).ref.hash, decisionTimestamp: at(7), reason: "identity: values" });
    expect(cluster.interop.watched(902).basis.newest()).toEqual({ timestamp: at(7), l1Inclusion: { hash: cluster.l1.head.hash, number: 1 } });
    expect(cluster.chains.map(({ resets }) => resets)).toEqual([0, 1]);
    apply(transition, modules(cluster));
    expect(cluster.directory.contents()).toEqual(once);
  });
});

describe("a rewind", () => {
  it.each([[at(3), at(3)], [undefined, undefined]])("to %s takes back verified timestamps and later denials, and resets only chains that had one; twice leaves the same", async (to, last) => {
    const cluster = await settled();
    const { denied, basis } = cluster.interop.watched(902);
    const output = { stateRoot: word(1), messagePasserStorageRoot: word(2), blockHash: word(3) };
    basis.note({ timestamp: at(5), l1Inclusion: { hash: word(9), number: 1 } });
    for (const [number, decisionTimestamp] of [[2, at(2)], [5, at(5)]] as const) denied.add({ number, hash: word(number), decisionTimestamp, output, reason: "x" });
    const rewind: Transition = { kind: "rewind", to, reason: "L1 moved" };
    apply(rewind, modules(cluster));
    const once = cluster.directory.contents();
    expect(cluster.verified).toBe(last);
    expect(denied.heights()).toEqual(to === undefined ? [] : [2]);
    expect(basis.newest()).toBeUndefined();
    expect(cluster.chains.map(({ resets }) => resets)).toEqual([0, 1]);
    await cluster.chain(0).run();
    expect(cluster.chain(0).heads()?.safe.number, "the chain was told").toBe(to === undefined ? 0 : 3);
    apply(rewind, modules(cluster));
    expect(cluster.directory.contents()).toEqual(once);
    expect(cluster.chains.map(({ resets }) => resets)).toEqual([0, 1]);
  });
});

describe("what the newest denial rests on", () => {
  it("is kept, replaced by the next, and forgotten with denials of its time", () => {
    const basis = new DenialBasis(new MemoryStore());
    expect(basis.newest()).toBeUndefined();
    basis.note({ timestamp: 7, l1Inclusion: { hash: word(1), number: 1 } });
    basis.note({ timestamp: 8, l1Inclusion: { hash: word(2), number: 2 } });
    basis.dropAfter(8);
    expect(basis.newest()).toEqual({ timestamp: 8, l1Inclusion: { hash: word(2), number: 2 } });
    basis.dropAfter(7);
    expect(basis.newest()).toBeUndefined();
  });

  it("is critical when a bit of it is flipped, or when its content is another's, with the remedy", () => {
    const remedy = expect.objectContaining({ kind: "critical", message: expect.stringContaining("delete the folder of the interop activity") });
    const store = new MemoryStore();
    new DenialBasis(store).note({ timestamp: 7, l1Inclusion: { hash: word(1), number: 1 } });
    const [[key, value]] = [...store.entries()] as [[Uint8Array, Uint8Array]];
    for (let at = 0; at < value.length; at++) {
      store.write([[key, value.map((byte, i) => (i === at ? byte ^ 1 : byte))]]);
      expect(() => new DenialBasis(store).newest(), `byte ${at}`).toThrow(remedy);
    }
    new SingleRecord(store, { where: "another", remedy: "none" }).set(utf8ToBytes("{}"));
    expect(() => new DenialBasis(store).newest()).toThrow(remedy);
  });
});

it("the failsafe is kept over restarts, and critical when its record is damaged", () => {
  const store = new MemoryStore();
  new Failsafe(store).set("a block was denied");
  expect(new Failsafe(store).reason).toBe("a block was denied");
  const [[key, value]] = [...store.entries()] as [[Uint8Array, Uint8Array]];
  store.write([[key, value.map((byte) => byte ^ 1)]]);
  expect(() => new Failsafe(store)).toThrow(/the record of the failsafe.* is damaged/);
  store.write([[key, value]]);
  new Failsafe(store).set(undefined);
  expect(new Failsafe(store).reason).toBeUndefined();
});
