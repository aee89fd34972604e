import { brotliDecompressSync, inflateSync } from "node:zlib";
import { decodeBlob, decodeSingularBatch, decodeSpanBatch, parseFrames, rlpReadSpan, SINGULAR_BATCH_TYPE } from "@pangaea/primitives";
import { CONFIG } from "./chain.ts";

export interface ReadBlock {
  readonly timestamp: number;
  readonly transactions: readonly Uint8Array[];
}

/** The L2 blocks in the data items of L1, read by the decoders of the node and of zlib alone. */
export function readBlocks(items: readonly Uint8Array[]): ReadBlock[] {
  const blocks: ReadBlock[] = [];
  let parts: Uint8Array[] = [];
  let id: string | undefined;
  for (const frame of items.flatMap((item) => parseFrames(item.subarray(1)))) {
    if (frame.number === 0) {
      parts = [];
      id = frame.channelId;
    }
    if (frame.channelId !== id || frame.number !== parts.length) continue;
    parts.push(frame.data);
    if (frame.isLast) blocks.push(...readChannel(Buffer.concat(parts)));
  }
  return blocks;
}

export function readChannel(data: Uint8Array): ReadBlock[] {
  const stream = new Uint8Array(data[0] === 1 ? brotliDecompressSync(data.subarray(1)) : inflateSync(data));
  const blocks: ReadBlock[] = [];
  for (let at = 0; at < stream.length; ) {
    const span = rlpReadSpan(stream, at, stream.length);
    at = span.end;
    const body = stream.subarray(span.start + 1, span.end);
    if (stream[span.start] === SINGULAR_BATCH_TYPE) blocks.push(decodeSingularBatch(body));
    else {
      const batch = decodeSpanBatch(body, { l2ChainId: CONFIG.l2ChainId });
      blocks.push(...batch.blocks.map(({ transactions }, i) => ({ timestamp: CONFIG.genesis.l2Time + Number(batch.relTimestamp) + i * CONFIG.blockTime, transactions })));
    }
  }
  return blocks;
}

/** Blobs or calldata to data items. */
export const itemsOf = (data: { readonly blobs: readonly Uint8Array[]; readonly data: Uint8Array }): Uint8Array[] => (data.blobs.length > 0 ? data.blobs.map(decodeBlob) : [data.data]);
