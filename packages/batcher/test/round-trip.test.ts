import { brotliDecompressSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesEqual, decodeBlob, parseFrames, rlpReadSpan } from "@pangaea/primitives";
import { type BatchData, bundleData, ChannelManager, type ChannelOptions, compressChannel, DEFAULT_BATCHER_OPTIONS, toBatchBlock } from "../src/index.ts";
import { CONFIG, L2Chain, l1Ref, transfer } from "./support/chain.ts";
import { countingRandom } from "./support/fakes.ts";
import { type ReadBlock, readBlocks } from "./support/read-l1.ts";

const itemsOfData = (data: BatchData): Uint8Array[] => (data.kind === "blobs" ? data.blobs.map(decodeBlob) : [data.data]);

/** Bytes that do not compress, from a seed. */
function noise(length: number, seed: number): Uint8Array {
  const out = new Uint8Array(length);
  let state = seed * 2_654_435_761 + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}

async function throughChannels(chain: L2Chain, options: ChannelOptions, config = CONFIG, headL1 = l1Ref(1)): Promise<{ readonly read: ReadBlock[]; readonly manager: ChannelManager; readonly items: readonly Uint8Array[] }> {
  const manager = new ChannelManager({ config, random: countingRandom(), compress: compressChannel, chooseCarrier: async () => "blobs" }, options);
  for (let number = 1; number <= chain.head.number; number++) manager.addBlock(toBatchBlock(CONFIG, (await chain.payloadByNumber(number)).payload));
  await manager.process(headL1, { flush: true, canSend: true });
  const items: Uint8Array[] = [];
  for (let bundle = manager.next(); bundle !== undefined; bundle = manager.next()) items.push(...itemsOfData(bundleData(bundle)));
  return { read: readBlocks(items), manager, items };
}

function expectSame(read: readonly ReadBlock[], chain: L2Chain): void {
  expect(read.map(({ timestamp }) => timestamp)).toEqual(Array.from({ length: chain.head.number }, (_, i) => chain.ref(i + 1).timestamp));
  read.forEach(({ transactions }, i) => {
    const wanted = chain.transactions(i + 1);
    expect(transactions.length).toBe(wanted.length);
    expect(transactions.every((transaction, t) => bytesEqual(transaction, wanted[t]!))).toBe(true);
  });
}

const choices = (["span", "singular"] as const).flatMap((batchFormat) => (["calldata", "blobs"] as const).flatMap((dataAvailability) => (["brotli", "zlib"] as const).map((compression) => ({ batchFormat, dataAvailability, compression }))));

describe("blocks to L1 data and back", () => {
  it.each(choices)("whatever blocks go in come out: $batchFormat, $dataAvailability, $compression", async (choice) => {
    const block = fc.array(fc.record({ nonce: fc.nat(1_000), data: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 12 }), fc.nat(3), async (blocks, maxBlocksPerSpanBatch) => {
        const chain = new L2Chain();
        for (const transactions of blocks) chain.add(transactions.map(({ nonce, data }) => transfer(nonce, data)));
        const options = { ...DEFAULT_BATCHER_OPTIONS, ...choice, brotliQuality: 4, maxCalldataBytes: 300, targetFrames: 3, maxBlocksPerSpanBatch };
        expectSame((await throughChannels(chain, options)).read, chain);
      }),
      { numRuns: 15 },
    );
  });

  it("a channel fills its target of frames and never passes it, whatever the first guess of the ratio", async () => {
    for (const initialRatio of [0.05, 1.5]) {
      const chain = new L2Chain();
      for (let i = 0; i < 60; i++) chain.add([transfer(i, noise(9_000, i))]);
      const options = { ...DEFAULT_BATCHER_OPTIONS, dataAvailability: "calldata", maxCalldataBytes: 50_000, targetFrames: 2, brotliQuality: 1, initialRatio } as const;
      const { read, manager } = await throughChannels(chain, options);
      expectSame(read, chain);
      expect(manager.channels.every((channel) => channel.frameCount <= 2)).toBe(true);
      expect(manager.channels.slice(0, -1).every((channel) => channel.frameCount === 2)).toBe(true);
      expect(manager.channels.length).toBeLessThanOrEqual(7);
    }
  });

  it("a block that is larger than the target goes alone in a channel of more frames", async () => {
    const chain = new L2Chain();
    for (let i = 0; i < 3; i++) chain.add([transfer(i, noise(30_000, i))]);
    const { read, manager } = await throughChannels(chain, { ...DEFAULT_BATCHER_OPTIONS, dataAvailability: "calldata", maxCalldataBytes: 10_000, targetFrames: 1, brotliQuality: 1 });
    expectSame(read, chain);
    expect(manager.channels.map((channel) => channel.frameCount)).toEqual([4, 4, 4]);
  });

  const forks = { regolith: 0, canyon: 0 };
  const origin = 1_000;
  const head = l1Ref(5);
  it.each([
    ["before Delta: singular batches, zlib, calldata", forks, { batch: 0, compression: 8, carrier: "calldata" }],
    ["from Delta on: a span batch", { ...forks, delta: origin }, { batch: 1, compression: 8, carrier: "calldata" }],
    ["from Delta on, of blocks on an older L1 origin: singular batches", { ...forks, delta: origin + 1 }, { batch: 0, compression: 8, carrier: "calldata" }],
    ["from Ecotone on: blobs", { ...forks, delta: 0, ecotone: head.timestamp }, { batch: 1, compression: 8, carrier: "blobs" }],
    ["before Ecotone by a second: calldata", { ...forks, delta: 0, ecotone: head.timestamp + 1 }, { batch: 1, compression: 8, carrier: "calldata" }],
    ["from Fjord on: brotli", { ...forks, delta: 0, ecotone: 0, fjord: head.timestamp }, { batch: 1, compression: 1, carrier: "blobs" }],
  ] as const)("a batcher that is to post a span batch of brotli in blobs posts what the fork allows: %s", async (_, schedule, expected) => {
    const chain = new L2Chain();
    for (let i = 0; i < 3; i++) chain.add([transfer(i)]);
    const { read, manager, items } = await throughChannels(chain, DEFAULT_BATCHER_OPTIONS, { ...CONFIG, forks: schedule }, head);
    expectSame(read, chain);
    const [frame] = parseFrames(items[0]!.subarray(1));
    const compression = frame!.data[0]! & 0x0f;
    const content = compression === 1 ? brotliDecompressSync(frame!.data.subarray(1)) : inflateSync(frame!.data);
    const first = rlpReadSpan(content, 0, content.length);
    expect({ batch: content[first.start], compression, carrier: manager.channels[0]!.carrier }).toEqual(expected);
  });
});
