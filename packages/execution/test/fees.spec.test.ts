import { fastLzLength, hexToBytes } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { opRulesAt } from "../src/op-rules.ts";
import { type L1FeeParameters, l1Fee, operatorFee } from "../src/transaction/l1-fee.ts";
import { configOf, forksTo } from "./fixture.ts";
import { haveVectors, vectorJson } from "./vectors.ts";

type Vector = { readonly fork: Parameters<typeof forksTo>[0]; readonly kind?: string } & Readonly<Record<string, string | number>>;

const NONE: L1FeeParameters = { baseFee: 0n, blobBaseFee: 0n, baseFeeScalar: 0, blobBaseFeeScalar: 0, overhead: 0n, scalar: 0n, operatorFeeScalar: 0, operatorFeeConstant: 0n, daFootprintGasScalar: 0, isBedrock: false };
const vectors = haveVectors ? vectorJson<{ readonly l1_fee: readonly Vector[] }>("inline-curated/fees.json").l1_fee : [];
const rulesOf = (vector: Vector) => opRulesAt(configOf(forksTo(vector.fork)), 1_000);
const l1Of = (vector: Vector): L1FeeParameters => ({ ...NONE, baseFee: BigInt(vector.l1BaseFee!), baseFeeScalar: Number(vector.baseFeeScalar), blobBaseFee: BigInt(vector.blobBaseFee!), blobBaseFeeScalar: Number(vector.blobBaseFeeScalar) });
const kind = (name: string) => (vector: Vector) => vector.kind === name;

describe.skipIf(!haveVectors)("published fees", () => {
  it("L1 fees of transactions", () => {
    const chosen = vectors.filter((vector) => vector.kind === undefined);
    expect(chosen).not.toHaveLength(0);
    for (const vector of chosen) {
      const result = l1Fee(hexToBytes(String(vector.tx)), l1Of(vector), rulesOf(vector));
      expect(result.fee).toBe(BigInt(vector.expected_l1_fee!));
      if (vector.expected_l1_gas_used !== undefined) expect(result.gasUsed).toBe(BigInt(vector.expected_l1_gas_used));
      if (vector.fastlz_size !== undefined) expect(fastLzLength(hexToBytes(String(vector.tx)))).toBe(Number(vector.fastlz_size));
    }
  });

  it("L1 fees of byte counts", () => {
    const chosen = vectors.filter(kind("l1cost"));
    expect(chosen).not.toHaveLength(0);
    for (const vector of chosen) {
      const encoded = new Uint8Array(Number(vector.non_zero_bytes) + Number(vector.zero_bytes)).fill(1, 0, Number(vector.non_zero_bytes));
      expect(l1Fee(encoded, l1Of(vector), rulesOf(vector)).fee).toBe(BigInt(vector.expected_l1_fee!));
    }
  });

  it("data gas", () => {
    const chosen = vectors.filter(kind("data_gas"));
    expect(chosen).not.toHaveLength(0);
    for (const vector of chosen) expect(l1Fee(hexToBytes(String(vector.tx)), { ...NONE, isBedrock: vector.fork !== "fjord" }, rulesOf(vector)).gasUsed, vector.fork).toBe(BigInt(vector.expected_data_gas!));
  });

  it("operator fees", () => {
    const chosen = vectors.filter(kind("operator_fee"));
    expect(chosen).not.toHaveLength(0);
    for (const vector of chosen) expect(operatorFee(Number(vector.gas), { ...NONE, operatorFeeScalar: Number(vector.scalar), operatorFeeConstant: BigInt(vector.constant!) }, rulesOf(vector))).toBe(BigInt(vector.expected!));
  });
});
