import { brotliCompressSync, deflateSync } from "node:zlib";
import type { RollupConfig } from "@pangaea/config";
import { batcherItems, ChannelAssembler, ChannelBank, ChannelReader, framesOf, FrameQueue, openChannel } from "@pangaea/derivation";
import {
  BLOB_SIZE, ByteReader, concatBytes, decodeBlob, decodeSingularBatch, decodeSpanBatch, encodeBlob, encodeFrame, encodeSingularBatch, encodeSpanBatch, encodeUvarint, joinBytes, parseFrames, rlpDecode, rlpEncode,
} from "@pangaea/primitives";
import { bytesTarget, expectSame } from "../target.ts";
import { ADDRESS, BATCHED, BLOB_CARRIER, CONFIG, CONFIG_BEFORE_HOLOCENE, HASH, L1_REF, L2_CHAIN_ID, TRANSACTIONS } from "./samples.ts";

const CHANNEL = `0x${"11".repeat(16)}` as const;
const OTHER = `0x${"22".repeat(16)}` as const;
const SINGULAR = encodeSingularBatch({ parentHash: HASH, epochNumber: 100, epochHash: HASH, timestamp: 1_700_000_002, transactions: [BATCHED[0]!] });
const span = { relTimestamp: 2n, l1OriginNumber: 101n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20) };
const SPAN = encodeSpanBatch({ ...span, blocks: [{ startsEpoch: true, transactions: BATCHED }, { startsEpoch: false, transactions: [] }] }, L2_CHAIN_ID);
const EMPTY_SPAN = encodeSpanBatch({ ...span, blocks: [{ startsEpoch: false, transactions: [] }] }, L2_CHAIN_ID);
const BATCHES = joinBytes([SINGULAR, SPAN].map(rlpEncode));
const ZLIB = new Uint8Array(deflateSync(BATCHES));
const BROTLI = concatBytes(Uint8Array.of(1), new Uint8Array(brotliCompressSync(BATCHES)));
const FRAMES = [
  encodeFrame({ channelId: CHANNEL, number: 0, data: ZLIB.subarray(0, 20), isLast: false }), encodeFrame({ channelId: OTHER, number: 0, data: BROTLI, isLast: true }), encodeFrame({ channelId: CHANNEL, number: 1, data: ZLIB.subarray(20), isLast: true }),
];
const ITEM = concatBytes(Uint8Array.of(0), ...FRAMES);
const MAX_BATCHES = 100_000;

/** Reads every batch of a channel; a channel has no more of them than bytes. */
async function readChannel(config: RollupConfig, data: Uint8Array): Promise<void> {
  const reader = new ChannelReader(config);
  await reader.open(data, L1_REF);
  for (let i = 0; reader.next() !== undefined; i++) if (i > MAX_BATCHES) throw new Error("the reader does not come to an end");
}

/** Data items to channels, and whatever they hold. */
async function readItem(config: RollupConfig, item: Uint8Array): Promise<void> {
  const isHolocene = config.forks.holocene === 0;
  const frames = new FrameQueue({ contiguous: isHolocene });
  const channels = isHolocene ? new ChannelAssembler(config) : new ChannelBank(config);
  frames.add([item]);
  for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
    channels.add(frame, L1_REF);
    for (let channel = channels.next(L1_REF); channel !== undefined; channel = channels.next(L1_REF)) await readChannel(config, channel);
  }
}

/** Short inputs stand for the blob that begins with them. */
function blobOf(input: Uint8Array): Uint8Array {
  const blob = new Uint8Array(BLOB_SIZE);
  blob.set(input.subarray(0, BLOB_SIZE));
  return blob;
}

export const ROLLUP_DATA_TARGETS = [
  bytesTarget("frames", [concatBytes(...FRAMES), FRAMES[1]!], (input) => expectSame(input, concatBytes(...parseFrames(input).map(encodeFrame)))),
  bytesTarget("data-item", [ITEM], (input) => framesOf(input)),
  bytesTarget("channels", [ITEM], async (input) => {
    await readItem(CONFIG, input);
    await readItem(CONFIG_BEFORE_HOLOCENE, input);
  }),
  bytesTarget("channel-compression", [ZLIB, BROTLI], async (input) => {
    await openChannel(CONFIG, input, L1_REF.timestamp);
  }),
  bytesTarget("channel-batches", [BATCHES, rlpEncode(EMPTY_SPAN)], async (input) => {
    await readChannel(CONFIG, deflateSync(input, { level: 0 }));
    await readChannel(CONFIG_BEFORE_HOLOCENE, deflateSync(input, { level: 0 }));
  }),
  bytesTarget("singular-batch", [SINGULAR.subarray(1)], (input) => expectSame(input, encodeSingularBatch(decodeSingularBatch(input)).subarray(1))),
  bytesTarget("span-batch", [SPAN.subarray(1), EMPTY_SPAN.subarray(1)], (input) => {
    // The columns allow several encodings of a number; what is decoded again must be the same.
    const batch = decodeSpanBatch(input, { l2ChainId: L2_CHAIN_ID });
    const encoded = encodeSpanBatch(batch, L2_CHAIN_ID);
    expectSame(encodeSpanBatch(decodeSpanBatch(encoded.subarray(1), { l2ChainId: L2_CHAIN_ID }), L2_CHAIN_ID), encoded);
  }),
  bytesTarget("uvarint", [encodeUvarint(300), encodeUvarint(2n ** 64n - 1n)], (input) => new ByteReader(input).uvarint("number")),
  bytesTarget("rlp", [rlpEncode([new Uint8Array(60), [Uint8Array.of(1), []]]), rlpEncode(new Uint8Array(300))], (input) => expectSame(input, rlpEncode(rlpDecode(input)))),
  bytesTarget("blob", [encodeBlob(ITEM).subarray(0, 2_048), encodeBlob(new Uint8Array(0)).subarray(0, 32)], (input) => {
    const blob = blobOf(input);
    expectSame(blob, encodeBlob(decodeBlob(blob)));
  }),
  bytesTarget("batcher-transactions", [...TRANSACTIONS, BLOB_CARRIER], (input) => {
    batcherItems(CONFIG, [input], ADDRESS, true);
    batcherItems(CONFIG, [input], ADDRESS, false);
  }),
];
