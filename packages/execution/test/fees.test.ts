import { PREDEPLOYS } from "@pangaea/config";
import { encodeTransaction, fastLzLength, InvalidInputError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { opRulesAt } from "../src/op-rules.ts";
import { daFootprint, type L1FeeParameters, l1Fee, operatorFee } from "../src/transaction/l1-fee.ts";
import { ALICE, attributesAfter, BASE_FEE, BOB, configOf, deposit, ETHER, extend, FEE_RECIPIENT, forksTo, GAS_LIMIT, openChain, transfer } from "./fixture.ts";

const NONE: L1FeeParameters = { baseFee: 0n, blobBaseFee: 0n, baseFeeScalar: 0, blobBaseFeeScalar: 0, overhead: 0n, scalar: 0n, operatorFeeScalar: 0, operatorFeeConstant: 0n, daFootprintGasScalar: 0, isBedrock: false };
const rulesTo = (fork: Parameters<typeof forksTo>[0]) => opRulesAt(configOf(forksTo(fork)), 1_000);

describe("the L1 fee", () => {
  it("follows Bedrock's formula until L1Block has Ecotone's values, also in Ecotone's first block", () => {
    const fees = { ...NONE, baseFee: 1_000n, overhead: 2_100n, scalar: 1_000_000n, isBedrock: true };
    const encoded = Uint8Array.of(0, 1, 2);
    expect(l1Fee(encoded, fees, rulesTo("regolith"))).toEqual({ gasUsed: 2_136n, fee: 2_136_000n });
    expect(l1Fee(encoded, fees, rulesTo("bedrock")).gasUsed).toBe(2_136n + 68n * 16n);
    expect(l1Fee(encoded, fees, rulesTo("ecotone"))).toEqual(l1Fee(encoded, fees, rulesTo("regolith")));
  });
});

describe("the operator fee", () => {
  it("is nothing before Isthmus, per million from Isthmus, a hundredfold from Jovian", () => {
    const fees = { ...NONE, operatorFeeScalar: 1_000, operatorFeeConstant: 10n };
    expect(operatorFee(100_000, fees, rulesTo("holocene"))).toBe(0n);
    expect(operatorFee(100_000, fees, rulesTo("isthmus"))).toBe(110n);
    expect(operatorFee(100_000, fees, rulesTo("jovian"))).toBe(10_000_000_010n);
  });
});

describe("what a transaction pays", () => {
  const l1Block = { baseFee: 10n ** 9n, baseFeeScalar: 1_368, blobBaseFee: 3n, blobBaseFeeScalar: 810_949, operatorFeeScalar: 7, operatorFeeConstant: 11n, daFootprintGasScalar: 400 };
  const fees: L1FeeParameters = { ...NONE, ...l1Block };

  it("goes to the four vaults, and what is not used comes back", async () => {
    const fixture = openChain({ l1Block });
    const encoded = transfer(0, { gas: 50_000, value: 5n, maxPriorityFeePerGas: 100n });
    const { payload } = await extend(fixture, { transactions: [encoded] });
    const state = fixture.chain.headState();
    const jovian = rulesTo("jovian");
    const paid = {
      base: 21_000n * payload.baseFeePerGas,
      tip: 21_000n * 100n,
      l1: l1Fee(encoded, fees, jovian).fee,
      operator: operatorFee(21_000, fees, jovian),
    };
    expect(paid.l1).toBeGreaterThan(0n);
    expect({ base: state.balance(PREDEPLOYS.baseFeeVault), tip: state.balance(FEE_RECIPIENT), l1: state.balance(PREDEPLOYS.l1FeeVault), operator: state.balance(PREDEPLOYS.operatorFeeVault) }).toEqual(paid);
    expect(state.balance(ALICE.address)).toBe(1_000n * ETHER - 5n - paid.base - paid.tip - paid.l1 - paid.operator);
  });

  it("must be there in full before it runs: gas at the highest price, value, L1 fee and operator fee", async () => {
    const encoded = transfer(0, { value: 0n });
    const need = 21_000n * 3n * BASE_FEE + l1Fee(encoded, fees, rulesTo("jovian")).fee + operatorFee(21_000, fees, rulesTo("jovian"));
    const withBalance = (balance: bigint) => openChain({ l1Block, alloc: { [ALICE.address]: { balance, nonce: 0, code: new Uint8Array(0), storage: {} } } });
    await expect(extend(withBalance(need - 1n), { transactions: [encoded] })).rejects.toThrow(/insufficient funds/);
    expect((await extend(withBalance(need), { transactions: [encoded] })).payload.gasUsed).toBe(21_000);
  });
});

describe("the DA footprint", () => {
  it("of a transaction is its estimated size, at least 100 bytes, times the scalar", () => {
    expect(daFootprint(new Uint8Array(10), { ...NONE, daFootprintGasScalar: 400 })).toBe(40_000);
    const long = Uint8Array.from({ length: 5_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255);
    const estimate = Math.floor((fastLzLength(long) * 836_500 - 42_585_600) / 1_000_000);
    expect(daFootprint(long, { ...NONE, daFootprintGasScalar: 3 })).toBe(estimate * 3);
  });

  it("of a block is its blob gas used, without deposits", async () => {
    const { payload } = await extend(openChain({ l1Block: { daFootprintGasScalar: 400 } }), { transactions: [encodeTransaction(deposit({ from: BOB })), transfer(0), transfer(1)] });
    expect(payload.blobGasUsed).toBe(2 * 100 * 400);
  });

  it("limits a block to its gas limit", async () => {
    const footprint = { daFootprintGasScalar: 65_535 };
    const most = Math.floor(GAS_LIMIT / (100 * 65_535));
    const transactions = Array.from({ length: most + 1 }, (_, nonce) => transfer(nonce));
    const fixture = openChain({ l1Block: footprint });
    await expect(extend(fixture, { transactions })).rejects.toThrow(/DA footprint limit reached/);
    for (const encoded of transactions) fixture.layer.pool.add(encoded);
    expect((await extend(fixture, { noTxPool: false })).payload.transactions).toHaveLength(most);
    expect((await extend(fixture, { noTxPool: false })).payload.transactions).toHaveLength(1);
  });

  it("raises the next base fee when it is above the gas used", async () => {
    const fixture = openChain({ l1Block: { daFootprintGasScalar: 65_535 } });
    const { payload } = await extend(fixture, { transactions: [transfer(0), transfer(1)] });
    const target = GAS_LIMIT / 6;
    expect(payload.blobGasUsed).toBeGreaterThan(target);
    const step = (payload.baseFeePerGas * BigInt(payload.blobGasUsed! - target)) / BigInt(target) / 250n;
    expect((await extend(fixture)).payload.baseFeePerGas).toBe(payload.baseFeePerGas + step);
  });
});

it("a transaction that may not stand in a block changes nothing", () => {
  const { chain } = openChain();
  const good = [transfer(0), transfer(1)];
  const refused = [transfer(5), transfer(0, { gas: 20_000 }), transfer(0, { maxFeePerGas: 1n }), transfer(0, { value: 10n ** 30n }), transfer(0, { chainId: 1 }), transfer(0, { maxPriorityFeePerGas: 10n ** 12n })];
  const attributes = attributesAfter(chain.head.header.timestamp);
  const plain = chain.buildBlock(chain.head, attributes, (builder) => {
    for (const encoded of good) builder.add(encoded);
  });
  const tried = chain.buildBlock(chain.head, attributes, (builder) => {
    for (const encoded of refused) expect(() => builder.add(encoded)).toThrow(InvalidInputError);
    builder.add(good[0]!);
    expect(() => builder.add(good[0]!)).toThrow(/nonce too low/);
    builder.add(good[1]!);
  });
  expect(tried.hash).toBe(plain.hash);
});
