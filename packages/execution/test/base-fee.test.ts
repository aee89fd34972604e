import { type BlockHeader, InvalidBlockError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { checkExtraData, encodeExtraData, nextBaseFee } from "../src/index.ts";
import { attributesAfter, configOf, extraDataOf, forksTo, GENESIS_TIME, openChain } from "./fixture.ts";

const GENESIS: BlockHeader = openChain().chain.head.header;
const parent = (more: Partial<BlockHeader>): BlockHeader => ({ ...GENESIS, gasLimit: 60_000_000, baseFeePerGas: 1_000_000n, gasUsed: 10_000_000, ...more });
const next = (fork: Parameters<typeof forksTo>[0], more: Partial<BlockHeader>) => nextBaseFee(configOf(forksTo(fork)), parent(more), GENESIS_TIME + 1);
const holocene = (denominator: number, elasticity: number) => {
  const out = extraDataOf(denominator, elasticity, 0n).slice(0, 9);
  out[0] = 0;
  return out;
};

describe("the base fee", () => {
  it("stays at the target, rises above it and falls below it", () => {
    expect(next("canyon", {})).toBe(1_000_000n);
    expect(next("canyon", { gasUsed: 20_000_000 })).toBe(1_004_000n);
    expect(next("canyon", { gasUsed: 0 })).toBe(996_000n);
  });

  it("uses the denominator of before Canyon, then Canyon's", () => {
    expect(next("regolith", { gasUsed: 0 })).toBe(980_000n);
    expect(next("canyon", { gasUsed: 0 })).toBe(996_000n);
  });

  it("rises by 1 wei at least", () => {
    expect(next("canyon", { baseFeePerGas: 1n, gasUsed: 10_000_001 })).toBe(2n);
    expect(next("canyon", { baseFeePerGas: 0n, gasUsed: 60_000_000 })).toBe(1n);
  });

  it("takes its parameters from the parent's extra data from Holocene on", () => {
    expect(next("holocene", { gasUsed: 60_000_000, extraData: holocene(10, 2) })).toBe(1_100_000n);
    expect(next("holocene", { gasUsed: 60_000_000, extraData: holocene(100, 4) })).toBe(1_030_000n);
  });

  it("takes the constants when Holocene begins only after the parent", () => {
    const config = configOf({ ...forksTo("granite"), holocene: GENESIS_TIME + 1 });
    expect(nextBaseFee(config, parent({ gasUsed: 0, extraData: new Uint8Array(0) }), GENESIS_TIME + 1)).toBe(996_000n);
  });

  it("does not fall below the parent's minimum from Jovian on", () => {
    expect(next("jovian", { gasUsed: 0, extraData: extraDataOf(250, 6, 999_000n) })).toBe(999_000n);
    expect(next("jovian", { gasUsed: 0, extraData: extraDataOf(250, 6, 5_000_000n) })).toBe(5_000_000n);
  });

  it("counts the DA footprint when it is above the gas used from Jovian on", () => {
    const full = { gasUsed: 1, blobGasUsed: 20_000_000, extraData: extraDataOf(250, 6, 0n) };
    expect(next("jovian", full)).toBe(1_004_000n);
    expect(next("isthmus", { ...full, extraData: holocene(250, 6) })).toBeLessThan(1_000_000n);
  });
});

describe("extra data", () => {
  const config = configOf();
  const attributes = attributesAfter(0);

  it("holds the chain's constants when the attributes have zeros, else what they have", () => {
    expect(encodeExtraData(config, attributes.eip1559Params, 5n)).toEqual(extraDataOf(250, 6, 5n));
    expect(encodeExtraData(config, Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 3), 0n)).toEqual(extraDataOf(9, 3, 0n));
    expect(encodeExtraData(config, attributes.eip1559Params, undefined)).toEqual(holocene(250, 6));
    expect(encodeExtraData(config, undefined, undefined)).toHaveLength(0);
  });

  it.each([
    ["canyon", holocene(250, 6)],
    ["holocene", new Uint8Array(0)],
    ["holocene", extraDataOf(250, 6, 0n)],
    ["holocene", holocene(0, 6)],
    ["holocene", holocene(250, 0)],
    ["jovian", holocene(250, 6)],
    ["jovian", extraDataOf(0, 0, 0n)],
    ["jovian", new Uint8Array(17)],
  ] as const)("of another form than %s's is refused", (fork, extraData) => {
    expect(() => checkExtraData(configOf(forksTo(fork)), extraData, GENESIS_TIME)).toThrow(InvalidBlockError);
  });
});

describe("the base fee of a fork's first block", () => {
  const from = (forks: Parameters<typeof configOf>[0], more: Partial<BlockHeader>) => nextBaseFee(configOf(forks), parent(more), GENESIS_TIME + 1);

  it("has Canyon's denominator although its parent had the one before", () => {
    expect(from({ ...forksTo("regolith"), canyon: GENESIS_TIME + 1 }, { gasUsed: 0 })).toBe(996_000n);
    expect(from({ ...forksTo("regolith"), canyon: GENESIS_TIME + 2 }, { gasUsed: 0 })).toBe(980_000n);
  });

  it("knows neither minimum nor DA footprint of Jovian, which its parent did not have", () => {
    const before = { ...forksTo("isthmus"), jovian: GENESIS_TIME + 1 };
    expect(from(before, { gasUsed: 0, blobGasUsed: 60_000_000, extraData: holocene(250, 6) })).toBe(996_000n);
  });

  it("of Holocene's second block is by the extra data that the first one has", () => {
    expect(from({ ...forksTo("granite"), holocene: GENESIS_TIME }, { gasUsed: 60_000_000, extraData: holocene(10, 2) })).toBe(1_100_000n);
  });
});

describe("the base fee at its edges", () => {
  it.each([
    ["a minimum that is just not reached", { gasUsed: 0 }, 996_000n, 996_000n],
    ["a minimum a wei above", { gasUsed: 0 }, 996_001n, 996_001n],
    ["a minimum of nothing at a fee of nothing", { gasUsed: 0, baseFeePerGas: 0n }, 0n, 0n],
    ["a minimum as large as can be", { gasUsed: 60_000_000 }, 2n ** 64n - 1n, 2n ** 64n - 1n],
  ])("%s", (_, more, minimum, fee) => {
    expect(next("jovian", { ...more, extraData: extraDataOf(250, 6, minimum) })).toBe(fee);
  });

  it.each([[10_000_000, 1_000_000n], [10_000_001, 1_000_001n], [9_999_999, 1_000_000n], [9_997_500, 999_999n]])("%i gas used or footprint against a target of ten million", (used, fee) => {
    const extraData = extraDataOf(250, 6, 0n);
    expect(next("jovian", { gasUsed: used, blobGasUsed: 0, extraData })).toBe(fee);
    expect(next("jovian", { gasUsed: 0, blobGasUsed: used, extraData })).toBe(fee);
  });

  it("falls to nothing at most, whatever the denominator", () => {
    expect(next("holocene", { gasUsed: 0, baseFeePerGas: 1n, extraData: holocene(1, 6) })).toBe(0n);
  });
});
