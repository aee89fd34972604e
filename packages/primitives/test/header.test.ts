import { describe, expect, it } from "vitest";
import { type BlockHeader, decodeHeader, encodeHeader, type Hex, rlpDecode, rlpEncode } from "../src/index.ts";

const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
const BASE: BlockHeader = {
  parentHash: word("01"), ommersHash: word("02"), coinbase: `0x${"03".repeat(20)}`, stateRoot: word("04"), transactionsRoot: word("05"), receiptsRoot: word("06"), logsBloom: new Uint8Array(256).fill(7), difficulty: 8n, number: 9, gasLimit: 10,
  gasUsed: 11, timestamp: 12, extraData: Uint8Array.of(13), mixHash: word("0e"), nonce: "0x000000000000000f",
};
const LATER: Partial<BlockHeader> = { baseFeePerGas: 16n, withdrawalsRoot: word("11"), blobGasUsed: 0, excessBlobGas: 19n, parentBeaconBlockRoot: word("14"), requestsHash: word("15") };

describe("a block header", () => {
  it.each([0, 1, 2, 3, 4, 5, 6])("with %d fields of later forks is decoded as it was encoded", (count) => {
    const header = { ...BASE, ...Object.fromEntries(Object.entries(LATER).slice(0, count)) };
    expect(decodeHeader(encodeHeader(header))).toEqual(header);
  });

  it.each([
    ["too few fields", (fields: readonly Uint8Array[]) => fields.slice(0, 14), "has 14 fields; 15 to 21 are known"], ["too many", (fields: readonly Uint8Array[]) => [...fields, ...Array.from({ length: 7 }, () => new Uint8Array(32))], "has 22 fields"],
    ["a parent hash of 31 bytes", ([first, ...rest]: readonly Uint8Array[]) => [first!.subarray(1), ...rest], "parent hash has 31 bytes, not 32"], ["a number with leading zeros", (fields: readonly Uint8Array[]) => fields.with(8, Uint8Array.of(0, 1)), "number has leading zeros"],
  ])("with %s is refused", (_, change, message) => {
    expect(() => decodeHeader(rlpEncode(change(rlpDecode(encodeHeader(BASE)) as readonly Uint8Array[])))).toThrow(message);
  });
});
