import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ByteReader } from "../src/byte-reader.ts";
import { decodeBlob, decodeSpanBatch, decodeTransaction, encodeBlob, encodeSpanBatch, hexToBytes, outputRootV0, parseFrames, SPAN_BATCH_TYPE, SpanTransactionColumns, type Hex } from "../src/index.ts";
import { decodeSpanTransactions } from "../src/span-batch-transactions.ts";
import { haveVectors, VECTORS, vectorBytes, vectorJson } from "./vectors.ts";

/** A file of hex within an archive of the vectors. */
const fromArchive = (archive: string, file: string): Uint8Array => hexToBytes(execFileSync("tar", ["xzOf", `${VECTORS}/${archive}`, file], { encoding: "utf8", maxBuffer: 100_000_000 }).trim());

describe.skipIf(!haveVectors)("published batch data", () => {
  it("a span batch of 4 blocks and 39 transactions, with nonces of 64 bits, decodes and encodes to the same bytes", () => {
    const bytes = vectorBytes("monorepo-2026-06/kona-derive/raw_span_batch.bin");
    const batch = decodeSpanBatch(bytes, { l2ChainId: 10 });
    expect(batch.blocks.length).toBe(4);
    expect(batch.blocks.flatMap((block) => block.transactions).length).toBe(39);
    expect(encodeSpanBatch(batch, 10)).toEqual(new Uint8Array([SPAN_BATCH_TYPE, ...bytes]));
  });

  it("the columns of 946 transactions of all types decode and encode to the same bytes", () => {
    const bytes = fromArchive("hildr-2024-10/span-batch-columns.tar.gz", "spanbatchtxs.txt");
    const reader = new ByteReader(bytes);
    const columns = new SpanTransactionColumns(28);
    for (const transaction of decodeSpanTransactions(reader, 946, 28)) columns.add(transaction);
    expect(reader.remaining).toBe(0);
    expect(Buffer.compare(columns.encode(), bytes)).toBe(0);
  });

  it("a real batcher transaction carries one frame of 119,799 bytes, the last of its channel", () => {
    const tx = decodeTransaction(vectorBytes("monorepo-2026-06/kona-derive/raw_batcher_tx.bin"));
    expect(tx.data[0]).toBe(0);
    const frames = parseFrames(tx.data.subarray(1));
    expect(frames.map(({ data, isLast }) => [data.length, isLast])).toEqual([[119_799, true]]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])("blob %i decodes and encodes to the same bytes", (i) => {
    const blob = fromArchive("hildr-2024-10/blob-codec.tar.gz", `blob${i}.txt`);
    const data = decodeBlob(blob);
    expect(Buffer.compare(encodeBlob(data), blob)).toBe(0);
    if (i === 9) expect(data).toEqual(fromArchive("hildr-2024-10/blob-codec.tar.gz", "blob9_decode.txt"));
  });

  it("output roots are the published ones", () => {
    interface Roots {
      readonly output_root: readonly { readonly stateRoot: Hex; readonly messagePasserStorageRoot: Hex; readonly blockHash: Hex; readonly expected: Hex }[];
    }
    const roots = vectorJson<Roots>("inline-curated/roots.json");
    for (const root of roots.output_root) expect(outputRootV0(root)).toBe(root.expected);
  });
});
