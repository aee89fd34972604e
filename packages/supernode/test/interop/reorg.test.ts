import { describe, expect, it } from "vitest";
import { at, Cluster } from "../support/cluster.ts";
import { executes, says } from "../support/messages.ts";

/** Two chains with messages between them, ten seconds to an L1 block. */
async function verifiedCluster(seconds: number): Promise<Cluster> {
  const cluster = new Cluster({ chains: [{}, { blockTime: 2 }] });
  const [a, b] = [cluster.chain(0), cluster.chain(1)];
  for (let end = 10; end <= seconds; end += 10) {
    const sent = a.block([says(end)]).message(0);
    a.fill(at(end));
    b.fill(at(end - 2));
    b.block([executes(sent)]);
    cluster.post();
  }
  await cluster.settle();
  return cluster;
}

describe("an L1 reorg", () => {
  it.each([[1_000, 1], [1_000, 50], [60, 6]])("under %i verified seconds, from L1 block %i on, is unwound in one step; verification then reaches the same super roots", async (seconds, from) => {
    const cluster = await verifiedCluster(seconds);
    const roots = await cluster.superRoots();
    expect(roots).toHaveLength(seconds + 1);
    cluster.l1.reorg(from);
    expect(await cluster.interop.step()).toBe(true);
    expect(cluster.verified).toBe(from === 1 ? at(0) : at((from - 1) * 10));
    await cluster.settle();
    expect(await cluster.superRoots()).toEqual(roots);
    expect(cluster.chains.map(({ replaced }) => replaced)).toEqual([[], []]);
  });

  it("takes safe heads back with it, and lets unsafe heads stand", async () => {
    const cluster = await verifiedCluster(40);
    cluster.l1.reorg(3, { lost: true });
    await cluster.settle();
    expect(cluster.chain(0).heads()).toMatchObject({ safe: { number: 20 }, localSafe: { number: 20 }, unsafe: { number: 40 } });
    cluster.post();
    await cluster.settle();
    expect(cluster.chain(0).heads()).toMatchObject({ safe: { number: 40 } });
  });

  it("above what is verified makes it wait until every chain has derived again, also those on lower L1 blocks", async () => {
    const cluster = new Cluster({ chains: [{}, {}] });
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    cluster.fillAndPost(2);
    await cluster.settle();
    a.fill(at(4));
    cluster.l1.mine(a.unposted());
    b.fill(at(4));
    cluster.l1.mine(b.unposted());
    b.seesUpTo = 2;
    await cluster.settle();
    expect(cluster.verified).toBe(at(2));
    a.stalled = true;
    b.seesUpTo = Number.MAX_SAFE_INTEGER;
    cluster.l1.reorg(2);
    await cluster.settle();
    expect(cluster.verified).toBe(at(2));
    expect(cluster.interop.waiting).toMatch(/^L1 block 2 \(0x0*a1\w*\) is not on L1 any more: chain 901 will derive again$/);
    a.stalled = false;
    await cluster.settle();
    expect(cluster.verified).toBe(at(4));
  });

  it("forgets the denials that were decided on what it took back: the block stands when its message holds now", async () => {
    const cluster = new Cluster({ chains: [{}, {}] });
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    cluster.fillAndPost(2);
    await cluster.settle();
    const good = b.block([executes(a.messageAt(3, 0, says(1)))]);
    const hash = b.tip.hash;
    const batchOfB = b.unposted();
    a.block([says(2)]);
    cluster.l1.mine([...a.unposted(), ...batchOfB]);
    await cluster.settle();
    expect(cluster.verified).toBe(at(3));
    expect(cluster.interop.watched(902).denied.isDenied(good.number, hash)).toBe(true);

    cluster.l1.reorg(2, { lost: true });
    await cluster.settle();
    a.dropUnsafe(3);
    a.block([says(1)]);
    cluster.l1.mine([...a.unposted(), ...batchOfB]);
    await cluster.settle();
    expect(cluster.verified).toBe(at(3));
    expect(cluster.interop.watched(902).denied.heights()).toEqual([]);
    expect(b.at(3).ref.hash).toBe(hash);
  });

  it.each([false, true])("forgets a denial also when nothing above it is verified yet, after a restart too (%s)", async (restarts) => {
    const cluster = new Cluster({ chains: [{}, {}] });
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    cluster.fillAndPost(2);
    await cluster.settle();
    b.block([executes(a.messageAt(3, 0, says(1)))]);
    const hash = b.tip.hash;
    const batchOfB = b.unposted();
    a.block([says(2)]);
    cluster.l1.mine([...a.unposted(), ...batchOfB]);
    while (!cluster.interop.watched(902).denied.has(3)) await cluster.turn();
    b.stalled = true;

    cluster.l1.reorg(2, { lost: true });
    if (restarts) cluster.restart();
    await cluster.settle();
    expect(cluster.verified).toBe(at(2));
    expect(cluster.interop.watched(902).denied.heights()).toEqual([]);
    b.stalled = false;
    await cluster.settle();
    a.dropUnsafe(3);
    a.block([says(1)]);
    cluster.l1.mine([...a.unposted(), ...batchOfB]);
    await cluster.settle();
    expect(cluster.verified).toBe(at(3));
    expect(b.at(3).ref.hash).toBe(hash);
  });

  it("that takes back a message takes its execution down in the same way as on a node that never saw the old L1", async () => {
    const cluster = await verifiedCluster(20);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    const batchOfB = cluster.l1.block(2)!.postings.filter(({ chainId }) => chainId === 902);
    cluster.l1.reorg(2, { lost: true });
    await cluster.settle();
    a.dropUnsafe(11);
    a.fill(at(20));
    cluster.l1.mine([...a.unposted(), ...batchOfB]);
    await cluster.settle();
    expect(b.replaced).toEqual([10]);
    expect(cluster.verified).toBe(at(20));

    const fresh = new Cluster({ chains: [{}, { blockTime: 2 }] });
    for (let number = 1; number <= cluster.l1.head.number; number++) fresh.l1.mine(cluster.l1.block(number)!.postings);
    await fresh.settle();
    expect(await fresh.superRoots()).toEqual(await cluster.superRoots());
  });

  it("below what is finalized halts with the remedy; nothing is taken back", async () => {
    const cluster = await verifiedCluster(40);
    cluster.l1.finalized = 3;
    await cluster.settle();
    expect(cluster.chain(0).heads()?.finalized.number).toBe(30);
    cluster.l1.reorg(2);
    await expect(cluster.interop.step()).rejects.toThrow(/block 30 \(0x\w+\) of chain 901 rests on it and is finalized, so it cannot be taken back: check that --l1 names the right L1/);
    expect(cluster.verified).toBe(at(40));
  });

  it.each([[0, true], [1, false]])("under all that is verified, with L1 block %i final, is taken back whole: %s", async (finalized, taken) => {
    const cluster = new Cluster({ chains: [{ activation: 5 }, { activation: 5 }] });
    for (const seconds of [5, 12]) cluster.fillAndPost(seconds);
    await cluster.settle();
    expect([cluster.interop.verified.first, cluster.verified]).toMatchObject([{ timestamp: at(5), l1Inclusion: { number: 1 } }, at(12)]);
    const roots = await cluster.superRoots();
    cluster.l1.finalized = finalized;
    await cluster.settle();
    cluster.l1.reorg(1);
    if (!taken) return expect(cluster.interop.step()).rejects.toThrow(/block 5 \(0x\w+\) of chain 901 rests on it and is finalized/);
    expect([await cluster.interop.step(), cluster.verified]).toEqual([true, undefined]);
    await cluster.settle();
    expect([cluster.verified, await cluster.superRoots()]).toEqual([at(12), roots]);
  });

  it("of blocks that L1 had made final is unwound where no chain has finalized what rests on them", async () => {
    const cluster = await verifiedCluster(40);
    cluster.l1.finalized = 3;
    cluster.l1.reorg(2);
    expect([await cluster.interop.step(), cluster.verified]).toEqual([true, at(10)]);
  });

  it("that makes blocks of other hashes final under the numbers of those that it takes back finalizes nothing that rests on the old ones, however the chains look before interop does", async () => {
    const cluster = await verifiedCluster(40);
    const roots = await cluster.superRoots();
    cluster.l1.finalized = 2;
    await cluster.settle();
    cluster.l1.reorg(3);
    cluster.l1.finalized = 4;
    for (const chain of cluster.chains) chain.authorityMoved();
    expect(await cluster.chain(0).authority.finalizedHead()).toMatchObject({ kind: "verified", block: { number: 20 } });
    expect([await cluster.interop.step(), cluster.verified]).toEqual([true, at(20)]);
    await cluster.settle();
    expect(await cluster.superRoots()).toEqual(roots);
    expect(cluster.chain(0).heads()).toMatchObject({ finalized: { number: 40 } });
  });

  it("above what is finalized is unwound to there", async () => {
    const cluster = await verifiedCluster(40);
    const roots = await cluster.superRoots();
    cluster.l1.finalized = 2;
    await cluster.settle();
    cluster.l1.reorg(3);
    await cluster.settle();
    expect(await cluster.superRoots()).toEqual(roots);
    expect(cluster.chain(0).heads()).toMatchObject({ finalized: { number: 20 }, safe: { number: 40 } });
  });

  it("takes nothing back while L1 does not answer", async () => {
    const cluster = await verifiedCluster(20);
    cluster.l1.reorg(1);
    cluster.l1.reachable = false;
    await expect(cluster.interop.step()).rejects.toThrow("L1 does not answer");
    expect(cluster.verified).toBe(at(20));
  });
});

describe("an L1 that shows less than before", () => {
  it("takes nothing back, whatever it hides: it may be behind; nothing becomes final until it has come so far again", async () => {
    const cluster = await verifiedCluster(20);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    b.block([executes(a.messageAt(21, 0, says(1)))]);
    cluster.fillAndPost(30);
    await cluster.settle();
    const { denied } = cluster.interop.watched(902);
    const [roots, before] = [await cluster.superRoots(), denied.all(0, 9)];
    expect([cluster.verified, before.length]).toEqual([at(30), 1]);
    for (const from of [3, 2, 1]) {
      const show = cluster.l1.hide(from);
      await cluster.settle();
      expect([cluster.verified, denied.all(0, 9)]).toEqual([at(30), before]);
      expect(cluster.interop.waiting).toBe(`L1 has no block ${from}, on which what was verified rests: whether it still stands is not known until --l1 has come so far`);
      expect(await a.authority.finalizedHead()).toEqual({ kind: "hold" });
      show();
      await cluster.settle();
      expect(await a.authority.finalizedHead()).toMatchObject({ kind: "verified" });
      expect(await cluster.superRoots()).toEqual(roots);
    }
    cluster.fillAndPost(40);
    await cluster.settle();
    expect(cluster.verified).toBe(at(40));
  });

  it("forgets no denial above what is verified either", async () => {
    const cluster = await verifiedCluster(20);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    cluster.fillAndPost(21);
    b.block([executes(a.messageAt(21, 0, says(1)))]);
    cluster.fillAndPost(30);
    const { denied } = cluster.interop.watched(902);
    while (!denied.has(11)) await cluster.turn();
    b.stalled = true;
    const show = cluster.l1.hide(4);
    await cluster.settle();
    expect([denied.heights(), cluster.interop.waiting]).toEqual([[11], "L1 has no block 4, on which a denial of chain 902 rests: whether it still stands is not known until --l1 has come so far"]);
    expect(await a.authority.finalizedHead()).toEqual({ kind: "hold" });
    show();
    b.stalled = false;
    await cluster.settle();
    expect([cluster.verified, denied.heights()]).toEqual([at(30), [11]]);
  });

  it("takes back what it has another block for", async () => {
    const cluster = await verifiedCluster(40);
    cluster.l1.reorg(3);
    cluster.l1.hide(4);
    expect(await cluster.interop.step()).toBe(true);
    expect(cluster.verified).toBe(at(20));
  });
});

describe("an L1 reorg while the node of a chain does not run", () => {
  it("waits for the node where a finalized block may rest on what is lost, at the start too, then halts", async () => {
    const cluster = await verifiedCluster(40);
    cluster.l1.finalized = 3;
    await cluster.settle();
    cluster.restart();
    cluster.l1.reorg(2);
    expect(await cluster.interop.step()).toBe(false);
    expect([cluster.verified, cluster.interop.waiting]).toEqual([at(40), expect.stringMatching(/^L1 block 2 \(0x\w+\) has left L1; whether a finalized block rests on it is not known until the node of chain 901 runs and has found its heads$/)]);
    expect(await cluster.chain(0).authority.finalizedHead()).toEqual({ kind: "hold" });
    await cluster.chain(0).run();
    await expect(cluster.interop.step()).rejects.toThrow(/is finalized, so it cannot be taken back/);
  });

  it.each([[1, at(10)], [2, at(40)]])("with L1 block %i final, is unwound only where no finalized block can rest on what is lost", async (finalized, verified) => {
    const cluster = await verifiedCluster(40);
    cluster.l1.finalized = finalized;
    cluster.chain(1).running = false;
    cluster.l1.reorg(2);
    await cluster.interop.step();
    expect(cluster.verified).toBe(verified);
  });
});

describe("a chain that derives something else from the same L1", () => {
  it("is none while it stands on an L1 that has come and gone meanwhile: it will derive again", async () => {
    const cluster = await verifiedCluster(20);
    const roots = await cluster.superRoots();
    const show = cluster.l1.hide(2);
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    await a.run();
    a.dropUnsafe(11);
    a.block([says(88)]);
    b.fill(at(30));
    a.fill(at(30));
    cluster.post();
    for (const chain of cluster.chains) await chain.run();
    await cluster.index();
    show();
    expect(await cluster.interop.step()).toBe(false);
    expect(cluster.interop.waiting).toMatch(/^chain 901 has block 20 .*: it comes from L1 data that does not stand, the chain will derive again$/);
    await cluster.settle();
    expect([cluster.verified, await cluster.superRoots()]).toEqual([at(20), roots]);
  });

  it("halts verification with the remedy", async () => {
    const cluster = await verifiedCluster(20);
    const [a] = cluster.chains;
    a!.rewrite(15, [says(77)]);
    cluster.fillAndPost(30);
    await expect(cluster.settle()).rejects.toThrow(/chain 901 has block 20 .* was verified there at timestamp 10\d\d, and L1 is the same: check that --l1/);
  });
});
