import { hexToBytes, InvalidInputError, padLeft } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { applyConfigUpdate, CONFIG_UPDATE } from "../src/index.ts";
import { bytes, configWith } from "./support/blocks.ts";
import { haveVectors, vectorJson } from "./support/vectors.ts";

interface Vector {
  readonly update: string;
  readonly test: string;
  readonly log_data: string;
}
const TYPES: Readonly<Record<string, number>> = { batcher: 0, gas_config: 1, gas_limit: 2, signer: 3, eip1559: 4, operator_fee: 5, min_base_fee: 6, da_footprint_gas_scalar: 7 };
const system = configWith().genesis.systemConfig;
const EXPECTED: Readonly<Record<string, object>> = {
  test_operator_fee_update_try_from: { operatorFeeParams: `0x${"00".repeat(20)}0000babe000000000000beef` },
  test_eip1559_update_try_from: { eip1559Params: "0x0000babe0000beef" },
  test_batcher_update_try_from: { batcherAddress: `0x${"00".repeat(18)}beef` },
  test_signer_update_try_from: system,
  test_min_base_fee_update_try_from: { minBaseFee: 0xbeefn },
  test_da_footprint_update_try_from: { daFootprintGasScalar: 0xbeef },
  test_gas_config_update_overhead_decoding_succeeds_max_u256: { overhead: `0x${"ff".repeat(32)}`, scalar: `0x${"00".repeat(30)}beef` },
};

describe.skipIf(!haveVectors)("the reference's SystemConfig updates", () => {
  const vectors = haveVectors ? (vectorJson("inline-curated/system-config-updates.json") as readonly Vector[]) : [];
  it.each(vectors.map((vector) => [vector.test, vector] as const))("%s", (name, { update, log_data }) => {
    const apply = () => applyConfigUpdate(system, { address: new Uint8Array(20), topics: [CONFIG_UPDATE, new Uint8Array(32), padLeft(bytes(TYPES[update]!), 32)], data: hexToBytes(log_data.toLowerCase()) }, false);
    const expected = EXPECTED[name];
    if (expected === undefined) expect(apply).toThrow(InvalidInputError);
    else expect(apply()).toMatchObject(expected);
  });
});
