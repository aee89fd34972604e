import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesEqual, decodeBlob } from "@pangaea/primitives";
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

async function throughChannels(chain: L2Chain, options: ChannelOptions): Promise<{ readonly read: ReadBlock[]; readonly manager: ChannelManager }> {
  const manager = new ChannelManager({ config: CONFIG, random: countingRandom(), compress: compressChannel, chooseCarrier: async () => "blobs" }, options);
  for (let number = 1; number <= chain.head.number; number++) manager.addBlock(toBatchBlock(CONFIG, (await chain.payloadByNumber(number)).payload));
  await manager.process(l1Ref(1), true);
  const items: Uint8Array[] = [];
  for (let bundle = manager.next(); bundle !== undefined; bundle = manager.next()) items.push(...itemsOfData(bundleData(bundle)));
  return { read: readBlocks(items), manager };
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
});
