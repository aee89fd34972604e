import { type EvmRules, Evm, WorldState } from "@pangaea/evm";
import { type DepositTransaction, encodeTransaction, type Hex, hexToBytes, InvalidInputError, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { opRulesAt } from "../src/op-rules.ts";
import { processDeposit } from "../src/transaction/deposit.ts";
import { ALICE, account, attributesAfter, BOB, CHAIN_ID, configOf, deposit, ETHER, extend, FEE_RECIPIENT, forksTo, GAS_LIMIT, openChain } from "./fixture.ts";

type LastFork = Parameters<typeof forksTo>[0];

function run(transaction: DepositTransaction, { fork = "jovian", codes = {} }: { fork?: LastFork; codes?: Readonly<Record<Hex, Hex>> } = {}) {
  const rules = opRulesAt(configOf(forksTo(fork)), 1_000);
  const state = new WorldState({ get: () => undefined });
  for (const [address, code] of Object.entries(codes)) state.setCode(address as Hex, hexToBytes(code));
  state.commit();
  const block = { number: 1, timestamp: 1_000, coinbase: FEE_RECIPIENT, gasLimit: GAS_LIMIT, baseFee: 1n, blobBaseFee: 1n, prevRandao: ZERO_HASH, chainId: CHAIN_ID, blockHash: () => undefined };
  const evmRules: EvmRules = rules.evm;
  return { state, outcome: processDeposit(new Evm({ state, block, rules: evmRules }), rules, transaction) };
}

/** PUSH0 PUSH0 REVERT, written for Paris too. */
const REVERTS = "0x60006000fd";
const HALTS = "0xfe";

describe("a deposit", () => {
  it("mints before it runs and moves its value", () => {
    const { state, outcome } = run(deposit({ mint: 5n * ETHER, value: 2n * ETHER }));
    expect(outcome).toMatchObject({ status: 1, gasUsed: 21_000, depositNonce: 0, depositReceiptVersion: 1 });
    expect([state.balance(ALICE.address), state.balance(BOB), state.nonce(ALICE.address)]).toEqual([3n * ETHER, 2n * ETHER, 1]);
  });

  it("that reverts keeps its mint, raises the nonce and uses only the gas it took", () => {
    const { state, outcome } = run(deposit({ mint: ETHER, value: 1n }), { codes: { [BOB]: REVERTS } });
    expect(outcome).toMatchObject({ status: 0, gasUsed: 21_006 });
    expect([state.balance(ALICE.address), state.balance(BOB), state.nonce(ALICE.address)]).toEqual([ETHER, 0n, 1]);
  });

  it("that halts keeps its mint and uses all its gas", () => {
    const { state, outcome } = run(deposit({ mint: ETHER }), { codes: { [BOB]: HALTS } });
    expect(outcome).toMatchObject({ status: 0, gasUsed: 100_000 });
    expect([state.balance(ALICE.address), state.nonce(ALICE.address)]).toEqual([ETHER, 1]);
  });

  it.each([
    ["has not the value it sends", deposit({ mint: 1n, value: 2n })],
    ["has too little gas to begin with", deposit({ mint: 1n, gas: 20_999 })],
    ["has less gas than its data must cost", deposit({ mint: 1n, gas: 25_000, data: new Uint8Array(200).fill(1) })],
    ["creates a contract from code that is too long", (({ to: _, ...creation }) => ({ ...creation, mint: 1n, gas: 5_000_000, data: new Uint8Array(49_153) }))(deposit())],
  ])("that %s fails, keeps its mint, raises the nonce and uses all its gas", (_, transaction) => {
    const { state, outcome } = run(transaction);
    expect(outcome).toMatchObject({ status: 0, gasUsed: transaction.gas, depositNonce: 0 });
    expect([state.balance(ALICE.address), state.nonce(ALICE.address)]).toEqual([1n, 1]);
  });

  it("creates a contract at the address of the nonce before it", () => {
    const { to: _, ...creation } = deposit({ data: hexToBytes("0x6001600c60003960016000f300") });
    const { state, outcome } = run(creation);
    expect(outcome.status).toBe(1);
    expect(state.code(outcome.contractAddress!)).toEqual(Uint8Array.of(0));
    expect(state.nonce(ALICE.address)).toBe(1);
  });

  it("pays no fee and gives the vaults nothing", () => {
    const { state } = run(deposit({ mint: ETHER }));
    expect([state.balance(ALICE.address), state.balance(FEE_RECIPIENT)]).toEqual([ETHER, 0n]);
  });

  it("before Regolith uses all its gas even when it succeeds, and its receipt has no nonce", () => {
    const { outcome } = run(deposit(), { fork: "bedrock" });
    expect(outcome).toMatchObject({ status: 1, gasUsed: 100_000 });
    expect(outcome.depositNonce).toBeUndefined();
    expect(run(deposit(), { fork: "regolith" }).outcome).toMatchObject({ gasUsed: 21_000, depositNonce: 0 });
    expect(run(deposit(), { fork: "regolith" }).outcome.depositReceiptVersion).toBeUndefined();
  });

  it("of the system is free before Regolith and refused from it on", () => {
    expect(run(deposit({ isSystemTx: true }), { fork: "bedrock" }).outcome.gasUsed).toBe(0);
    expect(() => run(deposit({ isSystemTx: true }), { fork: "regolith" })).toThrow(InvalidInputError);
  });
});

describe("deposits in a block", () => {
  it("make the block invalid when they ask for more gas than it has left", async () => {
    const { layer, chain } = openChain();
    const labels = { head: chain.head.hash, safe: chain.head.hash, finalized: chain.head.hash };
    const transactions = [deposit({ gas: 21_000 }), deposit({ gas: GAS_LIMIT })].map(encodeTransaction);
    await expect(layer.forkchoiceUpdated(labels, attributesAfter(chain.head.header.timestamp, { transactions }))).rejects.toThrow(/transaction 1: gas limit reached/);
  });

  it("that fail stand in the block with status 0", async () => {
    const fixture = openChain({ alloc: { [BOB]: account({ code: hexToBytes(REVERTS) }) } });
    const { payload } = await extend(fixture, { transactions: [deposit(), deposit({ from: BOB, to: ALICE.address, value: 1n })].map(encodeTransaction) });
    expect((await fixture.layer.receiptsByHash(payload.blockHash)).map(({ status }) => status)).toEqual([0, 0]);
  });
});
