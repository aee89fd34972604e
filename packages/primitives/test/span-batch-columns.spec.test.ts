import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ByteReader, encodeBits } from "../src/byte-reader.ts";
import { encodeUvarint, hexToBytes, joinBytes, SpanTransactionColumns } from "../src/index.ts";
import { decodeSpanTransactions } from "../src/span-batch-transactions.ts";
import { haveVectors, VECTORS } from "./vectors.ts";

const CHAIN_ID = 697;
const SIGNATURE = 64;
const text = (file: string): string => execFileSync("tar", ["xzOf", `${VECTORS}/hildr-2024-10/span-batch-columns.tar.gz`, `${file}.txt`], { encoding: "utf8", maxBuffer: 100_000_000 }).trim();
const bytesOf = (file: string): Uint8Array => hexToBytes(text(file));

describe.skipIf(!haveVectors)("columns of span batches, of hildr's tests", () => {
  it.each([["legacy transactions with replay protection", "legacy"], ["legacy transactions without", "unprotected"], ["access list transactions", "acc"], ["fee market transactions", "dyn"]])("%s come out of the columns as they went in", (_, file) => {
    const encoded = text(`fulltx${file}`).split(/\s+/).map((line) => hexToBytes(line));
    const batch = new SpanTransactionColumns(CHAIN_ID);
    for (const transaction of encoded) batch.add(transaction);
    expect(decodeSpanTransactions(new ByteReader(batch.encode()), encoded.length, CHAIN_ID)).toEqual(encoded);
  });

  it.each(["reclegcy", "recacc", "rece1559"])("%s: a parity a signature, read and written alike", (name) => {
    const parities = bytesOf(`${name}yparity`);
    const count = bytesOf(`${name}sigs`).length / SIGNATURE;
    expect(encodeBits([...new ByteReader(parities).bits(count, "parities")])).toEqual(parities);
  });

  it.each(["contractcreationbits", "yparitybits", "protectedbits"])("%s are read and written alike", (file) => {
    const bytes = bytesOf(file);
    const count = bytes.length * 8 - Math.clz32(bytes[0]!) + 24;
    expect(encodeBits([...new ByteReader(bytes).bits(count, file)])).toEqual(bytes);
  });

  it.each(["txnonces", "txgases"])("%s are read and written alike", (file) => {
    const bytes = bytesOf(file);
    const reader = new ByteReader(bytes);
    const values: (bigint | number)[] = [];
    while (reader.remaining > 0) values.push(reader.uvarint(file));
    expect(joinBytes(values.map(encodeUvarint))).toEqual(bytes);
    expect(values.length).toBeGreaterThan(100);
  });
});
