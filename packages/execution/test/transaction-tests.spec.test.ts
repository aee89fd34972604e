import { WorldState } from "@pangaea/evm";
import { decodeTransaction, hexToBytes, InvalidInputError, recoverSender, TX_DEPOSIT } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { haveEthereumTests } from "../../evm/test/support/archive.ts";
import { BEYOND_NUMBERS, transactionCases } from "../../primitives/test/support/transaction-tests.ts";
import { opRulesAt } from "../src/index.ts";
import { intrinsicGas, validateAgainstState, validateStateless } from "../src/transaction/validate.ts";
import { configOf, forksTo, GENESIS_TIME, NOTHING, word } from "./fixture.ts";

const CHAIN_ID = 1;
const WEALTH = 2n ** 256n - 1n;
/** Ecotone has Cancun's EVM. */
const rules = opRulesAt(configOf(forksTo("ecotone")), GENESIS_TIME);
const block = { number: 1, timestamp: GENESIS_TIME, coinbase: `0x${"00".repeat(20)}`, gasLimit: Number.MAX_SAFE_INTEGER, baseFee: 0n, blobBaseFee: 1n, prevRandao: word(0n), chainId: CHAIN_ID, blockHash: () => undefined } as const;

/** Takes a transaction as far as a block would before code runs, from a sender who has the nonce, the value and as much as a balance holds for its gas; what it costs so far. */
function admit(text: string): number {
  const transaction = decodeTransaction(hexToBytes(text));
  if (transaction.type === TX_DEPOSIT) throw new InvalidInputError("a deposit has no signer");
  const sender = recoverSender(transaction);
  const state = new WorldState({ get: () => NOTHING });
  state.setBalance(sender, WEALTH + transaction.value);
  state.setNonce(sender, transaction.nonce);
  validateStateless(transaction, CHAIN_ID, rules);
  validateAgainstState(transaction, sender, state, block, 0n);
  return intrinsicGas(transaction, rules).gas;
}

describe.skipIf(!haveEthereumTests)("the official transaction tests, judged as a block does", () => {
  it.each(transactionCases.filter(({ name, result }) => result.exception === undefined && !BEYOND_NUMBERS.includes(name)))("$name is admitted, and costs its intrinsic gas", ({ text, result }) => {
    expect(admit(text)).toBe(Number(result.intrinsicGas));
  });

  it.each(transactionCases.filter(({ result }) => result.exception !== undefined))("$name is refused: $result.exception", ({ text }) => {
    expect(() => admit(text)).toThrow(InvalidInputError);
  });
});
