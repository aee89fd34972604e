import { dependencySetOf } from "@pangaea/interop";
import { describe, expect, it } from "vitest";
import { at, Cluster } from "../support/cluster.ts";
import { executes, says } from "../support/messages.ts";

const two = () => new Cluster({ chains: [{}, {}] });

describe("verification", () => {
  it("goes on as far as all chains' data on L1 does, and no further", async () => {
    const cluster = two();
    cluster.chain(0).fill(at(9));
    cluster.chain(1).fill(at(5));
    cluster.post();
    await cluster.settle();
    expect(cluster.verified).toBe(at(5));
    expect(cluster.interop.waiting).toContain("chain 902: block 6 for timestamp 1006 is not local safe yet, block 5 is");
    cluster.chain(1).fill(at(7));
    cluster.post();
    await cluster.settle();
    expect(cluster.verified).toBe(at(7));
  });

  it("decides nothing on what has changed while L1 was asked", async () => {
    const cluster = two();
    cluster.fillAndPost(2);
    await cluster.settle();
    for (const seconds of [4, 8]) cluster.fillAndPost(seconds);
    for (const chain of cluster.chains) await chain.run();
    await cluster.index();
    const { l1, interop } = cluster;
    const ask = l1.blockRefByNumber;
    let asked = 0;
    l1.blockRefByNumber = async (number) => {
      if (++asked === 3) {
        cluster.chain(0).rewrite(3, [says(1)]);
        await cluster.index();
      }
      return ask(number);
    };
    expect([await interop.step(), interop.waiting, cluster.verified]).toEqual([false, "a chain changed while it was looked at", at(2)]);
    expect([await interop.step(), cluster.verified]).toEqual([true, at(8)]);
    expect(interop.verified.at(at(3))?.heads.get(901)?.hash).toBe(cluster.chain(0).at(3).ref.hash);
  });

  it("finalizes after a restart as soon as L1 was looked at, though nothing else moves", async () => {
    const cluster = two();
    for (const seconds of [3, 6]) cluster.fillAndPost(seconds);
    await cluster.settle();
    cluster.restart();
    cluster.l1.finalized = 2;
    const finalized = async () => {
      for (const chain of cluster.chains) while (await chain.run());
      return cluster.chains.map((chain) => chain.heads()?.finalized.number);
    };
    expect(await finalized()).toEqual([0, 0]);
    expect(await cluster.interop.step()).toBe(false);
    expect(await finalized()).toEqual([6, 6]);
  });

  it.each([0, 1])("has taken L1 into account as far as the chain furthest behind has read it, be it chain %i", async (slow) => {
    const cluster = two();
    cluster.fillAndPost(2);
    for (let i = 0; i < 3; i++) cluster.l1.mine();
    cluster.chain(slow).seesUpTo = 2;
    await cluster.settle();
    expect([cluster.verified, cluster.interop.currentL1]).toEqual([at(2), { hash: cluster.l1.block(2)!.hash, number: 2 }]);
    cluster.chain(slow).seesUpTo = 9;
    await cluster.settle();
    expect(cluster.interop.currentL1.number).toBe(4);
  });

  it("has taken L1 into account no further than what is verified, while it is not for want of data that it waits", async () => {
    const cluster = two();
    cluster.fillAndPost(2);
    await cluster.settle();
    cluster.fillAndPost(4);
    cluster.l1.mine();
    for (const chain of cluster.chains) await chain.run();
    expect([await cluster.interop.step(), cluster.interop.currentL1]).toEqual([false, { hash: cluster.l1.block(1)!.hash, number: 1 }]);
    await cluster.settle();
    expect([cluster.verified, cluster.interop.currentL1.number]).toEqual([at(4), 3]);
  });

  it("begins with genesis where interop is active from there", async () => {
    const cluster = two();
    cluster.fillAndPost(3);
    await cluster.settle();
    expect(cluster.interop.verified.first?.timestamp).toBe(at(0));
  });

  it("moves every chain's safe head to what is verified, and its local safe head without it", async () => {
    const cluster = two();
    cluster.chain(0).fill(at(9));
    cluster.chain(1).fill(at(5));
    cluster.post();
    await cluster.settle();
    expect(cluster.chains.map((chain) => [chain.heads()?.safe.number, chain.heads()?.localSafe.number])).toEqual([[5, 9], [5, 5]]);
  });

  it("finalizes what is verified from L1 blocks that are final", async () => {
    const cluster = two();
    cluster.fillAndPost(4);
    cluster.fillAndPost(9);
    await cluster.settle();
    expect(cluster.chain(0).heads()?.finalized.number).toBe(0);
    cluster.l1.finalized = 1;
    await cluster.settle();
    expect(cluster.chain(0).heads()?.finalized.number).toBe(4);
    expect(cluster.chain(0).heads()?.safe.number).toBe(9);
  });

  it.each([[1, 2], [2, 1], [2, 3], [4, 1]])("takes chains of %i s and %i s a block together, each with its last block at or before the time", async (a, b) => {
    const cluster = new Cluster({ chains: [{ blockTime: a }, { blockTime: b }] });
    for (const chain of cluster.chains) chain.fill(at(12));
    const sent = cluster.chain(0).block([says(1)]).message(0);
    for (const chain of cluster.chains) chain.fill(at(23));
    cluster.chain(1).block([executes(sent)]);
    for (const chain of cluster.chains) chain.fill(at(36));
    cluster.post();
    await cluster.settle();
    const covered = Math.min(...cluster.chains.map((chain) => chain.tip.timestamp + chain.config.blockTime - 1));
    expect(cluster.verified).toBe(covered);
    for (let seconds = 0; seconds <= covered - at(0); seconds++) {
      const heads = cluster.interop.verified.at(at(seconds))?.heads;
      expect(cluster.chains.map(({ chainId }) => heads?.get(chainId)?.number)).toEqual([a, b].map((blockTime) => Math.floor(seconds / blockTime)));
    }
    expect(cluster.chains.flatMap(({ replaced }) => replaced)).toEqual([]);
  });

  it("lets valid messages stand: both ways, to the chain itself, of a deposit, the same one twice, and at the same time", async () => {
    const cluster = two();
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    const fromA = a.block([says(1), says(2)]).message(1);
    const fromB = b.block([says(3)], [says(4)]);
    const own = a.block([executes(fromB.message(1)), executes(fromB.message(1)), executes(fromB.message(0)), says(5)]);
    b.block([executes(fromA), executes(own.message(3))]);
    a.block([executes(own.message(3)), executes(fromA)]);
    b.block();
    cluster.post();
    await cluster.settle();
    expect(cluster.verified).toBe(at(3));
    expect(cluster.chains.map(({ resets }) => resets)).toEqual([0, 0]);
  });

  it("goes over a chain whose dependencies go no further than itself, at the pace of the slowest all the same", async () => {
    const set = dependencySetOf({ accepts: new Map([[901, [902]], [902, []], [903, []]]) });
    const cluster = new Cluster({ chains: [{}, {}, {}], set });
    const sent = cluster.chain(1).block([says(1)]).message(0);
    cluster.chain(0).block();
    cluster.chain(0).block([executes(sent)]);
    cluster.fillAndPost(4);
    await cluster.settle();
    expect(cluster.verified).toBe(at(4));
    expect(cluster.chain(0).replaced).toEqual([]);
  });

  it("waits for a chain whose node does not run, and says so; the other chains' local safe and unsafe heads go on", async () => {
    const cluster = two();
    cluster.fillAndPost(3);
    await cluster.settle();
    cluster.chain(1).running = false;
    cluster.chain(0).fill(at(9));
    cluster.post();
    await cluster.settle();
    expect(cluster.verified).toBe(at(3));
    expect(cluster.interop.waiting).toBe("chain 902: its node does not run or has not found its heads yet");
    expect(cluster.chain(0).heads()).toMatchObject({ localSafe: { number: 9 }, safe: { number: 3 } });
    cluster.chain(1).running = true;
    cluster.fillAndPost(9);
    await cluster.settle();
    expect(cluster.verified).toBe(at(9));
  });

  it("waits while L1 cannot be asked, and goes on after", async () => {
    const cluster = two();
    cluster.fillAndPost(3);
    await cluster.settle();
    cluster.l1.reachable = false;
    cluster.fillAndPost(5);
    await expect(cluster.settle()).rejects.toThrow("L1 does not answer");
    expect(cluster.verified).toBe(at(3));
    cluster.l1.reachable = true;
    await cluster.settle();
    expect(cluster.verified).toBe(at(5));
  });

  it("begins after the youngest genesis and the earliest activation of its chains", async () => {
    const late = new Cluster({ chains: [{}, { begins: 4 }] });
    late.fillAndPost(8);
    await late.settle();
    expect(late.interop.verified.first?.timestamp).toBe(at(4));
    const activated = new Cluster({ chains: [{ activation: 7 }, { activation: 5 }] });
    activated.fillAndPost(8);
    await activated.settle();
    expect(activated.interop.verified.first?.timestamp).toBe(at(5));
  });

  it.each([1, 2, 3])("begins above the safe heads with which its chains' records begin, with %i s a block", async (blockTime) => {
    const cluster = new Cluster({ chains: [{ blockTime }, {}] });
    cluster.chain(0).startAt(4);
    cluster.chain(1).startAt(3);
    cluster.fillAndPost(30);
    await cluster.settle();
    expect(cluster.interop.verified.first?.timestamp).toBe(at(5 * blockTime));
    expect(cluster.verified).toBe(at(30));
  });
});
