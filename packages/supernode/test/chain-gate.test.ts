import { describe, expect, it } from "vitest";
import { ManualClock, until } from "../../node/test/support/manual-clock.ts";
import { ChainGate } from "../src/index.ts";

const MOST_WAITING = 64;

function openGate(clock = new ManualClock(0)) {
  const chain = { chainId: 901, hasHeads: false, state: "starting" as "starting" | "running" | "paused" };
  const stop = new AbortController();
  const gate = new ChainGate({ chain, clock });
  /** Begins a request; tells what became of it. */
  const request = () => {
    const told: { passed?: boolean; refusal?: string } = {};
    void gate.pass(stop.signal).then((refusal) => Object.assign(told, refusal === undefined ? { passed: true } : { refusal }));
    return told;
  };
  return { chain, clock, stop, request };
}

const settled = (told: { passed?: boolean; refusal?: string }) => () => told.passed !== undefined || told.refusal !== undefined;
const turns = async (count = 20) => {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
};

describe("a chain's gate", () => {
  it("lets requests to a chain that has its heads pass at once", async () => {
    const { chain, request } = openGate();
    chain.hasHeads = true;
    const told = request();
    await turns();
    expect(told).toEqual({ passed: true });
  });

  it("holds requests until the chain has its heads, then lets all of them pass", async () => {
    const { chain, clock, request } = openGate();
    const requests = [request(), request(), request()];
    for (let ms = 0; ms < 59_000; ms += 25) {
      clock.advance(25);
      if (ms % 5_000 === 0) await turns(1);
    }
    await turns();
    expect(requests).toEqual([{}, {}, {}]);
    chain.hasHeads = true;
    clock.advance(25);
    await turns();
    expect(requests).toEqual([{ passed: true }, { passed: true }, { passed: true }]);
  });

  it.each([
    ["starting", "the node of chain 901 is starting, not within 60 s"],
    ["paused", "the node of chain 901 is paused, not within 60 s"],
    ["running", "the node of chain 901 is looking for its heads, not within 60 s"],
  ] as const)("refuses after a minute, with the state of one that is %s and where to look", async (state, words) => {
    const { chain, clock, request } = openGate();
    chain.state = state;
    const told = request();
    await until(settled(told), clock, 1_000);
    expect(told.refusal).toBe(`chain RPC not ready: ${words}; retry when /readyz/901 answers 200`);
    expect(clock.now()).toBeGreaterThanOrEqual(60_000);
  });

  it(`holds ${MOST_WAITING} requests at once and refuses further ones until the chain has its heads; when those are through it holds others`, async () => {
    const { chain, clock, request } = openGate();
    const held = Array.from({ length: MOST_WAITING }, request);
    const further = request();
    await turns();
    expect([held.some(({ passed, refusal }) => passed ?? refusal), further.refusal]).toEqual([false, expect.stringContaining(`${MOST_WAITING} requests wait for it already`)]);
    chain.hasHeads = true;
    const passing = request();
    await turns();
    expect(passing).toEqual({ passed: true });
    clock.advance(25);
    await turns();
    expect(held.every(({ passed }) => passed)).toBe(true);
    chain.hasHeads = false;
    const again = request();
    await turns();
    expect(again).toEqual({});
  });

  it("lets go of what it holds when the program ends", async () => {
    const { stop, request } = openGate();
    const told = request();
    await turns();
    stop.abort();
    await turns();
    expect(told.refusal).toContain("the program ends");
  });
});
