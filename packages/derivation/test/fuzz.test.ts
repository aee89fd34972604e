import { deflateSync } from "node:zlib";
import type { RollupConfig } from "@pangaea/config";
import { concatBytes, encodeFrame, encodeSingularBatch, encodeSpanBatch, type Hex, joinBytes, type L1BlockRef, PangaeaError, rlpEncode } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Batch, BatchQueue, BatchStage, ChannelAssembler, ChannelBank, ChannelReader, Epochs, FrameQueue, framesOf, openChannel } from "../src/index.ts";
import { bytes, configWith, FakeL2, HOLOCENE, l1Chain, l2Ref, payloadOf, singular } from "./support/blocks.ts";

const config = configWith();
const l1 = l1Chain(100, 4);
const [first, , , last] = l1 as [L1BlockRef, L1BlockRef, L1BlockRef, L1BlockRef];
const genesis = l2Ref(0, first, { hash: config.genesis.l2.hash });
const ID: Hex = `0x${"ab".repeat(16)}`;

/** Everything from data items to batches, as the pipeline puts it together before Holocene and from then on, on the last of the L1 blocks; how many batches both accept. */
async function deriveFrom(items: readonly Uint8Array[]): Promise<number> {
  return (await stagesFrom(items, configWith({}, { ...HOLOCENE, holocene: 9_999 }))) + (await stagesFrom(items, config));
}

async function stagesFrom(items: readonly Uint8Array[], config: RollupConfig): Promise<number> {
  const isHolocene = config.forks.holocene === 0;
  const frames = new FrameQueue({ contiguous: isHolocene });
  const channels = isHolocene ? new ChannelAssembler(config) : new ChannelBank(config);
  const reader = new ChannelReader(config);
  const nextBatch = async (): Promise<Batch | undefined> => {
    for (;;) {
      const batch = reader.next();
      if (batch !== undefined) return batch;
      const channel = channels.next(last);
      if (channel !== undefined) {
        await reader.open(channel, last);
        continue;
      }
      const frame = frames.next();
      if (frame === undefined) return undefined;
      channels.add(frame, last);
    }
  };
  const flushChannel = () => {
    channels.flush();
    reader.flush();
  };
  const [l2, source, epochs] = [new FakeL2(config, [payloadOf(config, genesis)]), { nextBatch, flushChannel }, new Epochs(config, first)] as const;
  const stage = isHolocene ? new BatchStage(config, l2, source, epochs) : new BatchQueue(config, l2, source, epochs);
  for (const origin of l1.slice(1, -1)) await stage.next(genesis, origin);
  frames.add(items);
  let accepted = 0;
  for (let i = 0; i < 1_000; i++) {
    const step = await stage.next(genesis, last);
    if (step.kind === "out-of-data") return accepted;
    if (step.kind === "batch") accepted++;
  }
  throw new Error("the stages do not come to an end");
}
const item = (channel: Uint8Array) => concatBytes(bytes(0), encodeFrame({ channelId: ID, number: 0, data: channel, isLast: true }));
const some = (maxLength: number) => fc.uint8Array({ maxLength });

const span = encodeSpanBatch({ relTimestamp: 2n, l1OriginNumber: 100n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks: [{ startsEpoch: false, transactions: [] }, { startsEpoch: true, transactions: [] }] }, config.l2ChainId);
const valid = encodeSingularBatch(singular(genesis, first, { transactions: [bytes(2, 0xc0)] }));

describe("whatever the batcher posts", () => {
  it("as data items, the stages come to an end", async () => {
    await fc.assert(fc.asyncProperty(fc.array(some(200).map((data) => concatBytes(bytes(0), data)), { maxLength: 5 }), async (items) => {
      expect(await deriveFrom(items)).toBe(0);
    }), { numRuns: 200 });
  });

  it("as frames in any order, the stages come to an end", async () => {
    const frame = fc.record({ channelId: fc.constantFrom<Hex>(ID, `0x${"cd".repeat(16)}`), number: fc.nat(3), isLast: fc.boolean(), data: some(30) });
    await fc.assert(fc.asyncProperty(fc.array(frame, { maxLength: 12 }), async (frames) => {
      expect(await deriveFrom([concatBytes(bytes(0), ...frames.map(encodeFrame))])).toBe(0);
    }), { numRuns: 200 });
  });

  it("as a channel, the stages come to an end", async () => {
    const start = fc.constantFrom(bytes(0x78, 0x9c), bytes(0x78, 0x01), bytes(1), bytes(8), bytes(15), bytes());
    await fc.assert(fc.asyncProperty(start, some(120), async (head, tail) => {
      expect(await deriveFrom([item(concatBytes(head, tail))])).toBe(0);
    }), { numRuns: 200 });
  });

  it("as batches, only a batch that follows is accepted", async () => {
    const batch = fc.oneof(some(80).map((data) => concatBytes(bytes(0), data)), some(80).map((data) => concatBytes(bytes(1), data)), some(40), fc.constant(span));
    await fc.assert(fc.asyncProperty(fc.array(batch, { maxLength: 5 }), async (batches) => {
      expect(await deriveFrom([item(deflateSync(joinBytes(batches.map(rlpEncode))))])).toBe(0);
    }), { numRuns: 200 });
    expect(await deriveFrom([item(deflateSync(rlpEncode(valid)))])).toBeGreaterThan(0);
  });

  it("as valid batches with bytes changed, nothing but the kinds of error that there are comes out", async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(valid, span), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (original, changes) => {
      const changed = Uint8Array.from(original);
      for (const [at, value] of changes) changed[at % changed.length] = value;
      try {
        expect(await deriveFrom([item(deflateSync(rlpEncode(changed)))])).toBeLessThanOrEqual(1_000);
      } catch (error) {
        expect(error).toBeInstanceOf(PangaeaError);
      }
    }), { numRuns: 300 });
  });

  it("as a channel, no more is decompressed than a channel may hold", async () => {
    const bedrock = configWith({}, { ...HOLOCENE, fjord: 9_999, granite: 9_999, holocene: 9_999 });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 9_999_990, max: 10_000_010 }), async (size) => {
      expect(await openChannel(bedrock, deflateSync(new Uint8Array(size), { level: 1 }), first.timestamp)).toHaveLength(Math.min(size, 10_000_000));
    }), { numRuns: 4 });
  });

  it("as a data item, it gives frames that are within it", () => {
    fc.assert(fc.property(some(300), (data) => {
      const frames = framesOf(concatBytes(bytes(0), data));
      expect(frames.reduce((sum, frame) => sum + 23 + frame.data.length, 0)).toBeLessThanOrEqual(data.length);
    }), { numRuns: 500 });
  });
});
