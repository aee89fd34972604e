import { describe, expect, it } from "vitest";
import { at, Cluster } from "../support/cluster.ts";
import { Fuse } from "../support/fused-store.ts";
import { executes, says } from "../support/messages.ts";

/** A run with advances, invalidations on several chains at once and one after the other, and rewinds with and without denials. */
async function run(fuse: Fuse): Promise<Cluster> {
  const cluster = new Cluster({ chains: [{}, { blockTime: 2 }, {}], fuse });
  const [a, b, c] = [cluster.chain(0), cluster.chain(1), cluster.chain(2)];
  const first = a.block([says(1), says(2)]).message(1);
  cluster.fillAndPost(3);
  await cluster.settle();

  b.block([executes(first), says(3)]);
  const bad = a.block([executes(b.messageAt(2, 9, says(9))), says(4)]).message(1);
  c.block([executes(bad), says(5)]);
  c.block([executes(c.messageAt(4, 1, says(5)))]);
  cluster.fillAndPost(8);
  await cluster.settle();

  cluster.l1.reorg(2);
  await cluster.settle();
  // A cycle falls as a whole: half of it could not be decided again.
  a.block([executes(c.messageAt(9, 1, says(8))), says(7)]);
  c.block([executes(a.messageAt(9, 1, says(7))), says(8)]);
  cluster.fillAndPost(12);
  await cluster.settle();
  cluster.l1.reorg(cluster.l1.head.number - 1);
  await cluster.settle();

  c.block([executes(a.messageAt(13, 0, says(6)))]);
  cluster.fillAndPost(16);
  await cluster.settle();
  return cluster;
}

async function outcome(cluster: Cluster) {
  return {
    verified: cluster.verified,
    superRoots: await cluster.superRoots(),
    denied: cluster.chains.map(({ chainId }) => cluster.interop.watched(chainId).denied.all(0, 1_000)),
    kept: cluster.directory.contents(),
    tips: cluster.chains.map(({ tip }) => tip.hash),
    heads: cluster.chains.map((chain) => chain.heads()),
  };
}

const whole = new Fuse();
const uninterrupted = await outcome(await run(whole));

describe("a process that ends at any of its writes", () => {
  it("would, uninterrupted, advance, invalidate and take back", () => {
    expect(uninterrupted.verified).toBe(at(16));
    expect(uninterrupted.superRoots).toHaveLength(17);
    expect(whole.writes).toBeGreaterThan(40);
  });

  it.each(["before", "after"] as const)("%s the write: started again it makes the same decisions, applies none twice, keeps the same and reaches the same super roots", async (side) => {
    for (let write = 1; write <= whole.writes; write++) {
      const fuse = new Fuse(write, side);
      const cluster = await run(fuse);
      expect(fuse.blown).toBe(true);
      expect(await outcome(cluster), `ended ${side} write ${write}`).toEqual(uninterrupted);
    }
  });
});

describe("the first answers after a restart", () => {
  it("are those from before it: safe and finalized heads, deny list, super roots", async () => {
    const cluster = await run(new Fuse());
    cluster.l1.finalized = cluster.l1.head.number - 1;
    for (const chain of cluster.chains) chain.authorityMoved();
    await cluster.settle();
    const told = async () => Promise.all(cluster.chains.map(async ({ authority }) => [await authority.safeHead(), await authority.finalizedHead(), await authority.deniedHeights(0)]));
    const before = [await told(), cluster.chains.map((chain) => chain.heads()), await cluster.superRoots()] as const;
    cluster.restart();
    expect(await told(), "nothing is final until L1 was looked at").toEqual(before[0].map(([safe, , denied]) => [safe, { kind: "hold" }, denied]));
    for (const chain of cluster.chains) await chain.run();
    expect([cluster.chains.map((chain) => chain.heads()), await cluster.superRoots()], "finalized stays while it is held").toEqual(before.slice(1));
    await cluster.turn();
    expect([await told(), cluster.chains.map((chain) => chain.heads()), await cluster.superRoots()]).toEqual(before);
  });

  it("hold while nothing was verified before: safe heads wait for the first verified timestamp", async () => {
    const cluster = new Cluster({ chains: [{}, {}] });
    expect(await cluster.chain(0).authority.safeHead()).toEqual({ kind: "hold" });
    cluster.fillAndPost(3);
    for (const chain of cluster.chains) await chain.run();
    expect(await cluster.chain(0).authority.safeHead()).toEqual({ kind: "up-to", number: 0 });
    expect(cluster.chain(0).heads()).toMatchObject({ localSafe: { number: 3 }, safe: { number: 0 } });
  });
});
