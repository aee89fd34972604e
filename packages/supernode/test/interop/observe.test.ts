import { SafeHeadDb } from "@pangaea/node";
import { CriticalError, type L1Heads, NotFoundError, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it, vi } from "vitest";
import { observe, stillStands } from "../../src/interop/observe.ts";
import { at, Cluster } from "../support/cluster.ts";
import { says } from "../support/messages.ts";

async function opened(seconds = 6): Promise<Cluster> {
  const cluster = new Cluster({ chains: [{}, { blockTime: 2 }] });
  cluster.fillAndPost(seconds);
  for (const chain of cluster.chains) await chain.run();
  return cluster;
}
const look = ({ interop, l1 }: Cluster) => observe({ chains: interop.chains, verified: interop.verified, l1, l1Heads: l1.heads, firstTimestamp: () => interop.firstTimestamp() });

describe("observing", () => {
  it("takes all timestamps that every chain covers, each with heads, messages of fresh blocks only, and the highest L1 block", async () => {
    const cluster = await opened();
    await cluster.index();
    const seen = await look(cluster);
    if (seen.kind !== "rounds") throw new Error(seen.kind);
    expect(seen.rounds.map(({ timestamp, heads }) => [timestamp, ...[...heads.values()].map(({ number }) => number)])).toEqual([0, 1, 2, 3, 4, 5, 6].map((seconds) => [at(seconds), seconds, Math.floor(seconds / 2)]));
    expect(seen.rounds.map(({ l1Inclusion }) => l1Inclusion.number)).toEqual([0, 1, 1, 1, 1, 1, 1]);
    expect(seen.rounds[3]!.chains.map(({ timestamp, upTo }) => [timestamp, upTo])).toEqual([[at(3), 3], [at(2), 1]]);
  });

  it("waits with a block until no challenge can take its data away, and with no block whose data cannot be challenged", async () => {
    const altDa = { commitmentKind: "keccak256", challengeContract: `0x${"da".repeat(20)}`, challengeWindow: 2, resolveWindow: 3 } as const;
    const cluster = new Cluster({ chains: [{ altDa }, { altDa: { ...altDa, commitmentKind: "generic" } }] });
    cluster.fillAndPost(3);
    const come = async () => {
      for (const chain of cluster.chains) await chain.run();
      await cluster.index();
      const seen = await look(cluster);
      return seen.kind === "rounds" ? [seen.rounds.length, seen.reason] : [];
    };
    expect(await come()).toEqual([0, "chain 901: the data of block 0 may be lost to a challenge up to L1 block 5, and L1 is read up to block 1"]);
    for (let i = 0; i < 4; i++) cluster.l1.mine();
    expect(await come()).toEqual([1, expect.stringContaining("block 1 may be lost to a challenge up to L1 block 6")]);
    cluster.l1.mine();
    expect(await come()).toEqual([4, expect.stringContaining("are verified")]);
  });

  it("is bounded: a long stretch is taken part by part", async () => {
    const cluster = await opened(2_000);
    await cluster.index();
    const seen = await look(cluster);
    expect(seen.kind === "rounds" && seen.rounds.length).toBe(512);
  });

  it("is unready while an index lags behind the chain's local safe head, not for want of data", async () => {
    const cluster = await opened();
    expect(await look(cluster)).toMatchObject({ kind: "unready", behind: false, reason: expect.stringMatching(/^chain 901: local safe block 6 \(0x\w+\) is not in the message index yet$/) });
  });

  it("is unready for want of data only when every chain has either enough or too little", async () => {
    const cluster = await opened();
    await cluster.settle();
    cluster.chain(0).fill(at(9));
    cluster.post();
    await cluster.chain(0).run();
    await cluster.chain(1).run();
    await cluster.index();
    expect(await look(cluster)).toMatchObject({ kind: "rounds" });
    await cluster.settle();
    expect(await look(cluster)).toMatchObject({ kind: "unready", behind: true });
    cluster.chain(0).running = false;
    expect(await look(cluster)).toMatchObject({ kind: "unready", behind: false });
  });

  it("is unready while it is not known when verification begins", async () => {
    const cluster = await opened();
    await cluster.index();
    const { interop, l1 } = cluster;
    expect(await observe({ chains: interop.chains, verified: interop.verified, l1, l1Heads: l1.heads, firstTimestamp: () => undefined })).toMatchObject({ kind: "unready", behind: false, reason: expect.stringMatching(/^when verification begins is not known yet/) });
  });

  it("is unready while a denied block stands", async () => {
    const cluster = await opened();
    await cluster.index();
    const { hash } = cluster.chain(0).at(3).ref;
    cluster.interop.watched(901).denied.add({ number: 3, hash, decisionTimestamp: at(3), output: { stateRoot: hash, messagePasserStorageRoot: hash, blockHash: hash }, reason: "x" });
    expect(await look(cluster)).toEqual({ kind: "unready", behind: false, reason: "chain 901: block 3 is denied and not replaced yet" });
  });

  it.each([new NotFoundError("L2 block 0 is not on record"), new TemporaryError("its node is paused")])("stops where it is not known at which L1 block a block became safe: %s", async (error) => {
    const cluster = await opened(3);
    cluster.fillAndPost(6);
    for (const chain of cluster.chains) await chain.run();
    await cluster.index();
    const known = vi.spyOn(cluster.chain(1).safeHeads, "l1AtSafeHead");
    const { safeHeads } = cluster.chain(1);
    known.mockImplementation((number) => {
      if (number > 1) throw error;
      return SafeHeadDb.prototype.l1AtSafeHead.call(safeHeads, number);
    });
    const seen = await look(cluster);
    expect([seen.kind, seen.kind === "rounds" && seen.rounds.length, "reason" in seen && seen.reason]).toEqual(["rounds", 4, `chain 902: ${error.message}`]);
  });

  it("throws where that record is damaged", async () => {
    const cluster = await opened();
    await cluster.index();
    vi.spyOn(cluster.chain(1).safeHeads, "l1AtSafeHead").mockImplementation(() => {
      throw new CriticalError("a record is damaged");
    });
    await expect(look(cluster)).rejects.toThrow("a record is damaged");
  });

  it("does not take back what may be finalized while a node does not run and L1's heads are not known", async () => {
    const cluster = new Cluster({ chains: [{}, {}] });
    for (const seconds of [3, 6, 9]) cluster.fillAndPost(seconds);
    await cluster.settle();
    cluster.l1.reorg(2);
    cluster.chain(1).running = false;
    const { interop, l1 } = cluster;
    const seen = (l1Heads: () => L1Heads | undefined) => observe({ chains: interop.chains, verified: interop.verified, l1, l1Heads, firstTimestamp: () => undefined });
    expect((await seen(() => undefined)).kind).toBe("unsettled");
    expect((await seen(l1.heads)).kind).toBe("stale");
  });

  it("finds by bisection the newest verified timestamp whose L1 block stands", async () => {
    const cluster = new Cluster({ chains: [{}, {}] });
    for (let seconds = 3; seconds <= 30; seconds += 3) cluster.fillAndPost(seconds);
    await cluster.settle();
    for (const [from, standing] of [[10, 27], [7, 18], [2, 3]] as const) {
      cluster.l1.reorg(from);
      expect(await look(cluster)).toMatchObject({ kind: "stale", standing: at(standing), lost: { number: 10 } });
    }
  });

  it.each([0, 1, 2, 3])("does not stand when a chain changed while L1 was asked the %i. time", async (when) => {
    const cluster = new Cluster({ chains: [{}, {}] });
    cluster.fillAndPost(2);
    await cluster.settle();
    for (const seconds of [4, 6, 8]) cluster.fillAndPost(seconds);
    for (const chain of cluster.chains) await chain.run();
    await cluster.index();
    let asked = 0;
    const seen = await observe({
      chains: cluster.interop.chains, verified: cluster.interop.verified, l1Heads: cluster.l1.heads, firstTimestamp: () => undefined,
      l1: {
        blockRefByNumber: async (number) => {
          if (asked++ === when) {
            cluster.chain(0).rewrite(3, [says(1)]);
            await cluster.index();
          }
          return cluster.l1.blockRefByNumber(number);
        },
      },
    });
    // Asked the first time, it had seen nothing yet.
    expect([asked, stillStands(seen, cluster.interop.chains)]).toEqual([4, when === 0]);
  });

  it("stands until a block that it saw has left the chain; later blocks change nothing", async () => {
    const cluster = await opened();
    await cluster.index();
    const seen = await look(cluster);
    cluster.chain(0).fill(at(9));
    await cluster.index();
    expect(stillStands(seen, cluster.interop.chains)).toBe(true);
    cluster.chain(0).rewrite(5, [says(1)]);
    await cluster.index();
    expect(stillStands(seen, cluster.interop.chains)).toBe(false);
    expect(stillStands({ kind: "rounds", rounds: [], reason: "" }, cluster.interop.chains)).toBe(true);
    expect(stillStands({ kind: "unready", behind: true, reason: "" }, cluster.interop.chains)).toBe(true);
  });
});
