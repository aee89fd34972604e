import { dependencySetOf, type MessageRule } from "@pangaea/interop";
import { describe, expect, it } from "vitest";
import { at, Cluster } from "../support/cluster.ts";
import type { FakeChainOptions } from "../support/fake-chain.ts";
import { changed, type Changes, executes, says } from "../support/messages.ts";

const WINDOW = 20;
const mesh = (count: number, windowSeconds: number) => dependencySetOf({ accepts: new Map(Array.from({ length: count }, (_, i) => [901 + i, Array.from({ length: count }, (_, j) => 901 + j)])), messageExpiryWindow: windowSeconds });
const clusterOf = (chains: readonly FakeChainOptions[], set = mesh(chains.length, WINDOW)) => new Cluster({ chains, set });
const reasonsOf = (cluster: Cluster, chainId: number) => cluster.interop.watched(chainId).denied.all(0, 100).map(({ number, reason }) => [number, reason.split(":")[0]]);

describe("a block with a message that does not hold", () => {
  it.each<readonly [string, Changes, MessageRule]>([
    ["another origin", { origin: `0x${"08".repeat(20)}` }, "identity"],
    ["an earlier block", { blockNumber: 1 }, "identity"],
    ["a later block", { blockNumber: 3 }, "identity"],
    ["a block that is not there yet", { blockNumber: 1_000_000 }, "identity"],
    ["another log of the block", { logIndex: 0 }, "identity"],
    ["a log that the block does not have", { logIndex: 2 }, "identity"],
    ["an earlier time", { timestamp: at(1) }, "identity"],
    ["a later time, before its execution", { timestamp: at(3) }, "identity"],
    ["a time after its execution", { timestamp: at(7) }, "timestamp"],
    ["another chain of the set", { chainId: 902n }, "identity"],
    ["a chain outside of the set", { chainId: 999n }, "dependency-set"],
    ["a chain id beyond 64 bits whose end is that of the source", { chainId: 901n + (1n << 64n) }, "dependency-set"],
    ["another payload", { payloadHash: `0x${"09".repeat(32)}` }, "identity"],
  ])("is replaced by its deposits when the message names %s; verification goes on with the replacement", async (_, changes, rule) => {
    const cluster = clusterOf([{}, {}]);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    a.fill(at(1));
    const sent = a.block([says(1), says(2)]).message(1);
    b.fill(at(4));
    const bad = b.block([says(3), executes(changed(sent, changes))], [says(4)]);
    const fallen = b.at(bad.number).ref.hash;
    cluster.fillAndPost(8);
    await cluster.settle();
    expect(reasonsOf(cluster, 902)).toEqual([[5, rule]]);
    expect(cluster.interop.ingress.failsafe.reason, "where no option says so").toBeUndefined();
    expect(cluster.interop.watched(902).denied.isDenied(5, fallen)).toBe(true);
    expect(b.at(5).ref.hash).not.toBe(fallen);
    expect(b.at(5).body).toEqual({ deposits: [says(4)], logs: [] });
    expect(cluster.verified).toBe(at(8));
    expect(cluster.interop.verified.at(at(5))?.heads.get(902)).toEqual({ number: 5, hash: b.at(5).ref.hash });
    expect([a.resets, b.resets]).toEqual([0, 1]);
  });

  it.each<readonly [string, number, number, string | undefined]>([
    ["sent one second after its execution", 6, 5, "timestamp"],
    ["sent at the same time", 5, 5, undefined],
    ["sent one second before", 4, 5, undefined],
    ["executed one second before it expires", 2, 2 + WINDOW - 1, undefined],
    ["executed in the last second", 2, 2 + WINDOW, undefined],
    ["executed one second after it expired", 2, 2 + WINDOW + 1, "expiry"],
  ])("judges by time: %s", async (_, sentAt, executedAt, rule) => {
    const cluster = clusterOf([{}, {}]);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    a.fill(at(sentAt - 1));
    const sent = a.block([says(1)]).message(0);
    b.fill(at(executedAt - 1));
    b.block([executes(sent)]);
    cluster.fillAndPost(30);
    await cluster.settle();
    expect(reasonsOf(cluster, 902)).toEqual(rule === undefined ? [] : [[executedAt, rule]]);
    expect(cluster.verified).toBe(at(30));
  });

  it.each<readonly [string, readonly FakeChainOptions[], number, number, string | undefined]>([
    ["sent in the activation block", [{ activation: 5 }, {}], 5, 7, "initiation-activation"],
    ["sent right after the activation block", [{ activation: 5 }, {}], 6, 7, undefined],
    ["sent before activation", [{ activation: 5 }, {}], 4, 7, "initiation-activation"],
    ["executed in the activation block", [{}, { activation: 5 }], 3, 5, "execution-activation"],
    ["executed right after the activation block", [{}, { activation: 5 }], 3, 6, undefined],
    ["sent in the activation block, where activation lies between two blocks", [{ activation: 5, blockTime: 2 }, {}], 6, 9, "initiation-activation"],
    ["sent in the block after that", [{ activation: 5, blockTime: 2 }, {}], 8, 9, undefined],
    ["sent in genesis' second, active from genesis", [{}, {}], 1, 2, undefined],
  ])("judges by activation: %s", async (_, chains, sentAt, executedAt, rule) => {
    const cluster = clusterOf(chains);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    a.fill(at(sentAt - 1));
    const sent = a.block([says(1)]).message(0);
    expect(sent.identifier.timestamp).toBe(at(sentAt));
    b.fill(at(executedAt - 1));
    b.block([executes(sent)]);
    cluster.fillAndPost(12);
    await cluster.settle();
    expect(reasonsOf(cluster, 902)).toEqual(rule === undefined ? [] : [[executedAt, rule]]);
  });

  it("is not judged at all before interop is active on its chain", async () => {
    const cluster = clusterOf([{}, { activation: 5 }]);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    b.fill(at(2));
    b.block([executes(a.messageAt(900, 0, says(1)))]);
    cluster.fillAndPost(9);
    await cluster.settle();
    expect(reasonsOf(cluster, 902)).toEqual([]);
    expect(cluster.verified).toBe(at(9));
  });

  it("falls where its chain does not accept the source; the other way round the message holds", async () => {
    const cluster = clusterOf([{}, {}], dependencySetOf({ accepts: new Map([[901, [902]], [902, []]]) }));
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    const [fromA, fromB] = [a.block([says(1)]).message(0), b.block([says(2)]).message(0)];
    a.block([executes(fromB)]);
    b.block([executes(fromA)]);
    cluster.fillAndPost(4);
    await cluster.settle();
    expect([reasonsOf(cluster, 901), reasonsOf(cluster, 902)]).toEqual([[], [[2, "dependency-set"]]]);
  });

  it("takes what depends on it along on two other chains; an independent chain is untouched", async () => {
    const cluster = clusterOf([{}, {}, {}, {}]);
    const [a, b, c, d] = [cluster.chain(0), cluster.chain(1), cluster.chain(2), cluster.chain(3)];
    const fine = d.block([says(9)]).message(0);
    a.fill(at(2));
    const fromA = a.block([executes(b.messageAt(1, 7, says(1))), says(2)]).message(1);
    b.fill(at(2));
    const sameTime = b.block([executes(fromA), says(3)]).message(1);
    c.fill(at(4));
    c.block([executes(sameTime), says(4)]);
    c.block([executes(fine)]);
    d.fill(at(9));
    const untouched = d.tip.hash;
    cluster.fillAndPost(9);
    await cluster.settle();
    expect([901, 902, 903, 904].map((chainId) => reasonsOf(cluster, chainId))).toEqual([[[3, "identity"]], [[3, "identity"]], [[5, "identity"]], []]);
    expect([d.resets, d.tip.hash, d.replaced]).toEqual([0, untouched, []]);
    expect(c.at(6).body.logs).toHaveLength(1);
    expect(cluster.verified).toBe(at(9));
    expect((await cluster.superRoots()).every((root) => root !== undefined)).toBe(true);
  });

  it("falls with a message over blocks of its own: what it sends to itself and to a later log", async () => {
    const cluster = clusterOf([{}, {}]);
    const a = cluster.chain(0);
    a.block([executes(a.messageAt(1, 1, says(1))), says(1)]);
    cluster.fillAndPost(3);
    await cluster.settle();
    expect(reasonsOf(cluster, 901)).toEqual([[1, "cycle"]]);
    expect(cluster.verified).toBe(at(3));
  });

  it("falls with all others of a cycle over chains; a chain that executed one of its messages falls after them", async () => {
    const cluster = clusterOf([{}, {}, {}]);
    const [a, b, c] = [cluster.chain(0), cluster.chain(1), cluster.chain(2)];
    a.block([executes(b.messageAt(1, 1, says(2))), says(1)]);
    const sent = b.block([executes(a.messageAt(1, 1, says(1))), says(2)]).message(1);
    c.block([executes(sent)]);
    cluster.fillAndPost(3);
    await cluster.settle();
    expect([901, 902, 903].map((chainId) => reasonsOf(cluster, chainId))).toEqual([[[1, "cycle"]], [[1, "cycle"]], [[1, "identity"]]]);
    expect(cluster.verified).toBe(at(3));
  });

  it("is denied again with what comes in its place, when that does not hold either", async () => {
    const cluster = clusterOf([{}, {}]);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    b.fill(at(1));
    b.block([executes(a.messageAt(1, 0, says(1)))]);
    b.block([executes(a.messageAt(2, 0, says(1)))]);
    cluster.fillAndPost(5);
    await cluster.settle();
    expect(reasonsOf(cluster, 902)).toEqual([[2, "identity"], [3, "identity"]]);
    expect(cluster.verified).toBe(at(5));
  });

  it("stays denied after a restart, and does not come back", async () => {
    const cluster = clusterOf([{}, {}]);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    b.fill(at(1));
    const bad = b.block([executes(a.messageAt(1, 0, says(1)))]);
    const fallen = b.at(bad.number).ref.hash;
    cluster.fillAndPost(5);
    await cluster.settle();
    const roots = await cluster.superRoots();
    cluster.restart();
    expect(await b.authority.isDenied(bad.number, fallen)).toBe(true);
    await cluster.settle();
    expect(b.at(bad.number).ref.hash).not.toBe(fallen);
    expect(await cluster.superRoots()).toEqual(roots);
  });

  it("counts in the metrics, and switches the failsafe on where that is wanted", async () => {
    for (const failsafeOnInvalidation of [true, false]) {
      const cluster = new Cluster({ chains: [{}, {}], options: { failsafeOnInvalidation } });
      cluster.chain(1).block([executes(cluster.chain(0).messageAt(1, 0, says(1)))]);
      cluster.fillAndPost(2);
      await cluster.settle();
      expect(await cluster.interop.metrics.registry.metrics()).toContain('supernode_interop_invalidations_total{chain_id="902"} 1');
      expect(cluster.interop.ingress.failsafe.reason).toEqual(failsafeOnInvalidation ? expect.stringContaining("block 1 of chain 902 executed a message that does not hold") : undefined);
    }
  });
});

describe("ignorance", () => {
  it("of history that is no longer kept halts with the remedy, and denies nothing", async () => {
    const cluster = clusterOf([{}, {}]);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    const sent = a.block([says(1)]).message(0);
    cluster.fillAndPost(9);
    await cluster.settle();
    cluster.interop.watched(901).index.prune(at(5));
    b.block([executes(sent)]);
    cluster.fillAndPost(12);
    await expect(cluster.settle()).rejects.toThrow("the logs of block 1 of chain 901 are no longer kept: block 1 lies before block 5, the first that is kept; backfill them, the message has not expired");
    expect([cluster.verified, reasonsOf(cluster, 902)]).toEqual([at(9), []]);
  });

  it("of a block to be denied, which its execution layer no longer has, makes it wait", async () => {
    const cluster = clusterOf([{}, {}]);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    b.block([executes(a.messageAt(1, 0, says(1)))]);
    cluster.fillAndPost(3);
    await cluster.chain(0).run();
    await b.run();
    await cluster.index();
    b.fault = "unreachable";
    await expect(cluster.interop.step().then(() => cluster.interop.step())).rejects.toThrow("chain 902: the execution layer does not answer");
    expect(reasonsOf(cluster, 902)).toEqual([]);
    b.fault = "none";
    await cluster.settle();
    expect(reasonsOf(cluster, 902)).toEqual([[1, "identity"]]);
  });
});
