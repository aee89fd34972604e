import { InvalidInputError } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { executingDescriptorToJson, parseExecutingDescriptor } from "../src/index.ts";
import { chainId } from "./support/arbitraries.ts";

describe("the executing descriptor", () => {
  it("writes and reads back to itself", () => {
    fc.assert(fc.property(fc.record({ timestamp: fc.maxSafeNat(), timeout: fc.maxSafeNat(), chainId }), (descriptor) => void expect(parseExecutingDescriptor(executingDescriptorToJson(descriptor))).toEqual(descriptor)));
  });

  it("is written without a chain id where there is none", () => {
    expect(executingDescriptorToJson({ timestamp: 10, timeout: 0 })).toEqual({ timestamp: "0xa", timeout: "0x0" });
  });

  it.each([
    ["a decimal chain id", { timestamp: "0xa", timeout: "0x1", chainID: "901" }, { timestamp: 10, timeout: 1, chainId: 901n }],
    ["a chain id as a quantity", { timestamp: "0xa", timeout: "0x1", chainID: "0x385" }, { timestamp: 10, timeout: 1, chainId: 901n }],
    ["a chain id as a number", { timestamp: "0xa", timeout: "0x1", chainID: 901 }, { timestamp: 10, timeout: 1, chainId: 901n }],
    ["chain id 0 as a number", { timestamp: "0xa", timeout: "0x1", chainID: 0 }, { timestamp: 10, timeout: 1, chainId: 0n }],
    ["no timeout and no chain id", { timestamp: "0xa" }, { timestamp: 10, timeout: 0 }],
    ["null for both", { timestamp: "0xa", timeout: null, chainID: null }, { timestamp: 10, timeout: 0 }],
  ])("reads %s", (_, json, descriptor) => {
    expect(parseExecutingDescriptor(json)).toEqual(descriptor);
  });

  it.each([
    ["nothing", undefined, "wanted an object"], ["a list", [], "wanted an object"], ["null", null, "wanted an object"], ["no timestamp", {}, "timestamp"], ["a decimal timestamp", { timestamp: "10" }, "timestamp is not a hex quantity: 10"],
    ["a timestamp above 2^53-1", { timestamp: "0x20000000000000" }, "timestamp 9007199254740992 is outside"], ["a timeout that is no quantity", { timestamp: "0x1", timeout: -1 }, "timeout is not a hex quantity: -1"],
    ["a chain id that is none", { timestamp: "0x1", chainID: "op" }, "chainID is not a hex quantity: op"], ["a negative chain id", { timestamp: "0x1", chainID: -5 }, "chainID is not a hex quantity: -5"],
    ["a fractional chain id", { timestamp: "0x1", chainID: 1.5 }, "chainID is not a hex quantity: 1.5"], ["a chain id that has lost bits", { timestamp: "0x1", chainID: 2 ** 53 }, "chainID is not a hex quantity: 9007199254740992"],
    ["a chain id in a list", { timestamp: "0x1", chainID: ["901"] }, "chainID is not a hex quantity"],
  ])("is refused with %s", (_, json, problem) => {
    expect(() => parseExecutingDescriptor(json)).toThrow(InvalidInputError);
    expect(() => parseExecutingDescriptor(json)).toThrow(problem);
  });
});
