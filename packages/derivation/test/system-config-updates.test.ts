import { concatBytes, type Hex, hexToBytes, InvalidInputError, padLeft, ZERO_HASH } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyConfigUpdate, CONFIG_UPDATE, updateSystemConfig } from "../src/index.ts";
import { bytes, configWith } from "./support/blocks.ts";

const ADDRESS: Hex = `0x${"5c".repeat(20)}`;
const config = configWith({ l1SystemConfigAddress: ADDRESS });
const system = { ...config.genesis.systemConfig, overhead: `0x${"11".repeat(32)}` as Hex };
const word = (value: Hex | number) => padLeft(typeof value === "number" ? bytes(value) : hexToBytes(value), 32);
const update = (type: number, ...words: readonly (Hex | number)[]) => ({ address: hexToBytes(ADDRESS), topics: [CONFIG_UPDATE, word(0), word(type)], data: concatBytes(word(32), word(32 * words.length), ...words.map(word)) });
const apply = (type: number, words: readonly (Hex | number)[], ecotone = true) => applyConfigUpdate(system, update(type, ...words), ecotone);
const ff = (count: number): Hex => `0x${"ff".repeat(count)}`;
const v1: Hex = `0x01${"00".repeat(23)}0000000200000003`;

describe("a SystemConfig update", () => {
  it.each<[string, number, readonly (Hex | number)[], object]>([
    ["the batcher", 0, [ff(20)], { batcherAddress: ff(20) }],
    ["fee scalars of version 0, which end the overhead", 1, [7, 9], { overhead: ZERO_HASH, scalar: `0x${"00".repeat(31)}09` }],
    ["fee scalars of version 1", 1, [7, v1], { overhead: ZERO_HASH, scalar: v1 }],
    ["the gas limit", 2, ["0x01c9c380"], { gasLimit: 30_000_000 }],
    ["the unsafe block signer, which derivation does not use", 3, [ff(20)], system],
    ["EIP-1559 parameters", 4, ["0x0000003200000006"], { eip1559Params: "0x0000003200000006" }],
    ["EIP-1559 parameters of zero", 4, [0], { eip1559Params: "0x0000000000000000" }],
    ["the operator fee", 5, ["0x000000010000000000000002"], { operatorFeeParams: `0x${"00".repeat(20)}000000010000000000000002` }],
    ["the minimum base fee", 6, [ff(8)], { minBaseFee: 2n ** 64n - 1n }],
    ["the DA footprint scalar", 7, [ff(2)], { daFootprintGasScalar: 0xffff }],
  ])("of %s", (_, type, words, expected) => {
    expect(apply(type, words)).toEqual({ ...system, ...expected });
  });

  it("of the fee scalars keeps both words as they are before Ecotone", () => {
    expect(apply(1, [7, ff(32)], false)).toMatchObject({ overhead: `0x${"00".repeat(31)}07`, scalar: ff(32) });
  });

  it.each<[string, number, readonly (Hex | number)[]]>([
    ["a batcher of 21 bytes", 0, [ff(21)]],
    ["scalars of version 2", 1, [0, `0x02${"00".repeat(31)}`]],
    ["scalars of version 0 that are not clean", 1, [0, `0x00${"00".repeat(26)}0100000000`]],
    ["scalars of version 1 that are not clean", 1, [0, `0x01${"00".repeat(22)}010000000200000003`]],
    ["a gas limit of 9 bytes", 2, [ff(9)]],
    ["a gas limit beyond 2^53", 2, [ff(8)]],
    ["a denominator without elasticity", 4, ["0x0000003200000000"]],
    ["elasticity without a denominator", 4, ["0x0000000000000006"]],
    ["EIP-1559 parameters of 9 bytes", 4, [ff(9)]],
    ["an operator fee of 13 bytes", 5, [ff(13)]],
    ["a minimum base fee of 9 bytes", 6, [ff(9)]],
    ["a DA footprint scalar of 3 bytes", 7, [ff(3)]],
    ["an unknown type", 8, [0]],
    ["a word too many", 0, [0, 0]],
    ["one scalar alone", 1, [0]],
  ])("with %s is refused", (_, type, words) => {
    expect(() => apply(type, words)).toThrow(InvalidInputError);
  });

  const good = update(0, ff(20));
  it.each([
    ["another version", { ...good, topics: [CONFIG_UPDATE, word(1), word(0)] }],
    ["a type of two bytes", { ...good, topics: [CONFIG_UPDATE, word(0), word("0x0100")] }],
    ["two topics", { ...good, topics: good.topics.slice(0, 2) }],
    ["four topics", { ...good, topics: [...good.topics, word(0)] }],
    ["another offset", { ...good, data: concatBytes(word(64), good.data.subarray(32)) }],
    ["another length", { ...good, data: concatBytes(word(32), word(31), good.data.subarray(64)) }],
    ["data that is cut", { ...good, data: good.data.subarray(0, -1) }],
  ])("with %s is refused", (_, log) => {
    expect(() => applyConfigUpdate(system, log, true)).toThrow(InvalidInputError);
  });

  it("that is malformed is passed over; those around it hold", () => {
    const receipts = [{ transactionHash: ZERO_HASH, status: 1 as const, logs: [update(2, "0x01c9c380"), update(8, 0), update(6, 9)] }];
    expect(updateSystemConfig(system, receipts, config, 2_000)).toEqual({ ...system, gasLimit: 30_000_000, minBaseFee: 9n });
  });

  it("of any bytes is an update or refused as input", () => {
    fc.assert(fc.property(fc.nat(9), fc.uint8Array({ maxLength: 64 }), fc.boolean(), (type, words, ecotone) => {
      try {
        applyConfigUpdate(system, { ...good, topics: [CONFIG_UPDATE, word(0), word(type)], data: concatBytes(word(32), word(words.length), words) }, ecotone);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
    }), { numRuns: 500 });
  });
});
