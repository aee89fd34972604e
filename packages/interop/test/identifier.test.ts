import { concatBytes, InvalidInputError } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeIdentifier, decodeWideIdentifier, encodeIdentifier, type WideIdentifier } from "../src/index.ts";
import { identifier } from "./support/arbitraries.ts";

const plain: WideIdentifier = { origin: `0x${"ab".repeat(20)}`, blockNumber: 5, logIndex: 2, timestamp: 1_000, chainId: 901n };

describe("an identifier", () => {
  it("encodes and decodes to itself", () => {
    fc.assert(fc.property(identifier, (id) => void expect(decodeIdentifier(encodeIdentifier(id))).toEqual(id)));
  });

  it("keeps block number and time over the whole of u64 when decoded wide", () => {
    fc.assert(fc.property(fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(0n, (1n << 64n) - 1n), (blockNumber, timestamp) => void expect(decodeWideIdentifier(encodeIdentifier({ ...plain, blockNumber, timestamp }))).toMatchObject({ blockNumber, timestamp })));
  });

  it("stands in five words: origin, block number, log index, timestamp, chain id", () => {
    const words = [0x0aa3n, 1n, 2n, 3n, 4n].map((value) => value.toString(16).padStart(64, "0")).join("");
    expect(Buffer.from(encodeIdentifier({ origin: `0x${"0aa3".padStart(40, "0")}`, blockNumber: 1, logIndex: 2, timestamp: 3, chainId: 4n })).toString("hex")).toBe(words);
  });

  it.each([
    ["a negative block number", { blockNumber: -1 }, "block number -1"],
    ["a fractional block number", { blockNumber: 1.5 }, "block number 1.5"],
    ["a number that has lost bits", { blockNumber: 2 ** 53 }, "block number 9007199254740992"],
    ["a block number of 65 bits", { blockNumber: 1n << 64n }, "block number 18446744073709551616"],
    ["a time of 65 bits", { timestamp: 1n << 64n }, "timestamp 18446744073709551616"],
    ["a negative time", { timestamp: -1n }, "timestamp -1"],
    ["a log index of 33 bits", { logIndex: 2 ** 32 }, "log index 4294967296"],
    ["a negative log index", { logIndex: -1 }, "log index -1"],
    ["a fractional log index", { logIndex: 1.5 }, "log index 1.5"],
    ["a chain id of 257 bits", { chainId: 1n << 256n }, "256 unsigned bits"],
    ["a negative chain id", { chainId: -1n }, "chain id -1"],
    ["an origin of 19 bytes", { origin: `0x${"ab".repeat(19)}` as const }, "20 bytes"],
  ])("is not encoded with %s", (_, change, message) => {
    expect(() => encodeIdentifier({ ...plain, ...change })).toThrow(message);
  });

  it.each([
    [0, "address"], [11, "address"], [32, "block number"], [55, "block number"], [64, "log index"], [91, "log index"], [96, "timestamp"], [119, "timestamp"],
  ])("is refused when byte %i, padding of its %s, is not zero", (at, what) => {
    expect(() => decodeIdentifier(encodeIdentifier(plain).with(at, 1))).toThrow(`invalid ${what} padding`);
  });

  it.each([12, 31, 56, 63, 92, 95, 120, 127, 128, 159])("is read where byte %i, no padding, is not zero", (at) => {
    expect(decodeWideIdentifier(encodeIdentifier(plain).with(at, 1))).toBeDefined();
  });

  it.each([0, 159, 161, 192])("is refused in %i bytes", (length) => {
    expect(() => decodeIdentifier(concatBytes(encodeIdentifier(plain), new Uint8Array(64)).subarray(0, length))).toThrow(InvalidInputError);
  });

  it.each(["blockNumber", "timestamp"] as const)("is refused with a %s above 2^53-1, which a number cannot hold", (field) => {
    expect(decodeIdentifier(encodeIdentifier({ ...plain, [field]: 2n ** 53n - 1n }))[field]).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => decodeIdentifier(encodeIdentifier({ ...plain, [field]: 2n ** 53n }))).toThrow("9007199254740992 is outside");
  });
});
