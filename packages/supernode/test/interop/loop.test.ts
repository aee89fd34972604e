import { dependencySetOf, meshOf } from "@pangaea/interop";
import { CriticalError, silentLogger } from "@pangaea/primitives";
import { describe, expect, it, vi } from "vitest";
import { ManualClock, until } from "../../../node/test/support/manual-clock.ts";
import { Interop, type InteropOptions } from "../../src/interop/interop.ts";
import { at } from "../support/cluster.ts";
import { FakeChain, GENESIS_TIME } from "../support/fake-chain.ts";
import { FakeL1 } from "../support/fake-l1.ts";
import { DataDirectory, Fuse } from "../support/fused-store.ts";
import { executes, says } from "../support/messages.ts";

/** An activity that runs by itself, above chains that the test lets run. */
function start(options: Partial<InteropOptions> = {}, directory = new DataDirectory()) {
  const l1 = new FakeL1(GENESIS_TIME);
  const chains = [new FakeChain(901, l1), new FakeChain(902, l1)];
  const clock = new ManualClock(0);
  const stop = new AbortController();
  const interop = new Interop({ chains, l1, l1Heads: l1.heads, clock, log: silentLogger, openStore: (name) => directory.open(name, new Fuse()) }, { dependencySet: meshOf([901, 902]), ...options });
  for (const chain of chains) chain.authority = interop.authorityOf(chain.chainId);
  const ended = interop.start(stop.signal);
  const work = async () => {
    for (const chain of chains) if (await chain.run()) interop.headsMoved(chain.chainId);
  };
  const reaches = (condition: () => boolean, passing?: ManualClock) => until(() => work().then(condition), passing);
  return {
    l1, clock, interop, a: chains[0]!, b: chains[1]!, reaches,
    post: (seconds: number) => {
      for (const chain of chains) chain.fill(at(seconds));
      l1.mine(chains.flatMap((chain) => chain.unposted()));
    },
    verified: () => interop.verified.last?.timestamp,
    end: () => {
      stop.abort();
      return ended;
    },
  };
}

describe("the interop activity as it runs", () => {
  it("verifies, replaces and unwinds by itself, told of heads, without that time passes", async () => {
    const { l1, interop, a, b, reaches, post, verified, end } = start();
    const sent = a.block([says(1)]).message(0);
    b.block();
    b.block([executes(sent)]);
    b.block([executes(a.messageAt(2, 0, says(9)))]);
    post(8);
    await reaches(() => verified() === at(8));
    expect(interop.watched(902).denied.heights()).toEqual([3]);
    expect([a.heads()?.safe.number, interop.halted, interop.readiness().ready]).toEqual([8, undefined, true]);
    l1.reorg(1);
    post(12);
    await reaches(() => verified() === at(12) && l1.has(interop.verified.first!.l1Inclusion) && l1.has(interop.verified.last!.l1Inclusion));
    expect(b.replaced).toEqual([3, 3]);
    await end();
  });

  it("looks again by itself when nobody tells it of L1", async () => {
    const { l1, clock, reaches, post, verified, end } = start();
    post(3);
    await reaches(() => verified() === at(3));
    l1.reorg(1, { lost: true });
    await until(() => verified() === at(0), clock);
    await end();
  });

  it("tries again what fails for now, and says what it waits for; meanwhile nothing becomes final", async () => {
    const { l1, a, clock, interop, reaches, post, verified, end } = start();
    post(3);
    await reaches(() => verified() === at(3));
    l1.reachable = false;
    post(5);
    await reaches(() => interop.waiting === "L1 does not answer");
    expect(await interop.metrics.registry.metrics()).toContain('supernode_activity_errors_total{activity="interop",error_type="temporary"}');
    l1.finalized = 1;
    expect(await a.authority.finalizedHead()).toEqual({ kind: "hold" });
    l1.reachable = true;
    await reaches(() => verified() === at(5), clock);
    expect(await a.authority.finalizedHead()).not.toEqual({ kind: "hold" });
    expect(interop.halted).toBeUndefined();
    await end();
  });

  it("is not ready when it has failed for a minute, with the reason, until it goes on", async () => {
    const { l1, clock, interop, reaches, post, verified, end } = start();
    post(3);
    await reaches(() => verified() === at(3));
    const began = clock.now();
    l1.reachable = false;
    post(5);
    await reaches(() => interop.waiting === "L1 does not answer");
    await reaches(() => !interop.readiness().ready, clock);
    expect(clock.now() - began).toBeGreaterThanOrEqual(60_000);
    expect(JSON.stringify(interop.readiness())).toMatch(/cannot go on for 6\d s: L1 does not answer/);
    l1.reachable = true;
    await reaches(() => verified() === at(5), clock);
    expect(interop.readiness().ready).toBe(true);
    await end();
  });

  it("halts with the remedy and is not ready; the chains' unsafe and local safe heads and their indexes go on", async () => {
    const { interop, a, b, clock, reaches, post, verified, end } = start();
    const sent = a.block([says(1)]).message(0);
    post(8);
    await reaches(() => verified() === at(8));
    interop.watched(901).index.prune(at(5));
    b.block([executes(sent)]);
    post(12);
    await reaches(() => interop.halted !== undefined, clock);
    expect(interop.halted).toContain("backfill them, the message has not expired");
    expect(interop.readiness()).toMatchObject({ ready: false });
    expect(JSON.stringify(interop.readiness())).toContain("halted: timestamp 1009, chain 902");
    expect(await interop.metrics.registry.metrics()).toContain("supernode_interop_activity_state 3");
    post(20);
    await reaches(() => b.heads()?.localSafe.number === 20 && interop.watched(902).index.last?.number === 20, clock);
    expect([verified(), a.heads()?.safe.number, b.heads()?.safe.number]).toEqual([at(8), 8, 8]);
    await end();
  });

  it("stays halted until it is started again, though what halted it has gone", async () => {
    const directory = new DataDirectory();
    const { l1, interop, a, b, clock, reaches, post, verified, end } = start({}, directory);
    for (const seconds of [2, 4, 6]) post(seconds);
    await reaches(() => verified() === at(6));
    l1.finalized = 2;
    interop.wake();
    await reaches(() => a.heads()?.finalized.number === 4);
    for (const chain of [a, b]) chain.stalled = true;
    const show = l1.hide(2);
    for (let i = 0; i < 3; i++) l1.mine();
    interop.wake();
    await reaches(() => interop.halted !== undefined, clock);
    show();
    for (const chain of [a, b]) chain.stalled = false;
    post(9);
    await reaches(() => a.heads()?.localSafe.number === 9 && interop.crossUnsafe.timestamp === at(9), clock);
    expect([verified(), interop.readiness().ready]).toEqual([at(6), false]);
    await end();
  });

  it("halts when an index is damaged, and lets the chains run on", async () => {
    const { interop, a, reaches, post, verified, end } = start();
    vi.spyOn(interop.watched(902).index, "seal").mockImplementation(() => {
      throw new CriticalError("message index of chain 902: a record is damaged");
    });
    post(5);
    await reaches(() => interop.halted !== undefined && a.heads()?.localSafe.number === 5);
    expect([interop.halted, verified(), interop.watched(901).index.last?.number]).toEqual(["message index of chain 902: a record is damaged", undefined, 5]);
    await end();
  });

  it("drops from the indexes what is older than twice the expiry window, from time to time", async () => {
    const { interop, clock, reaches, post, verified, end } = start({ dependencySet: meshOf([901, 902], 10) });
    post(60);
    await reaches(() => verified() === at(60));
    await reaches(() => [901, 902].every((chainId) => interop.watched(chainId).index.first?.number === 40), clock);
    await end();
  });

  it("judges over unsafe blocks when it has halted, and finalizes nothing then", async () => {
    const { l1, interop, a, b, clock, reaches, post, verified, end } = start();
    for (const seconds of [2, 4, 6]) post(seconds);
    await reaches(() => verified() === at(6));
    l1.finalized = 2;
    interop.wake();
    await reaches(() => a.heads()?.finalized.number === 4);
    l1.reorg(2);
    interop.wake();
    await reaches(() => interop.halted !== undefined, clock);
    for (const chain of [a, b]) chain.fill(at(12));
    await reaches(() => interop.crossUnsafe.timestamp === at(12), clock);
    expect(await a.authority.finalizedHead()).toEqual({ kind: "hold" });
    await end();
  });

  it("is not ready while an execution layer lacks receipts, with the chain's name", async () => {
    const { interop, b, clock, reaches, post, verified, end } = start();
    b.fault = "no receipts";
    post(3);
    await reaches(() => !interop.readiness().ready);
    expect(JSON.stringify(interop.readiness())).toContain("message index of chain 902: chain 902: the receipts of block");
    b.fault = "none";
    await reaches(() => verified() === at(3), clock);
    await reaches(() => interop.readiness().ready, clock);
    expect([901, 902].map((chainId) => interop.indexed(chainId))).toEqual([1, 1]);
    await end();
  });

  it("ends when it is told to, at any time", async () => {
    const early = start();
    await early.end();
    const directory = new DataDirectory();
    const { post, reaches, verified, end } = start({}, directory);
    post(3);
    await reaches(() => verified() === at(3));
    expect(directory.closed).toEqual([]);
    await end();
    expect(directory.closed, "its stores, once nothing uses them").toEqual(["decisions", "chain-901", "chain-902"]);
  });

  it("does not open above chains of which one is missing or too many", async () => {
    expect(() => start({ dependencySet: meshOf([901]) })).toThrow("chain 902 is not in the dependency set");
    expect(() => start({ dependencySet: dependencySetOf({ accepts: new Map([[901, [903]], [902, []]]) }) })).toThrow("chain 901 may depend on chain 903, which is not run here");
    const { interop, end } = start();
    expect(() => interop.watched(903)).toThrow("chain 903 is not run here: name it in --chains");
    expect(() => interop.authorityOf(903)).toThrow("chain 903 is not run here");
    await end();
  });
});
