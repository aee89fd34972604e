import { concatBytes, InvalidInputError } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSuperRoot, encodeSuperRoot, type SuperRoot } from "../src/index.ts";
import { chainId, hex } from "./support/arbitraries.ts";

const output = (id: bigint) => ({ chainId: id, outputRoot: `0x${"0a".repeat(32)}` }) as const;
const two: SuperRoot = { timestamp: 10, chains: [output(1n), output(2n)] };
const encoded = encodeSuperRoot(two);

describe("a super root's preimage", () => {
  it("encodes and decodes to itself", () => {
    const chains = fc.uniqueArray(fc.record({ chainId, outputRoot: hex(32) }), { minLength: 1, maxLength: 8, selector: (entry) => entry.chainId }).map((list) => list.sort((a, b) => (a.chainId < b.chainId ? -1 : 1)));
    fc.assert(fc.property(fc.record({ timestamp: fc.maxSafeNat(), chains }), (value) => void expect(decodeSuperRoot(encodeSuperRoot(value))).toEqual(value)));
  });

  it.each<readonly [string, SuperRoot, string]>([
    ["no chains", { timestamp: 1, chains: [] }, "at least one chain"],
    ["chains out of order", { timestamp: 1, chains: [output(2n), output(1n)] }, "chain 1 stands after chain 2"],
    ["a chain twice", { timestamp: 1, chains: [output(2n), output(2n)] }, "chain 2 stands after chain 2"],
    ["a negative time", { timestamp: -1, chains: [output(1n)] }, "timestamp -1"],
    ["a chain id of 257 bits", { timestamp: 1, chains: [output(1n << 256n)] }, "do not fit into 32"],
    ["an output root of 31 bytes", { timestamp: 1, chains: [{ chainId: 1n, outputRoot: `0x${"0a".repeat(31)}` }] }, "output root of chain 1 is not 32 bytes"],
  ])("is not encoded with %s", (_, value, problem) => {
    expect(() => encodeSuperRoot(value)).toThrow(InvalidInputError);
    expect(() => encodeSuperRoot(value)).toThrow(problem);
  });

  it.each<readonly [string, Uint8Array, string]>([
    ["no bytes", new Uint8Array(0), "no bytes"],
    ["version 0", encoded.with(0, 0), "version 0"],
    ["version 2", encoded.with(0, 2), "version 2"],
    ["a head alone", encoded.subarray(0, 9), "9 bytes"],
    ["72 bytes", encoded.subarray(0, 72), "72 bytes"],
    ["a chain cut off", encoded.subarray(0, 136), "136 bytes"],
    ["a byte too many", concatBytes(encoded, Uint8Array.of(0)), "138 bytes"],
    ["chains out of order", concatBytes(encoded.subarray(0, 9), encoded.subarray(73), encoded.subarray(9, 73)), "chain 1 stands after chain 2"],
    ["a chain twice", concatBytes(encoded.subarray(0, 73), encoded.subarray(9, 73)), "chain 1 stands after chain 1"],
    ["a time above 2^53-1", encoded.with(1, 1), "is outside 0 … 2^53-1"],
  ])("is not decoded from %s", (_, data, problem) => {
    expect(() => decodeSuperRoot(data)).toThrow(InvalidInputError);
    expect(() => decodeSuperRoot(data)).toThrow(problem);
  });
});
