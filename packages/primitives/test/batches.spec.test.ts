import { describe, expect, it } from "vitest";
import { bytesToHex, decodeSpanBatch, encodeSpanBatch, parseFrames, decodeTransaction } from "../src/index.ts";
import { haveVectors, vectorBytes } from "./vectors.ts";

describe.skipIf(!haveVectors)("published batch data", () => {
  it("a span batch of 4 blocks and 39 transactions decodes and encodes to the same bytes", () => {
    const raw = vectorBytes("monorepo-2026-06/kona-derive/raw_span_batch.bin");
    const chainIds = [10, 11155420, 8453, 84532, 17000];
    const decoded = chainIds.map((l2ChainId) => ({ l2ChainId, batch: decodeSpanBatch(raw, { l2ChainId }) })).find(({ l2ChainId, batch }) =>
      batch.blocks.flatMap((block) => block.transactions).every((tx) => { const t = decodeTransaction(tx); return t.type !== 0 || !("chainId" in t) || t.chainId === l2ChainId; }));
    const { batch, l2ChainId } = decoded!;
    expect(batch.blocks.length).toBe(4);
    expect(batch.blocks.flatMap((block) => block.transactions).length).toBe(39);
    expect(bytesToHex(encodeSpanBatch(batch, l2ChainId).subarray(1))).toBe(bytesToHex(raw));
  });

  it("a real batcher transaction carries one frame of 119,799 bytes, the last of its channel", () => {
    const tx = decodeTransaction(vectorBytes("monorepo-2026-06/kona-derive/raw_batcher_tx.bin"));
    expect(tx.data[0]).toBe(0);
    const frames = parseFrames(tx.data.subarray(1));
    expect(frames.map(({ data, isLast }) => [data.length, isLast])).toEqual([[119_799, true]]);
  });
});
