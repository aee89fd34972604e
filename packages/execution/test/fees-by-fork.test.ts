import { PREDEPLOYS } from "@pangaea/config";
import { encodeTransaction, fastLzLength, signTransaction, TX_LEGACY, type UnsignedLegacy } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { account, ALICE, BASE_FEE, BOB, CHAIN_ID, deposit, ETHER, FEE_RECIPIENT, GAS_LIMIT, l1BlockStorage, transfer, word } from "./fixture.ts";
import { bedrockL1Block, EXECUTION_FORKS, extendFork, type Fork, isFrom, openFork } from "./support/fork-chain.ts";

const [regolith, ecotone, fjord, isthmus, jovian] = [isFrom("regolith"), isFrom("ecotone"), isFrom("fjord"), isFrom("isthmus"), isFrom("jovian")];
const L1 = { baseFee: 13_000_000_007n, overhead: 188n, scalar: 684_000n, blobBaseFee: 1_000_003n, baseFeeScalar: 1_368, blobBaseFeeScalar: 810_949 };
const OPERATOR = { operatorFeeScalar: 1_439_103, operatorFeeConstant: 2n ** 64n - 1n };
const DA_SCALAR = 400;
const FEES = { ...l1BlockStorage({ ...L1, ...OPERATOR, daFootprintGasScalar: DA_SCALAR }) };
const L1_BLOCK = bedrockL1Block(L1.baseFee, L1.overhead, L1.scalar, FEES);
/** Half zeros; the rest does not compress, so that the estimate is above its least. */
const DATA = Uint8Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? 0 : (i * i * 31 + i * 7) % 251));
const GAS = 100_000;

const bytesOf = (encoded: Uint8Array) => {
  const zeros = BigInt(encoded.filter((byte) => byte === 0).length);
  return { zeros, others: BigInt(encoded.length) - zeros };
};
const estimate = (encoded: Uint8Array) => {
  const size = 836_500n * BigInt(fastLzLength(encoded)) - 42_585_600n;
  return size > 100_000_000n ? size : 100_000_000n;
};

/** The L1 fee as each fork's page of the specification has it. */
function expectedL1Fee(fork: Fork, encoded: Uint8Array): bigint {
  const { zeros, others } = bytesOf(encoded);
  const weighted = 16n * L1.baseFee * BigInt(L1.baseFeeScalar) + L1.blobBaseFee * BigInt(L1.blobBaseFeeScalar);
  if (fjord(fork)) return (estimate(encoded) * weighted) / 10n ** 12n;
  if (ecotone(fork)) return ((4n * zeros + 16n * others) * weighted) / 16_000_000n;
  return ((4n * zeros + 16n * (others + (regolith(fork) ? 0n : 68n)) + L1.overhead) * L1.baseFee * L1.scalar) / 1_000_000n;
}

function expectedOperatorFee(fork: Fork, gas: number): bigint {
  if (!isthmus(fork)) return 0n;
  return jovian(fork) ? BigInt(gas) * 1_439_103n * 100n + (2n ** 64n - 1n) : (BigInt(gas) * 1_439_103n) / 1_000_000n + (2n ** 64n - 1n);
}

const SENT = transfer(0, { gas: GAS, value: 5n, maxPriorityFeePerGas: 100n, data: DATA });
const RICH = account({ balance: 1_000n * ETHER });
const open = (fork: Fork, balance = RICH.balance) => openFork(fork, { alloc: { ...L1_BLOCK, [ALICE.address]: account({ balance }) } });

describe.each(EXECUTION_FORKS)("in %s", (fork) => {
  it("a transaction pays base fee, tip, L1 fee and operator fee to their vaults, and has back what it did not use", async () => {
    const fixture = open(fork);
    const { payload } = await extendFork(fork, fixture, { transactions: [encodeTransaction(deposit({ from: BOB })), SENT] });
    const gasUsed = payload.gasUsed - (regolith(fork) ? 21_000 : 100_000);
    const state = fixture.chain.headState();
    const paid = { base: BigInt(gasUsed) * payload.baseFeePerGas, tip: BigInt(gasUsed) * 100n, l1: expectedL1Fee(fork, SENT), operator: expectedOperatorFee(fork, gasUsed) };
    expect(gasUsed).toBeLessThan(GAS);
    expect({ base: state.balance(PREDEPLOYS.baseFeeVault), tip: state.balance(FEE_RECIPIENT), l1: state.balance(PREDEPLOYS.l1FeeVault), operator: state.balance(PREDEPLOYS.operatorFeeVault) }).toEqual(paid);
    expect(state.balance(ALICE.address)).toBe(RICH.balance - 5n - paid.base - paid.tip - paid.l1 - paid.operator);
    expect(payload.blobGasUsed).toBe(jovian(fork) ? Number(estimate(SENT) / 1_000_000n) * DA_SCALAR : ecotone(fork) ? 0 : undefined);
  });

  it("a sender must have the most that it can cost, and not a wei more", async () => {
    const need = BigInt(GAS) * 3n * BASE_FEE + 5n + expectedL1Fee(fork, SENT) + expectedOperatorFee(fork, GAS);
    await expect(extendFork(fork, open(fork, need - 1n), { transactions: [SENT] })).rejects.toThrow(/insufficient funds/);
    expect((await extendFork(fork, open(fork, need), { transactions: [SENT] })).payload.transactions).toHaveLength(1);
  });

  it("a price below the base fee is refused, and one that equals it leaves no tip", async () => {
    const legacy = (gasPrice: bigint) => encodeTransaction(signTransaction<UnsignedLegacy>({ type: TX_LEGACY, chainId: CHAIN_ID, nonce: 0, gas: 21_000, gasPrice, to: BOB, value: 0n, data: new Uint8Array(0) }, ALICE.key));
    const { baseFeePerGas } = (await extendFork(fork, open(fork))).payload;
    await expect(extendFork(fork, open(fork), { transactions: [legacy(baseFeePerGas - 1n)] })).rejects.toThrow(/less than block base fee/);
    const fixture = open(fork);
    await extendFork(fork, fixture, { transactions: [legacy(baseFeePerGas)] });
    expect([fixture.chain.headState().balance(FEE_RECIPIENT), fixture.chain.headState().balance(PREDEPLOYS.baseFeeVault)]).toEqual([0n, 21_000n * baseFeePerGas]);
  });
});

describe("the first block of a fork that has new values in L1Block, before they are there", () => {
  const bare = bedrockL1Block(L1.baseFee, L1.overhead, L1.scalar);
  it.each(EXECUTION_FORKS.filter(ecotone))("%s takes Bedrock's L1 fee where no Ecotone value stands, and no operator fee", async (fork) => {
    const fixture = openFork(fork, { alloc: { ...bare, [ALICE.address]: RICH } });
    const { payload } = await extendFork(fork, fixture, { transactions: [SENT] });
    const state = fixture.chain.headState();
    expect(state.balance(PREDEPLOYS.l1FeeVault)).toBe(expectedL1Fee("regolith", SENT));
    expect([state.balance(PREDEPLOYS.operatorFeeVault), payload.blobGasUsed]).toEqual([0n, 0]);
  });

  it.each([
    ["a blob base fee without scalars", { blobBaseFee: 1n }, 0n],
    ["a blob base fee scalar alone", { blobBaseFee: 0n, blobBaseFeeScalar: 1 }, 0n],
    ["a base fee scalar alone", { blobBaseFee: 0n, baseFeeScalar: 1 }, (estimate(SENT) * 16n * L1.baseFee) / 10n ** 12n],
  ])("%s is enough to take the new formula", async (_, values, fee) => {
    const fixture = openFork("fjord", { alloc: { ...bedrockL1Block(L1.baseFee, L1.overhead, L1.scalar, l1BlockStorage({ baseFee: L1.baseFee, ...values })), [ALICE.address]: RICH } });
    await extendFork("fjord", fixture, { transactions: [SENT] });
    expect(fixture.chain.headState().balance(PREDEPLOYS.l1FeeVault)).toBe(fee);
  });

  it("the values are read after the block's own attributes deposit has written them", async () => {
    // SSTORE(1, CALLDATALOAD(0)): the deposit sets L1's base fee.
    const code = Uint8Array.of(0x60, 0, 0x35, 0x60, 1, 0x55, 0);
    const l1Block = account({ code, storage: { ...L1_BLOCK[PREDEPLOYS.l1Block].storage, [word(1n)]: word(1n) } });
    const fixture = openFork("jovian", { alloc: { [PREDEPLOYS.l1Block]: l1Block, [ALICE.address]: RICH } });
    const data = Uint8Array.from(Buffer.from(word(L1.baseFee).slice(2), "hex"));
    await extendFork("jovian", fixture, { transactions: [encodeTransaction(deposit({ from: BOB, to: PREDEPLOYS.l1Block, data })), SENT] });
    expect(fixture.chain.headState().balance(PREDEPLOYS.l1FeeVault)).toBe(expectedL1Fee("jovian", SENT));
  });
});

describe("the DA footprint of a block", () => {
  // Each of these counts as 100 bytes.
  const scalar = GAS_LIMIT / 100 / 5;
  const block = (fork: Fork, count: number) => extendFork(fork, openFork(fork, { l1Block: { daFootprintGasScalar: scalar } }), { transactions: Array.from({ length: count }, (_, nonce) => transfer(nonce)) });

  it.each(["jovian", "karst"] as const)("may be its gas limit and no more in %s", async (fork) => {
    expect((await block(fork, 5)).payload.blobGasUsed).toBe(GAS_LIMIT);
    await expect(block(fork, 6)).rejects.toThrow(/transaction 5: DA footprint limit reached: the transaction adds 6000000, the block has 0 left/);
  });

  it("is neither counted nor limited before Jovian", async () => {
    expect((await block("isthmus", 6)).payload.blobGasUsed).toBe(0);
  });
});
