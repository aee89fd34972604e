import type { SystemConfig } from "@pangaea/config";
import { applyConfigUpdate } from "@pangaea/derivation";
import { type Hex, ZERO_HASH } from "@pangaea/primitives";
import { beforeEach, describe, expect, test } from "vitest";
import { encodeCall, l1Deployment, systemConfigCalls } from "../src/index.ts";
import { ALICE, OWNER, TestChain } from "./support/chain.ts";

const BATCHER: Hex = `0x${"ba".repeat(20)}`;
const INITIAL: SystemConfig = {
  batcherAddress: BATCHER, overhead: ZERO_HASH, scalar: ZERO_HASH, gasLimit: 60_000_000, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0,
};
let chain: TestChain;
let address: Hex;

beforeEach(() => {
  chain = new TestChain();
  const deployment = l1Deployment({ deployer: OWNER, nonce: 0, owner: OWNER, batcher: BATCHER, unsafeBlockSigner: ALICE, batchInbox: BATCHER, l2ChainId: 901, gasLimit: 60_000_000, baseFeeScalar: 1_368, blobBaseFeeScalar: 810_949 });
  address = deployment.systemConfig;
  chain.create(OWNER, deployment.steps[0]?.data ?? new Uint8Array(0));
});

/** The configuration as derivation has it after the owner's call. */
function after(data: Uint8Array): SystemConfig {
  const outcome = chain.call({ from: OWNER, to: address, data });
  const [log] = outcome.logs;
  if (!outcome.success || log === undefined) throw new Error(`the call failed: ${Buffer.from(outcome.output).toString("latin1")}`);
  return applyConfigUpdate(INITIAL, log, true);
}

describe("SystemConfig", () => {
  test("its getters give what it was made with", () => {
    expect(chain.word(address, "owner()")).toBe(BigInt(OWNER));
    expect(chain.word(address, "batcherHash()")).toBe(BigInt(BATCHER));
    expect(chain.word(address, "gasLimit()")).toBe(60_000_000n);
    expect(chain.word(address, "basefeeScalar()")).toBe(1_368n);
    expect(chain.word(address, "blobbasefeeScalar()")).toBe(810_949n);
    expect(chain.word(address, "scalar()")).toBe((1n << 248n) | (810_949n << 32n) | 1_368n);
    expect(chain.word(address, "unsafeBlockSigner()")).toBe(BigInt(ALICE));
    expect(chain.word(address, "batchInbox()")).toBe(BigInt(BATCHER));
    expect(chain.word(address, "l2ChainId()")).toBe(901n);
    expect(chain.word(address, "startBlock()")).toBe(BigInt(chain.blockNumber));
  });

  test("the unsafe block signer stands in the slot that nodes read", () => {
    chain.call({ from: OWNER, to: address, data: systemConfigCalls.setUnsafeBlockSigner(BATCHER) });
    expect(chain.state.storage(address, 0x65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08n)).toBe(BigInt(BATCHER));
  });

  test("derivation reads every change from its event", () => {
    const other: Hex = `0x${"0b".repeat(20)}`;
    expect(after(systemConfigCalls.setBatcher(other))).toEqual({ ...INITIAL, batcherAddress: other });
    expect(after(systemConfigCalls.setGasConfigEcotone(7, 9))).toEqual({ ...INITIAL, scalar: `0x01${"00".repeat(23)}0000000900000007` });
    expect(after(systemConfigCalls.setGasConfig(0n, 5n))).toEqual({ ...INITIAL, scalar: `0x${"00".repeat(31)}05` });
    expect(after(systemConfigCalls.setGasLimit(40_000_000))).toEqual({ ...INITIAL, gasLimit: 40_000_000 });
    expect(after(systemConfigCalls.setUnsafeBlockSigner(other))).toEqual(INITIAL);
    expect(after(systemConfigCalls.setEip1559Params(250, 6))).toEqual({ ...INITIAL, eip1559Params: "0x000000fa00000006" });
    expect(after(systemConfigCalls.setOperatorFeeScalars(0xbabe, 0xbeefn))).toEqual({ ...INITIAL, operatorFeeParams: `0x${"00".repeat(20)}0000babe000000000000beef` });
    expect(after(systemConfigCalls.setMinBaseFee(1_000_000n))).toEqual({ ...INITIAL, minBaseFee: 1_000_000n });
    expect(after(systemConfigCalls.setDaFootprintGasScalar(800))).toEqual({ ...INITIAL, daFootprintGasScalar: 800 });
  });

  test("only its owner changes it, and an owner can be followed by another", () => {
    for (const data of [systemConfigCalls.setBatcher(ALICE), systemConfigCalls.setGasLimit(40_000_000), systemConfigCalls.setMinBaseFee(1n), encodeCall("transferOwnership(address)", [ALICE])]) {
      expect(chain.call({ from: ALICE, to: address, data })).toMatchObject({ success: false, reverted: true });
    }
    chain.run(OWNER, address, "transferOwnership(address)", [ALICE]);
    expect(chain.call({ from: ALICE, to: address, data: systemConfigCalls.setMinBaseFee(1n) }).success).toBe(true);
  });

  test.each([
    ["a gas limit below 21,000,000", systemConfigCalls.setGasLimit(20_999_999)],
    ["a gas limit above 200,000,000", systemConfigCalls.setGasLimit(200_000_001)],
    ["a denominator of zero", systemConfigCalls.setEip1559Params(0, 6)],
    ["an elasticity of zero", systemConfigCalls.setEip1559Params(250, 0)],
    ["a scalar of an unknown version", systemConfigCalls.setGasConfig(0n, 2n << 248n)],
  ])("%s is refused", (_, data) => {
    expect(chain.call({ from: OWNER, to: address, data })).toMatchObject({ success: false, reverted: true });
  });
});
