import { createAddress } from "@pangaea/evm";
import { bigIntToBytes, bytesToHex, concatBytes, type Hex, hexToBytes, utf8ToBytes, ZERO_ADDRESS } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { abiEncode, decodeTransactionDeposited, encodeCall, encodeDepositTransaction, l1Deployment, minimumDepositGas, selector } from "../src/index.ts";
import { ALICE, ETHER, OWNER, TestChain } from "./support/chain.ts";

const BOB: Hex = `0x${"b0".repeat(20)}`;
const GWEI = 10n ** 9n;

function deploy() {
  const chain = new TestChain();
  chain.state.setBalance(ALICE, 10n * ETHER);
  const deployment = l1Deployment({ deployer: OWNER, nonce: 0, owner: OWNER, batcher: BOB, unsafeBlockSigner: BOB, batchInbox: BOB, l2ChainId: 901, gasLimit: 60_000_000, baseFeeScalar: 1_368, blobBaseFeeScalar: 810_949 });
  for (const { data } of deployment.steps) chain.create(OWNER, data);
  return { chain, portal: deployment.optimismPortal, systemConfig: deployment.systemConfig };
}

/** Init code of a contract that passes its calldata and value on to an address. */
function forwarder(target: Hex): Uint8Array {
  const runtime = concatBytes(hexToBytes("0x366000600037600060003660003473"), hexToBytes(target), hexToBytes("0x5af160005260206000f3"));
  return concatBytes(hexToBytes("0x60"), Uint8Array.of(runtime.length), hexToBytes("0x80600b6000396000f3"), runtime);
}

describe("OptimismPortal", () => {
  test("deployment gives portal and SystemConfig each other's address", () => {
    const { chain, portal, systemConfig } = deploy();
    expect(chain.word(portal, "systemConfig()")).toBe(BigInt(systemConfig));
    expect(chain.word(systemConfig, "optimismPortal()")).toBe(BigInt(portal));
    expect(chain.word(portal, "paused()")).toBe(0n);
  });

  test("a deposit is an event of mint, value, gas limit, creation flag and data, packed", () => {
    const { chain, portal } = deploy();
    const data = utf8ToBytes("hello");
    const outcome = chain.call({ to: portal, value: 7n, data: encodeDepositTransaction({ to: BOB, value: 5n, gasLimit: 100_000, data }) });
    expect(outcome).toMatchObject({ success: true });
    const [log] = outcome.logs;
    const opaque = concatBytes(bigIntToBytes(7n, 32), bigIntToBytes(5n, 32), bigIntToBytes(100_000n, 8), Uint8Array.of(0), data);
    expect(log?.topics.slice(1).map(bytesToHex)).toEqual([ALICE, BOB, ZERO_ADDRESS].map((address) => `0x${address.slice(2).padStart(64, "0")}`));
    expect(bytesToHex(log?.data ?? data)).toBe(bytesToHex(abiEncode([opaque])));
    expect(log === undefined ? undefined : decodeTransactionDeposited(log)).toEqual({ from: ALICE, to: BOB, mint: 7n, value: 5n, gasLimit: 100_000, data });
  });

  test("a deposit that creates has no target", () => {
    const { chain, portal } = deploy();
    const request = { value: 0n, gasLimit: 200_000, data: hexToBytes("0x60016000f3") };
    const [log] = chain.call({ to: portal, data: encodeDepositTransaction(request) }).logs;
    expect(log === undefined ? undefined : decodeTransactionDeposited(log)).toEqual({ ...request, from: ALICE, to: undefined, mint: 0n });
    const withTarget = encodeCall("depositTransaction(address,uint256,uint64,bool,bytes)", [BOB, 0n, 200_000, true, request.data]);
    expect(bytesToHex(chain.call({ to: portal, data: withTarget }).output)).toBe(bytesToHex(selector("OptimismPortal_BadTarget()")));
  });

  test("ether sent plainly is deposited to its sender with 100,000 gas", () => {
    const { chain, portal } = deploy();
    const [log] = chain.call({ to: portal, value: ETHER }).logs;
    expect(log === undefined ? undefined : decodeTransactionDeposited(log)).toEqual({ from: ALICE, to: ALICE, mint: ETHER, value: ETHER, gasLimit: 100_000, data: new Uint8Array(0) });
    expect(chain.state.balance(portal)).toBe(ETHER);
  });

  test("a contract deposits under its alias; an account with delegated code under its own address", () => {
    const { chain, portal } = deploy();
    const contract = chain.create(BOB, forwarder(portal));
    const data = encodeDepositTransaction({ to: BOB, value: 0n, gasLimit: 50_000, data: new Uint8Array(0) });
    const from = (to: Hex) => {
      const [log] = chain.call({ to, data }).logs;
      return log === undefined ? undefined : decodeTransactionDeposited(log).from;
    };
    expect(contract).toBe(createAddress(BOB, 0));
    const alias = (BigInt(contract) + 0x1111000000000000000000000000000000001111n) % 2n ** 160n;
    expect(from(contract)).toBe(`0x${alias.toString(16).padStart(40, "0")}`);
    const delegated: Hex = `0x${"de".repeat(20)}`;
    chain.state.setCode(delegated, concatBytes(hexToBytes("0xef0100"), hexToBytes(contract)));
    expect(from(delegated)).toBe(delegated);
  });

  test("less gas than 21,000 and 40 a byte is refused, that much is accepted", () => {
    const { chain, portal } = deploy();
    const data = new Uint8Array(100);
    const deposit = (gasLimit: number) => chain.call({ to: portal, data: encodeDepositTransaction({ to: BOB, value: 0n, gasLimit, data }) });
    expect(chain.word(portal, "minimumGasLimit(uint64)", [100])).toBe(BigInt(minimumDepositGas(100)));
    expect(deposit(25_000).success).toBe(true);
    expect(bytesToHex(deposit(24_999).output)).toBe(bytesToHex(selector("OptimismPortal_GasLimitTooLow()")));
  });

  test("more than 120,000 bytes of data are refused", () => {
    const { chain, portal } = deploy();
    const deposit = (length: number) => chain.call({ to: portal, data: encodeDepositTransaction({ to: BOB, value: 0n, gasLimit: minimumDepositGas(length), data: new Uint8Array(length) }) });
    expect(deposit(120_000).success).toBe(true);
    expect(bytesToHex(deposit(120_001).output)).toBe(bytesToHex(selector("OptimismPortal_CalldataTooLarge()")));
  });

  test("a block's deposits buy at most 20,000,000 gas", () => {
    const { chain, portal } = deploy();
    const deposit = (gasLimit: number) => chain.call({ to: portal, data: encodeDepositTransaction({ to: BOB, value: 0n, gasLimit, data: new Uint8Array(0) }) });
    expect(deposit(15_000_000).success).toBe(true);
    expect(bytesToHex(deposit(5_000_001).output)).toBe(bytesToHex(selector("OutOfGas()")));
    expect(deposit(5_000_000).success).toBe(true);
    chain.blockNumber++;
    expect(deposit(1_000_000).success).toBe(true);
  });

  test("L2 gas costs more after a full block, and its price returns to the least when nobody buys", () => {
    const { chain, portal } = deploy();
    const deposit = (gasLimit: number) => chain.call({ to: portal, data: encodeDepositTransaction({ to: BOB, value: 0n, gasLimit, data: new Uint8Array(0) }) });
    const price = () => chain.word(portal, "params()");
    expect(price()).toBe(GWEI);
    deposit(20_000_000);
    chain.blockNumber++;
    deposit(21_000);
    expect(price()).toBe(GWEI + (GWEI * 18_000_000n) / 2_000_000n / 8n);
    chain.blockNumber += 1_000;
    deposit(21_000);
    expect(price()).toBe(GWEI);
  });

  test("what L2 gas costs beyond the L1 gas spent already is burnt", () => {
    const { chain, portal } = deploy();
    const outcome = chain.call({ to: portal, data: encodeDepositTransaction({ to: BOB, value: 0n, gasLimit: 2_000_000, data: new Uint8Array(0) }) });
    const used = 100_000_000 - outcome.gasLeft;
    expect(used).toBeGreaterThanOrEqual(2_000_000);
    expect(used).toBeLessThan(2_010_000);
  });

  test("a log of another contract is no deposit", () => {
    expect(() => decodeTransactionDeposited({ topics: [], data: new Uint8Array(0) })).toThrow(/not a TransactionDeposited/);
  });
});
