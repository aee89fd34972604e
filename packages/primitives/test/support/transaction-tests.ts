import { readTest, testsBelow } from "../../../evm/test/support/archive.ts";
import type { Hex } from "../../src/index.ts";

/** What a fork makes of a transaction: its hash, sender and gas, or why it is refused. */
export interface TransactionResult {
  readonly hash?: Hex;
  readonly sender?: Hex;
  readonly intrinsicGas: Hex;
  readonly exception?: string;
}

interface Vector {
  readonly txbytes: string;
  readonly result: Readonly<Record<string, TransactionResult>>;
}

export interface TransactionCase {
  readonly name: string;
  readonly text: string;
  readonly result: TransactionResult;
}

/** Valid transactions that are refused all the same: a number cannot hold their nonce or gas, and no block can. */
export const BEYOND_NUMBERS: readonly string[] = [
  "ttGasLimit/TransactionWithHighGasLimit63", "ttGasLimit/TransactionWithHighGasLimit63Minus1", "ttGasLimit/TransactionWithHighGasLimit63Plus1", "ttGasLimit/TransactionWithHighGasLimit64Minus1",
  "ttNonce/TransactionWithHighNonce64Minus2",
];

/** The official transaction tests with what Cancun makes of them; those of malformed encodings end with an earlier fork and hold for Cancun too. */
export const transactionCases: readonly TransactionCase[] = testsBelow("TransactionTests/").flatMap((path) =>
  Object.entries(readTest<Readonly<Record<string, Vector>>>(path)).map(([name, { txbytes, result }]) => {
    const found = result.Cancun ?? result.Shanghai ?? result.London;
    if (found === undefined) throw new Error(`${path} says nothing of Cancun, Shanghai or London`);
    return { name: `${path.slice("TransactionTests/".length, path.lastIndexOf("/"))}/${name}`, text: txbytes, result: found };
  }),
);
