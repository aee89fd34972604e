import { describe, expect, it } from "vitest";
import { haveEthereumTests } from "../../evm/test/support/archive.ts";
import { bytesToHex, decodeTransaction, encodeTransaction, type Hex, hexToBytes, InvalidInputError, recoverSender, transactionHash, TX_DEPOSIT } from "../src/index.ts";
import { BEYOND_NUMBERS, transactionCases } from "./support/transaction-tests.ts";

/** Refused by rules of execution, not for encoding or signature: execution's own run of these tests has them. */
const BY_EXECUTION = /INTRINSIC_GAS_TOO_LOW|INITCODE_SIZE_EXCEEDED|GASLIMIT_PRICE_PRODUCT_OVERFLOW|PRIORITY_GREATER_THAN_MAX_FEE|INVALID_CHAINID|NONCE_TOO_BIG/;

function senderOf(text: string): Hex {
  const transaction = decodeTransaction(hexToBytes(text));
  if (transaction.type === TX_DEPOSIT) throw new InvalidInputError("a deposit has no signer");
  return recoverSender(transaction);
}

describe.skipIf(!haveEthereumTests)("the official transaction tests", () => {
  const valid = transactionCases.filter(({ name, result }) => result.exception === undefined && !BEYOND_NUMBERS.includes(name));
  it.each(valid)("$name has its hash and sender, and encodes to itself", ({ text, result }) => {
    const bytes = hexToBytes(text);
    expect(transactionHash(bytes)).toBe(result.hash);
    expect(senderOf(text)).toBe(result.sender);
    expect(bytesToHex(encodeTransaction(decodeTransaction(bytes)))).toBe(bytesToHex(bytes));
  });

  const malformed = transactionCases.filter(({ result }) => result.exception !== undefined && !BY_EXECUTION.test(result.exception));
  it.each(malformed)("$name is refused: $result.exception", ({ text }) => {
    expect(() => senderOf(text)).toThrow(InvalidInputError);
  });

  it.each(BEYOND_NUMBERS)("%s is refused although it is valid: a number cannot hold it", (name) => {
    const found = transactionCases.find((one) => one.name === name);
    expect(found?.result.exception).toBeUndefined();
    expect(() => senderOf(found!.text)).toThrow(/outside 0/);
  });
});
