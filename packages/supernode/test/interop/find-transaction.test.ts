import { NotFoundError, TemporaryError } from "@pangaea/primitives";
import { expect, it } from "vitest";
import { findTransaction } from "../../src/interop/find-transaction.ts";
import { at, Cluster } from "../support/cluster.ts";
import { transactionOf } from "../support/fake-chain.ts";
import { word } from "../support/fake-l1.ts";
import { says } from "../support/messages.ts";

function opened() {
  const chain = new Cluster({ chains: [{}, {}] }).chain(0);
  const { number } = chain.block([says(1), says(2)], [says(3)]);
  const block = chain.at(number).ref;
  return { execution: chain.execution, block, hash: transactionOf(block.hash, 1) };
}

it("a transaction is found with its block, and its logs with the place of the first in that block", async () => {
  const { execution, block, hash } = opened();
  expect(await findTransaction({ execution }, hash)).toEqual({ block, timestamp: at(1), firstLog: 1, logs: [1, 2].map((number) => ({ ...says(number), origin: `0x${"07".repeat(20)}` })) });
  expect(await findTransaction({ execution }, transactionOf(block.hash, 0))).toMatchObject({ firstLog: 0, logs: [{}] });
});

it.each<readonly [string, Partial<ReturnType<typeof opened>["execution"]>]>([
  ["no block has", { blockOfTransaction: () => Promise.reject(new NotFoundError("no such transaction")) }],
  ["stood in a block that is gone", { payloadByHash: () => Promise.reject(new NotFoundError("no such block")) }],
  ["is not among its block's receipts", { receiptsByHash: async () => [{ transactionHash: word(1), status: 1, logs: [] }] }],
])("a transaction that %s is not found", async (_, other) => {
  const { execution, hash } = opened();
  expect(await findTransaction({ execution: { ...execution, ...other } }, hash)).toBeUndefined();
});

it("a transaction is not called missing when the execution layer fails", async () => {
  const { execution, hash } = opened();
  await expect(findTransaction({ execution: { ...execution, receiptsByHash: () => Promise.reject(new TemporaryError("it is down")) } }, hash)).rejects.toThrow("it is down");
});
