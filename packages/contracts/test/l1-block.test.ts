import { DEPOSITOR_ACCOUNT, PREDEPLOYS } from "@pangaea/config";
import { encodeL1Attributes, type L1Attributes, type L1AttributesFormat } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { ALICE, TestChain } from "./support/chain.ts";

const INFO: L1Attributes = {
  number: 0x1122334455, time: 0x66778899, baseFee: 0xabcdefn << 128n, blockHash: `0x${"b1".repeat(32)}`, sequenceNumber: 0x0102, batcherAddress: `0x${"ba".repeat(20)}`,
  overhead: `0x${"00".repeat(30)}0834`, scalar: `0x${"00".repeat(29)}0f4240`, blobBaseFee: 0x1234n, baseFeeScalar: 0x0a0b0c0d, blobBaseFeeScalar: 0x01020304,
  operatorFeeScalar: 0x05060708, operatorFeeConstant: 0x1112131415161718n, daFootprintGasScalar: 0x1920,
};
const word = (tail: string) => `0x${tail.padStart(64, "0")}`;
const COMMON = {
  0: word("00000000667788990000001122334455"),
  1: word(INFO.baseFee.toString(16)),
  2: INFO.blockHash,
  4: word("ba".repeat(20)),
};

describe("L1Block", () => {
  const cases: readonly (readonly [L1AttributesFormat, Readonly<Record<number, string>>])[] = [
    ["bedrock", { ...COMMON, 3: word("0102"), 5: INFO.overhead, 6: INFO.scalar, 7: word(""), 8: word("") }],
    ["ecotone", { ...COMMON, 3: word("0a0b0c0d010203040000000000000102"), 5: word(""), 6: word(""), 7: word("1234"), 8: word("") }],
    ["isthmus", { ...COMMON, 3: word("0a0b0c0d010203040000000000000102"), 7: word("1234"), 8: word("050607081112131415161718") }],
    ["jovian", { ...COMMON, 3: word("0a0b0c0d010203040000000000000102"), 7: word("1234"), 8: word("1920050607081112131415161718") }],
  ];
  test.each(cases)("the %s attributes land in the slots that the execution layer reads", (format, slots) => {
    const chain = TestChain.fromGenesis();
    const outcome = chain.call({ from: DEPOSITOR_ACCOUNT, to: PREDEPLOYS.l1Block, data: encodeL1Attributes(format, INFO), gas: 1_000_000 });
    expect(outcome.success).toBe(true);
    expect(Object.fromEntries(Object.keys(slots).map((slot) => [slot, chain.storage(PREDEPLOYS.l1Block, Number(slot))]))).toEqual(slots);
  });

  test("its getters give what was set", () => {
    const chain = TestChain.fromGenesis();
    chain.call({ from: DEPOSITOR_ACCOUNT, to: PREDEPLOYS.l1Block, data: encodeL1Attributes("jovian", INFO) });
    const read = (name: string) => chain.word(PREDEPLOYS.l1Block, `${name}()`);
    expect(read("number")).toBe(BigInt(INFO.number));
    expect(read("timestamp")).toBe(BigInt(INFO.time));
    expect(read("basefee")).toBe(INFO.baseFee);
    expect(read("hash")).toBe(BigInt(INFO.blockHash));
    expect(read("sequenceNumber")).toBe(BigInt(INFO.sequenceNumber));
    expect(read("batcherHash")).toBe(BigInt(INFO.batcherAddress));
    expect(read("blobBaseFee")).toBe(INFO.blobBaseFee);
    expect(read("baseFeeScalar")).toBe(BigInt(INFO.baseFeeScalar));
    expect(read("blobBaseFeeScalar")).toBe(BigInt(INFO.blobBaseFeeScalar));
    expect(read("operatorFeeScalar")).toBe(BigInt(INFO.operatorFeeScalar));
    expect(read("operatorFeeConstant")).toBe(INFO.operatorFeeConstant);
    expect(read("daFootprintGasScalar")).toBe(BigInt(INFO.daFootprintGasScalar));
  });

  test.each(["bedrock", "ecotone", "isthmus", "jovian"] as const)("nobody but the depositor account sets the %s attributes", (format) => {
    const chain = TestChain.fromGenesis();
    expect(chain.call({ from: ALICE, to: PREDEPLOYS.l1Block, data: encodeL1Attributes(format, INFO) })).toMatchObject({ success: false, reverted: true });
    expect(chain.storage(PREDEPLOYS.l1Block, 0)).toBe(word(""));
  });
});
