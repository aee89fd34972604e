import { DEPOSITOR_ACCOUNT, PREDEPLOYS } from "@pangaea/config";
import { encodeL1Attributes, fastLzLength, hexToBytes, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { genesisInput, TestChain } from "./support/chain.ts";
import { buildL2Genesis } from "../src/index.ts";
import { haveVectors, vectorJson } from "./support/vectors.ts";

const schema = z.object({
  l1_fee: z.array(z.looseObject({ kind: z.string().optional(), fork: z.string(), gas: z.number().optional(), scalar: z.number().optional(), constant: z.string().optional(), expected: z.string().optional() })),
  fastlz: z.array(z.object({ name: z.string(), input: z.string(), expected_fastlz_len: z.number() })),
});

const ORACLE = PREDEPLOYS.gasPriceOracle;
const INFO = {
  number: 1, time: 2, baseFee: 1_000n, blockHash: ZERO_HASH, sequenceNumber: 0, batcherAddress: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH,
  blobBaseFee: 0n, baseFeeScalar: 1_000_000, blobBaseFeeScalar: 0, operatorFeeScalar: 0, operatorFeeConstant: 0n, daFootprintGasScalar: 400,
};

describe.skipIf(!haveVectors)("GasPriceOracle on the reference's fee vectors (inline-curated/fees.json)", () => {
  const vectors = haveVectors ? schema.parse(vectorJson("inline-curated/fees.json")) : { l1_fee: [], fastlz: [] };

  test.each(vectors.fastlz)("the FastLZ length of $name", ({ input, expected_fastlz_len: expected }) => {
    const data = hexToBytes(input);
    expect(fastLzLength(data)).toBe(expected);
    const size = Math.max(100_000_000, -42_585_600 + 836_500 * (expected + 68));
    expect(TestChain.fromGenesis().word(ORACLE, "getL1GasUsed(bytes)", [data])).toBe((BigInt(size) * 16n) / 1_000_000n);
  });

  const isthmus = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0 };
  test.each(vectors.l1_fee.filter(({ kind }) => kind === "operator_fee"))("the $fork operator fee of $gas gas", ({ fork, gas = 0, scalar = 0, constant = "0", expected = "0" }) => {
    const format = fork === "jovian" ? "jovian" : "isthmus";
    const chain = TestChain.fromGenesis(buildL2Genesis(genesisInput({ forks: format === "jovian" ? { ...isthmus, jovian: 0 } : isthmus })));
    chain.call({ from: DEPOSITOR_ACCOUNT, to: PREDEPLOYS.l1Block, data: encodeL1Attributes(format, { ...INFO, operatorFeeScalar: scalar, operatorFeeConstant: BigInt(constant) }) });
    expect(chain.word(ORACLE, "getOperatorFee(uint256)", [gas])).toBe(BigInt(expected));
  });
});
