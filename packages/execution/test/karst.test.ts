import { encodeTransaction, hexToBytes, signTransaction, TX_LEGACY, type UnsignedLegacy } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { account, ALICE, BASE_FEE, BOB, CHAIN_ID, deposit, NOTHING, transfer, word } from "./fixture.ts";
import { extendFork, openFork } from "./support/fork-chain.ts";

const MOST_GAS = 2 ** 24;
const BLOCK_SIZE_OF_L1 = 8 * 1_048_576;

describe("Osaka on Karst", () => {
  it.each(["jovian", "karst"] as const)("a transaction may ask for 16,777,216 gas; one more is refused from Karst on, seen in %s", async (fork) => {
    const send = (gas: number) => extendFork(fork, openFork(fork), { transactions: [transfer(0, { gas })] });
    expect((await send(MOST_GAS)).payload.transactions).toHaveLength(1);
    if (fork === "karst") await expect(send(MOST_GAS + 1)).rejects.toThrow(/transaction 0: transaction gas limit too high: 16777217, cap 16777216/);
    else expect((await send(MOST_GAS + 1)).payload.transactions).toHaveLength(1);
  });

  it("the limit holds for legacy transactions and in the pool too, and not for deposits", async () => {
    const legacy = encodeTransaction(signTransaction<UnsignedLegacy>({ type: TX_LEGACY, chainId: CHAIN_ID, nonce: 0, gas: MOST_GAS + 1, gasPrice: 2n * BASE_FEE, to: BOB, value: 0n, data: NOTHING }, ALICE.key));
    const fixture = openFork("karst");
    await expect(extendFork("karst", fixture, { transactions: [legacy] })).rejects.toThrow(/gas limit too high/);
    expect(() => fixture.layer.pool.add(legacy)).toThrow(/gas limit too high/);
    const { payload } = await extendFork("karst", fixture, { transactions: [encodeTransaction(deposit({ gas: MOST_GAS + 1 }))] });
    expect((await fixture.layer.receiptsByHash(payload.blockHash)).map(({ status }) => status)).toEqual([1]);
  });

  it("the size of a block has no limit of its own", async () => {
    const transactions = [encodeTransaction(deposit({ gas: 400_000_000, data: new Uint8Array(BLOCK_SIZE_OF_L1 + 2_097_152) }))];
    const envelope = await extendFork("karst", openFork("karst"), { transactions, gasLimit: 400_000_000 });
    expect(await openFork("karst").layer.newPayload(envelope)).toEqual({ status: "VALID", latestValidHash: envelope.payload.blockHash });
  });

  it.each([["jovian", 9n], ["karst", 255n]] as const)("CLZ stands in a block of Karst and not in one of Jovian: %s", async (fork, seen) => {
    // CLZ(1) → slot 0
    const fixture = openFork(fork, { alloc: { [BOB]: account({ code: hexToBytes("0x60011e600055"), storage: { [word(0n)]: word(9n) } }) } });
    await extendFork(fork, fixture, { transactions: [transfer(0, { gas: 100_000 })] });
    expect(fixture.chain.headState().storage(BOB, 0n)).toBe(seen);
  });
});
