import { executingMessages, logHashOf } from "@pangaea/interop";
import { bytesToHex, joinBytes, silentLogger } from "@pangaea/primitives";
import { MemoryStore, MessageIndex } from "@pangaea/store";
import { describe, expect, it, vi } from "vitest";
import { ManualClock, until } from "../../../node/test/support/manual-clock.ts";
import { ChainIndexer } from "../../src/interop/chain-indexer.ts";
import { at } from "../support/cluster.ts";
import { FakeChain, GENESIS_TIME } from "../support/fake-chain.ts";
import { FakeL1 } from "../support/fake-l1.ts";
import { executes, says } from "../support/messages.ts";

async function open({ blocks = 0, first = 0 } = {}) {
  const chain = new FakeChain(901, new FakeL1(GENESIS_TIME));
  chain.fill(at(blocks));
  await chain.run();
  const store = new MemoryStore();
  const clock = new ManualClock(0);
  const state: { first: number | undefined; moved: number } = { first, moved: 0 };
  const make = () => {
    const index = new MessageIndex(store, { chainId: 901n });
    return { index, indexer: new ChainIndexer({ chain, index, clock, log: silentLogger, firstBlock: () => state.first, onMoved: () => state.moved++ }) };
  };
  const makeTelling = () => {
    const lines: (readonly [string, unknown])[] = [];
    const index = new MessageIndex(new MemoryStore(), { chainId: 901n });
    const log = { ...silentLogger, info: (message: string, fields: unknown) => void lines.push([message, fields]) };
    return { lines, indexer: new ChainIndexer({ chain, index, clock, log, firstBlock: () => state.first, onMoved: () => {} }) };
  };
  return { chain, clock, state, make, makeTelling, ...make() };
}

const catchUp = async (indexer: ChainIndexer) => {
  let steps = 0;
  while (await indexer.step()) steps++;
  return steps;
};
const hashes = (index: MessageIndex) => Array.from({ length: (index.last?.number ?? -1) + 1 }, (_, number) => index.sealOf(number)?.hash);
const hashesOf = (chain: FakeChain) => Array.from({ length: chain.tip.number + 1 }, (_, number) => chain.at(number).ref.hash);

describe("a chain's message index", () => {
  it("is filled from its first block on, some blocks at a time, with its progress", async () => {
    const { chain, index, indexer } = await open({ blocks: 200, first: 21 });
    expect(indexer.progress).toBe(0);
    await indexer.step();
    expect(indexer.progress).toBeCloseTo(64 / 180);
    expect(await catchUp(indexer)).toBe(2);
    expect([index.first?.number, index.last?.hash, indexer.progress]).toEqual([21, chain.tip.hash, 1]);
  });

  it("tells how far it is while it has a long way to go, no more often than each five seconds, and when it has caught up", async () => {
    const { chain, clock, makeTelling } = await open({ blocks: 300 });
    const { indexer, lines } = makeTelling();
    await indexer.step();
    await indexer.step();
    expect(lines).toEqual([["the message index is being filled", { chain: 901, block: 63, behind: 237, percent: 21 }]]);
    clock.advance(5_000);
    await indexer.step();
    expect(lines.at(-1)).toEqual(["the message index is being filled", { chain: 901, block: 191, behind: 109, percent: 63 }]);
    await catchUp(indexer);
    expect(lines.slice(2)).toEqual([["the message index has caught up", { chain: 901, block: 300 }]]);
    chain.fill(at(310));
    await chain.run();
    await catchUp(indexer);
    expect(lines).toHaveLength(3);
  });

  it("does not begin while it is not known with which block, or the chain has no heads", async () => {
    const { chain, index, indexer, state } = await open({ blocks: 5 });
    state.first = undefined;
    expect(await indexer.step()).toBe(false);
    state.first = 2;
    chain.running = false;
    expect(await indexer.step()).toBe(false);
    chain.running = true;
    await catchUp(indexer);
    expect(index.first?.number).toBe(2);
  });

  it("has every log of a block in the order of its receipts, and the messages that the block executes", async () => {
    const { chain, index, indexer } = await open();
    const sent = chain.block([says(1), says(2)], [says(3)]).message(1);
    const logs = [says(5), says(4), executes(sent), executes(sent)];
    chain.block(logs.slice(1), logs.slice(0, 1));
    await catchUp(indexer);
    expect(index.blockAt(2)).toMatchObject({ timestamp: at(2), parentHash: chain.at(1).ref.hash, logHashes: joinBytes(logs.map(logHashOf)), executing: executingMessages(logs) });
    expect(index.executingAt(2)?.map(({ logIndex }) => logIndex)).toEqual([2, 3]);
  });

  it.each([[10, 9, 12], [10, 3, 20], [10, 3, 5], [10, 1, 1], [300, 100, 150]])("follows a reorg of %i blocks from block %i on to %i blocks, by hashes", async (blocks, from, then) => {
    const { chain, index, indexer } = await open({ blocks });
    await catchUp(indexer);
    chain.dropUnsafe(from);
    chain.block([says(99)]);
    chain.fill(at(then));
    await catchUp(indexer);
    expect(hashes(index)).toEqual(hashesOf(chain));
    expect(index.last?.hash).toBe(chain.tip.hash);
  });

  it("goes back with a chain that only became shorter", async () => {
    const { chain, index, indexer } = await open({ blocks: 10 });
    await catchUp(indexer);
    chain.dropUnsafe(5);
    expect(await indexer.step()).toBe(true);
    expect(index.last?.hash).toBe(chain.at(4).ref.hash);
    expect(await indexer.step()).toBe(false);
  });

  it("goes back with no chain that it cannot look at", async () => {
    const { chain, index, indexer } = await open({ blocks: 10 });
    await catchUp(indexer);
    chain.dropUnsafe(5);
    chain.fault = "unreachable";
    await expect(indexer.step()).rejects.toThrow("the execution layer does not answer");
    expect(index.last?.number).toBe(10);
    chain.fault = "none";
    expect([await indexer.step(), index.last?.number]).toEqual([true, 4]);
  });

  it("begins anew when none of its blocks is on the chain any more", async () => {
    const { chain, index, indexer } = await open({ blocks: 10, first: 4 });
    await catchUp(indexer);
    chain.dropUnsafe(2);
    chain.block([says(1)]);
    chain.fill(at(12));
    await catchUp(indexer);
    expect([index.first?.hash, index.last?.hash]).toEqual([chain.at(4).ref.hash, chain.tip.hash]);
  });

  it("goes on where it was after a restart, over a reorg in between", async () => {
    const { chain, indexer, make } = await open({ blocks: 10 });
    await catchUp(indexer);
    chain.dropUnsafe(8);
    chain.block([says(1)]);
    const again = make();
    await catchUp(again.indexer);
    expect(hashes(again.index)).toEqual(hashesOf(chain));
  });

  it("has a problem while the execution layer lacks receipts or does not answer, seals nothing, and goes on after", async () => {
    const { chain, clock, state, index, indexer } = await open({ blocks: 5 });
    const stop = new AbortController();
    chain.fault = "no receipts";
    const running = indexer.run(stop.signal);
    await until(() => indexer.problem !== undefined);
    expect(indexer.problem).toMatch(/^chain 901: the receipts of block 0x\w+ are not kept$/);
    expect([index.last, state.moved]).toEqual([undefined, 0]);
    chain.fault = "unreachable";
    await until(() => indexer.problem === "chain 901: the execution layer does not answer", clock);
    chain.fault = "none";
    await until(() => index.last?.number === 5 && indexer.problem === undefined, clock);
    expect(state.moved).toBe(1);
    stop.abort();
    await running;
  });

  it("tries again less and less often, up to every five seconds, and soon again after it has succeeded", async () => {
    const { chain, clock, indexer } = await open({ blocks: 5 });
    const stop = new AbortController();
    const waits: number[] = [];
    chain.fault = "unreachable";
    vi.spyOn(clock, "sleep").mockImplementation(async (ms) => {
      waits.push(ms);
      if (waits.length === 8) chain.fault = "none";
      if (waits.length === 9) {
        chain.block();
        chain.fault = "unreachable";
      }
      if (waits.length === 10) stop.abort();
    });
    await indexer.run(stop.signal);
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 1_000, 100]);
  });

  it("takes what follows from block to block when the chain changes while it is read", async () => {
    const { chain, index, indexer } = await open({ blocks: 12 });
    const { payloadByNumber } = chain.execution;
    let changes = 1;
    Object.assign(chain.execution, {
      payloadByNumber: (number: number) => {
        if (number === 8 && changes-- > 0) chain.rewrite(7, [says(1)]);
        return payloadByNumber(number);
      },
    });
    expect(await indexer.step()).toBe(true);
    expect(index.last?.number).toBe(7);
    await catchUp(indexer);
    expect(hashes(index)).toEqual(hashesOf(chain));
  });

  it("lets blocks stand above a head that went down, as long as the execution layer has them", async () => {
    const { chain, index, indexer } = await open({ blocks: 10 });
    await catchUp(indexer);
    const heads = chain.heads()!;
    chain.heads = () => ({ ...heads, unsafe: chain.at(6).ref });
    expect(await indexer.step()).toBe(false);
    expect(index.last?.number).toBe(10);
  });

  it("looks again when it is woken, and from time to time without", async () => {
    const { chain, clock, index, indexer } = await open({ blocks: 5 });
    const stop = new AbortController();
    const running = indexer.run(stop.signal);
    await until(() => index.last?.number === 5);
    chain.block();
    indexer.wake();
    await until(() => index.last?.number === 6);
    chain.block();
    await until(() => index.last?.number === 7, clock);
    stop.abort();
    await running;
    expect(bytesToHex(index.blockAt(7)!.logHashes)).toBe("0x");
  });
});
