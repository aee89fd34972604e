import { describe, expect, it } from "vitest";
import { decodeSpanBatch, decodeTransaction, parseFrames } from "../src/index.ts";
import { haveVectors, vectorBytes } from "./vectors.ts";

describe.skipIf(!haveVectors)("published batch data", () => {
  it("a span batch of 4 blocks and 39 transactions decodes", () => {
    const batch = decodeSpanBatch(vectorBytes("monorepo-2026-06/kona-derive/raw_span_batch.bin"), { l2ChainId: 10 });
    expect(batch.blocks.length).toBe(4);
    expect(batch.blocks.flatMap((block) => block.transactions).length).toBe(39);
  });

  it("a real batcher transaction carries one frame of 119,799 bytes, the last of its channel", () => {
    const tx = decodeTransaction(vectorBytes("monorepo-2026-06/kona-derive/raw_batcher_tx.bin"));
    expect(tx.data[0]).toBe(0);
    const frames = parseFrames(tx.data.subarray(1));
    expect(frames.map(({ data, isLast }) => [data.length, isLast])).toEqual([[119_799, true]]);
  });
});
