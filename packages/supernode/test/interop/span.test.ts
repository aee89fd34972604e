import { meshOf } from "@pangaea/interop";
import { MemoryStore, VerifiedTimestamps } from "@pangaea/store";
import { describe, expect, it } from "vitest";
import { interopRules } from "../../src/interop/rules.ts";
import { Span } from "../../src/interop/span.ts";
import { at } from "../support/cluster.ts";
import { FakeChain, type FakeChainOptions, GENESIS_TIME } from "../support/fake-chain.ts";
import { FakeL1, word } from "../support/fake-l1.ts";

const WINDOW = 20;

async function open(options: readonly FakeChainOptions[], { startAt = [] as readonly number[], backfill = undefined as number | undefined, ran = true } = {}) {
  const chains = options.map((option, i) => new FakeChain(901 + i, new FakeL1(GENESIS_TIME), option));
  for (const [i, number] of startAt.entries()) chains[i]!.startAt(number);
  if (ran) for (const chain of chains) await chain.run();
  const verified = new VerifiedTimestamps(new MemoryStore());
  const verify = (...seconds: readonly number[]) => verified.append(seconds.map((second) => ({ timestamp: at(second), l1Inclusion: { hash: word(1), number: 1 }, heads: new Map() })));
  const span = new Span({ chains, rules: interopRules(chains.map(({ config }) => config), meshOf(chains.map(({ chainId }) => chainId), WINDOW)), verified }, backfill);
  return { chains, span, verify };
}

describe("the span of time that interop covers", () => {
  it.each<readonly [string, readonly FakeChainOptions[], readonly number[], number]>([
    ["genesis, active from there", [{}, {}], [], 0],
    ["the first activation", [{ activation: 9 }, { activation: 5 }], [], 5],
    ["the youngest genesis", [{}, { begins: 7 }], [], 7],
    ["the first block after the record of safe heads begins", [{}, { blockTime: 2 }], [3, 5], 12],
    ["the activation, when the records begin before it", [{ activation: 50 }, { activation: 50 }], [3, 5], 50],
  ])("begins with %s", async (_, options, startAt, seconds) => {
    const { span } = await open(options, { startAt });
    expect([span.first(), span.judged()]).toEqual([at(seconds), at(seconds) - 1]);
  });

  it("begins with the first activation where a chain never activates", async () => {
    const { chains } = await open([{ activation: 9 }, { activation: 5 }]);
    const rules = interopRules(chains.map(({ config }, i) => (i === 0 ? config : { ...config, forks: {} })), meshOf([901, 902], WINDOW));
    expect(new Span({ chains, rules, verified: new VerifiedTimestamps(new MemoryStore()) }, undefined).first()).toBe(at(9));
  });

  it("is not known before every chain has a record of safe heads, or while one's node does not run", async () => {
    const unread = await open([{}, {}], { ran: false });
    const [config] = unread.chains.map((chain) => chain.config);
    expect([unread.span.first(), unread.span.judged(), unread.span.firstIndexed(config!)]).toEqual([undefined, undefined, undefined]);
    const { chains, span } = await open([{}, {}]);
    chains[1]!.running = false;
    expect(span.first()).toBeUndefined();
  });

  it("begins where it began once something is verified, whatever the chains' records say", async () => {
    const { chains, span, verify } = await open([{}, {}]);
    verify(4, 5, 6);
    chains[0]!.running = false;
    expect([span.first(), span.judged()]).toEqual([at(4), at(6)]);
  });

  it("has indexes from a window before what is judged, from the activation at the earliest, with the block at that time", async () => {
    const { chains, span, verify } = await open([{ activation: 5 }, { blockTime: 2, activation: 5 }]);
    const first = () => chains.map(({ config }) => span.firstIndexed(config));
    expect(first()).toEqual([5, 2]);
    verify(...Array.from({ length: 46 }, (_, i) => i + 5));
    expect(first()).toEqual([50 - WINDOW, (50 - WINDOW) / 2]);
  });

  it("has indexes from nearer by where less is to be filled in", async () => {
    const { chains, span, verify } = await open([{}], { backfill: 7 });
    verify(...Array.from({ length: 51 }, (_, i) => i));
    expect(span.firstIndexed(chains[0]!.config)).toBe(43);
  });

  it("drops nothing before something is verified, then what is twice as old as a message may be", async () => {
    const { span, verify } = await open([{}]);
    expect(span.horizon()).toBeUndefined();
    verify(...Array.from({ length: 51 }, (_, i) => i));
    expect(span.horizon()).toBe(at(50 - 2 * WINDOW));
  });
});
