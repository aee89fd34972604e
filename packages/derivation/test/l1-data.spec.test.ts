import type { RollupConfig } from "@pangaea/config";
import { bytesToHex, decodeSingularBatch, decodeTransaction, type Hex, hexToBytes, type L1BlockRef, type L2BlockRef, parseFrames, recoverSender, type SingularBatch, TX_DEPOSIT, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Batch, BatchQueue, batcherItems, BatchStage, ChannelAssembler, ChannelBank, ChannelReader, Epochs, epochsOf, FrameQueue, openChannel } from "../src/index.ts";
import { bytes, configWith, FakeL2, HOLOCENE, hashOf } from "./support/blocks.ts";
import { haveVectors, vectorBytes, vectorJson } from "./support/vectors.ts";

/** OP Mainnet, as far as derivation asks before Ecotone. Source: superchain-registry. */
const opMainnet: RollupConfig = {
  ...configWith({}, { regolith: 0, canyon: 1_704_992_401, delta: 1_708_560_000, ecotone: 1_710_374_401, fjord: 1_720_627_201, granite: 1_726_070_401, holocene: 1_736_445_601 }),
  blockTime: 2, seqWindowSize: 3_600, maxSequencerDrift: 600, channelTimeout: 300, l1ChainId: 1, l2ChainId: 10, batchInboxAddress: "0xff00000000000000000000000000000000000010",
  genesis: { ...configWith().genesis, l2: { hash: hashOf("genesis"), number: 105_235_063 }, l2Time: 1_686_068_903 },
};
const BATCHER = "0x6887246668a3b87f54deb3b94ba47a6f63f32985";
const padded = (check: Uint8Array): Hex => bytesToHex(Uint8Array.from([...check, ...new Uint8Array(32 - check.length)]));

const brotliSchema = z.object({
  brotli: z.array(z.object({ compressed: z.string(), decompressed: z.string() })),
  frames_to_single_batch: z.object({ frames: z.array(z.string()), expect: z.object({ parentHash: z.string(), epochNum: z.number(), epochHash: z.string(), timestamp: z.number(), txCount: z.number() }) }),
});

describe.skipIf(!haveVectors)("a real batcher transaction of OP Mainnet between Delta and Ecotone", () => {
  const raw = () => vectorBytes("monorepo-2026-06/kona-derive/raw_batcher_tx.bin");
  const L1_TIME = 1_710_340_000;
  const inclusion: L1BlockRef = { hash: hashOf("inclusion"), number: 19_426_590, parentHash: ZERO_HASH, timestamp: L1_TIME };

  /** The span batch in it, read by the stages before the batch queue. */
  async function spanBatch() {
    const [item] = batcherItems(opMainnet, [raw()], BATCHER, false);
    if (item === undefined || !("data" in item)) throw new Error("there is no calldata");
    const [frames, bank, reader] = [new FrameQueue({ contiguous: false }), new ChannelBank(opMainnet), new ChannelReader(opMainnet)];
    frames.add([item.data]);
    bank.add(frames.next()!, inclusion);
    await reader.open(bank.next(inclusion)!, inclusion);
    const batch = reader.next();
    if (batch?.kind !== "span") throw new Error("there is no span batch");
    expect(reader.next()).toBeUndefined();
    return batch.batch;
  }

  it("is its batcher's, and its one channel holds one span batch of 27 blocks and 209 transactions", async () => {
    const transaction = decodeTransaction(raw());
    expect(transaction.type !== TX_DEPOSIT && recoverSender(transaction)).toBe(BATCHER);
    const { batch, startEpoch, lastEpoch } = await spanBatch();
    expect([batch.blocks.length, batch.blocks.reduce((sum, { transactions }) => sum + transactions.length, 0), startEpoch, lastEpoch]).toEqual([27, 209, 19_426_582, 19_426_585]);
  });

  it("gives 27 blocks on a safe head and L1 blocks that it fits, by the rules before Holocene and by those from then on", async () => {
    const span = await spanBatch();
    const epochs = epochsOf(span);
    const l1 = Array.from({ length: inclusion.number - span.startEpoch + 1 }, (_, i): L1BlockRef => {
      const number = span.startEpoch + i;
      const first = epochs.indexOf(number);
      return number === inclusion.number ? inclusion : { hash: number === span.lastEpoch ? padded(span.batch.l1OriginCheck) : hashOf(`L1/${number}`), number, parentHash: ZERO_HASH, timestamp: first < 0 ? L1_TIME - 12 : span.startTime + 2 * first - (first === 0 ? 2 : 0) };
    });
    const parent: L2BlockRef = { hash: padded(span.batch.parentCheck), number: 117_369_000, parentHash: ZERO_HASH, timestamp: span.startTime - 2, l1Origin: l1[0]!, sequenceNumber: 0 };
    for (const forks of [opMainnet.forks, { ...HOLOCENE, ecotone: 1_710_374_401 }]) {
      const config = { ...opMainnet, forks };
      const pending: Batch[] = [{ kind: "span", batch: span }];
      const source = { nextBatch: async () => pending.shift(), flushChannel: () => undefined };
      const stage = new (forks.holocene === 0 ? BatchStage : BatchQueue)(config, new FakeL2(config, []), source, new Epochs(config, l1[0]!));
      const derived: SingularBatch[] = [];
      let head = parent;
      const kept = pending.splice(0);
      for (const origin of l1.slice(1, -1)) await stage.next(head, origin);
      pending.push(...kept);
      for (let step = await stage.next(head, inclusion); step.kind !== "out-of-data"; step = await stage.next(head, inclusion)) {
        if (step.kind !== "batch") continue;
        derived.push(step.batch);
        expect(step.concluding).toBe(forks.holocene === 0 || derived.length === 27);
        head = { hash: hashOf(`L2/${derived.length}`), number: head.number + 1, parentHash: head.hash, timestamp: step.batch.timestamp, l1Origin: { hash: step.batch.epochHash, number: step.batch.epochNumber }, sequenceNumber: 0 };
      }
      expect(derived.map(({ epochNumber, timestamp, transactions }) => [epochNumber, timestamp, transactions.length])).toEqual(span.batch.blocks.map(({ transactions }, i) => [epochs[i], span.startTime + 2 * i, transactions.length]));
    }
  });
});

describe.skipIf(!haveVectors)("published channels of brotli", () => {
  const vectors = () => brotliSchema.parse(vectorJson("inline-curated/channel-brotli-frames.json"));

  it("open to the published data, from Fjord on alone", async () => {
    for (const { compressed, decompressed } of vectors().brotli) {
      const data = Uint8Array.from([1, ...hexToBytes(compressed as Hex)]);
      expect(bytesToHex(await openChannel(configWith(), data, 2_000))).toBe(decompressed);
      expect(await openChannel(configWith({}, { regolith: 0 }), data, 2_000)).toEqual(bytes());
    }
  });

  it("come from two frames to one batch, by the channel bank and by the assembler", async () => {
    const { frames, expect: wanted } = vectors().frames_to_single_batch;
    const origin: L1BlockRef = { hash: hashOf("L1"), number: 100, parentHash: ZERO_HASH, timestamp: 2_000 };
    for (const channels of [new ChannelBank(configWith()), new ChannelAssembler(configWith())]) {
      for (const frame of frames.flatMap((encoded) => parseFrames(hexToBytes(encoded as Hex)))) channels.add(frame, origin);
      // The published data is without the version byte, and of a batch that is not wrapped for a channel.
      const content = await openChannel(configWith(), Uint8Array.from([1, ...channels.next(origin)!]), origin.timestamp);
      expect(content[0]).toBe(0);
      expect(decodeSingularBatch(content.subarray(1))).toMatchObject({ parentHash: wanted.parentHash, epochNumber: wanted.epochNum, epochHash: wanted.epochHash, timestamp: wanted.timestamp, transactions: { length: wanted.txCount } });
    }
  });
});
