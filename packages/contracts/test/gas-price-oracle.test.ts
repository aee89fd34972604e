import { DEPOSITOR_ACCOUNT, type ForkSchedule, type L2Genesis, PREDEPLOYS } from "@pangaea/config";
import { encodeL1Attributes, fastLzLength, hexToBytes, type L1Attributes, utf8ToBytes, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { buildL2Genesis } from "../src/index.ts";
import { ALICE, genesisInput, TestChain } from "./support/chain.ts";

const INFO: L1Attributes = {
  number: 1, time: 2, baseFee: 2_000_000n, blockHash: ZERO_HASH, sequenceNumber: 0, batcherAddress: ZERO_ADDRESS, overhead: `0x${"00".repeat(30)}0834`, scalar: `0x${"00".repeat(29)}0a4240`,
  blobBaseFee: 3_000_000n, baseFeeScalar: 20_000, blobBaseFeeScalar: 15_000, operatorFeeScalar: 1_439_103_868, operatorFeeConstant: 1_256_417_826_609_331_460n, daFootprintGasScalar: 400,
};
const ORACLE = PREDEPLOYS.gasPriceOracle;
const FJORD: ForkSchedule = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0 };

const geneses = new Map<string, L2Genesis>();

function genesisAt(forks: ForkSchedule): L2Genesis {
  const key = JSON.stringify(forks);
  const genesis = geneses.get(key) ?? buildL2Genesis(genesisInput({ forks }));
  geneses.set(key, genesis);
  return genesis;
}

function chainAt(forks: ForkSchedule, format: "bedrock" | "ecotone" | "isthmus" | "jovian", change: Partial<L1Attributes> = {}): TestChain {
  const chain = TestChain.fromGenesis(genesisAt(forks));
  chain.call({ from: DEPOSITOR_ACCOUNT, to: PREDEPLOYS.l1Block, data: encodeL1Attributes(format, { ...INFO, ...change }) });
  return chain;
}

/** Pseudo-random bytes of an alphabet's size: small alphabets repeat themselves often. */
function bytesOf(length: number, alphabet: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 16) % alphabet;
  });
}

const SAMPLES: readonly (readonly [string, Uint8Array])[] = [
  ["nothing", new Uint8Array(0)],
  ["three bytes", hexToBytes("0xfacade")],
  ["12 bytes", bytesOf(12, 2, 1)],
  ["13 bytes", bytesOf(13, 2, 1)],
  ["17 equal bytes", new Uint8Array(17)],
  ["a thousand zeros", new Uint8Array(1_000)],
  ["text that repeats", utf8ToBytes("the quick brown fox jumps over the lazy dog. ".repeat(40))],
  ["random bytes", bytesOf(3_000, 256, 7)],
  ["bytes of two kinds", bytesOf(3_000, 2, 9)],
  ["matches farther apart than the window", new Uint8Array([...bytesOf(64, 256, 3), ...bytesOf(8_200, 256, 4), ...bytesOf(64, 256, 3), ...bytesOf(40, 3, 5)])],
  ...Array.from({ length: 40 }, (_, i) => [`sample ${i}`, bytesOf(20 + i * 7, 1 + (i % 5), i)] as const),
];

describe("GasPriceOracle", () => {
  test.each(SAMPLES)("from Fjord the L1 fee of %s goes by its FastLZ length and a signature's 68 bytes", (_, data) => {
    const chain = chainAt(FJORD, "ecotone");
    const size = BigInt(Math.max(100_000_000, -42_585_600 + 836_500 * (fastLzLength(data) + 68)));
    const weighted = 16n * INFO.baseFee * BigInt(INFO.baseFeeScalar) + INFO.blobBaseFee * BigInt(INFO.blobBaseFeeScalar);
    expect(chain.word(ORACLE, "getL1Fee(bytes)", [data])).toBe((size * weighted) / 10n ** 12n);
    expect(chain.word(ORACLE, "getL1GasUsed(bytes)", [data])).toBe((size * 16n) / 1_000_000n);
  });

  test("100,000 bytes are measured within a node's call gas", () => {
    const data = bytesOf(100_000, 256, 11);
    const outcome = chainAt(FJORD, "ecotone").run(ALICE, ORACLE, "getL1GasUsed(bytes)", [data]);
    expect(100_000_000 - outcome.gasLeft).toBeLessThan(50_000_000);
  });

  test.each([0, 10, 300, 5_000])("the upper bound for %i unsigned bytes takes compression to add a 255th and 16 bytes, as the reference does", (length) => {
    const signed = length + 68;
    const size = BigInt(Math.max(100_000_000, -42_585_600 + 836_500 * (signed + Math.floor(signed / 255) + 16)));
    const weighted = 16n * INFO.baseFee * BigInt(INFO.baseFeeScalar) + INFO.blobBaseFee * BigInt(INFO.blobBaseFeeScalar);
    expect(chainAt(FJORD, "ecotone").word(ORACLE, "getL1FeeUpperBound(uint256)", [length])).toBe((size * weighted) / 10n ** 12n);
  });

  test("in Ecotone the L1 fee goes by calldata gas and both scalars", () => {
    const chain = chainAt({ regolith: 0, canyon: 0, delta: 0, ecotone: 0 }, "ecotone");
    const gas = 68n * 16n + 2n * 16n + 4n;
    const weighted = 16n * INFO.baseFee * BigInt(INFO.baseFeeScalar) + INFO.blobBaseFee * BigInt(INFO.blobBaseFeeScalar);
    expect(chain.word(ORACLE, "getL1Fee(bytes)", [Uint8Array.of(1, 0, 2)])).toBe((gas * weighted) / 16_000_000n);
    expect(chain.call({ to: ORACLE, data: hexToBytes("0x0c18c162") }).success).toBe(false);
  });

  test("before Ecotone the L1 fee goes by calldata gas, overhead and scalar", () => {
    const chain = chainAt({ regolith: 0 }, "bedrock");
    const gas = 68n * 16n + 2n * 16n + 4n + BigInt(INFO.overhead);
    expect(chain.word(ORACLE, "overhead()")).toBe(BigInt(INFO.overhead));
    expect(chain.word(ORACLE, "scalar()")).toBe(BigInt(INFO.scalar));
    expect(chain.word(ORACLE, "getL1GasUsed(bytes)", [Uint8Array.of(1, 0, 2)])).toBe(gas);
    expect(chain.word(ORACLE, "getL1Fee(bytes)", [Uint8Array.of(1, 0, 2)])).toBe((gas * INFO.baseFee * BigInt(INFO.scalar)) / 1_000_000n);
  });

  test("the operator fee is per million gas in Isthmus, per gas and times 100 from Jovian, and none before", () => {
    const isthmus: ForkSchedule = { ...FJORD, granite: 0, holocene: 0, isthmus: 0 };
    expect(chainAt(FJORD, "ecotone").word(ORACLE, "getOperatorFee(uint256)", [1_618])).toBe(0n);
    expect(chainAt(isthmus, "isthmus").word(ORACLE, "getOperatorFee(uint256)", [1_618])).toBe((1_618n * 1_439_103_868n) / 1_000_000n + INFO.operatorFeeConstant);
    const jovian = chainAt({ ...isthmus, jovian: 0 }, "jovian");
    expect(jovian.word(ORACLE, "getOperatorFee(uint256)", [1_618])).toBe(1_256_650_673_615_173_860n);
    expect(jovian.word(ORACLE, "getOperatorFee(uint256)", [2n ** 256n - 1n])).toBe(2n ** 256n - 1n);
  });

  test("its flags say which forks were active at genesis, and the depositor account sets later ones in order", () => {
    const chain = chainAt({ regolith: 0, canyon: 0, delta: 0, ecotone: 0 }, "ecotone");
    const flags = () => ["isEcotone", "isFjord", "isIsthmus", "isJovian"].map((name) => Number(chain.word(ORACLE, `${name}()`)));
    expect(flags()).toEqual([1, 0, 0, 0]);
    expect(() => chain.run(DEPOSITOR_ACCOUNT, ORACLE, "setIsthmus()")).toThrow(/after Fjord/);
    expect(() => chain.run(ALICE, ORACLE, "setFjord()")).toThrow(/depositor/);
    for (const fork of ["Fjord", "Isthmus", "Jovian"]) chain.run(DEPOSITOR_ACCOUNT, ORACLE, `set${fork}()`);
    expect(flags()).toEqual([1, 1, 1, 1]);
  });

  test("prices and scalars are those of the block and of L1Block", () => {
    const chain = chainAt(FJORD, "ecotone");
    expect(chain.word(ORACLE, "gasPrice()")).toBe(chain.baseFee);
    expect(chain.word(ORACLE, "baseFee()")).toBe(chain.baseFee);
    expect(chain.word(ORACLE, "l1BaseFee()")).toBe(INFO.baseFee);
    expect(chain.word(ORACLE, "blobBaseFee()")).toBe(INFO.blobBaseFee);
    expect(chain.word(ORACLE, "baseFeeScalar()")).toBe(20_000n);
    expect(chain.word(ORACLE, "blobBaseFeeScalar()")).toBe(15_000n);
    expect(chain.word(ORACLE, "decimals()")).toBe(6n);
  });
});
