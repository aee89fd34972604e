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
    for (const chain of cluster.chains) chain.authorityMoved();
    await cluster.settle();
    expect(cluster.chain(0).heads()?.finalized.number).toBe(30);
    cluster.l1.reorg(2);
    await expect(cluster.interop.step()).rejects.toThrow(/block 30 \(0x\w+\) of chain 901 rests on it and is finalized, so it cannot be taken back: check that --l1 names the right L1/);
    expect(cluster.verified).toBe(at(40));
  });

  it("above what is finalized is unwound to there", async () => {
    const cluster = await verifiedCluster(40);
    const roots = await cluster.superRoots();
    cluster.l1.finalized = 2;
    for (const chain of cluster.chains) chain.authorityMoved();
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

describe("a chain that derives something else from the same L1", () => {
  it("halts verification with the remedy", async () => {
    const cluster = await verifiedCluster(20);
    const [a] = cluster.chains;
    a!.rewrite(15, [says(77)]);
    cluster.fillAndPost(30);
    await expect(cluster.settle()).rejects.toThrow(/chain 901 has block 20 .* was verified there at timestamp 10\d\d, and L1 is the same: check that --l1/);
  });
});
