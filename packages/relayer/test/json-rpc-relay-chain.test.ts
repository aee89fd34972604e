import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { SENT_MESSAGE_TOPIC } from "@pangaea/interop";
import { bytesToHex, TemporaryError } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import { describe, expect, it } from "vitest";
import { JsonRpcRelayChain } from "../src/index.ts";
import { sentLog } from "./support/messages.ts";

const word = (value: number) => `0x${value.toString(16).padStart(64, "0")}` as const;
const BLOCK = { number: "0x5", hash: word(5), parentHash: word(4), timestamp: "0x3e8", baseFeePerGas: "0x7", extra: "ignored" };
const HEAD = { number: 5, hash: word(5), parentHash: word(4), timestamp: 1_000 };
const LOG = sentLog({ destination: 902, nonce: 1 });
const logJson = (change: Readonly<Record<string, unknown>> = {}) => ({
  address: INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger, topics: LOG.topics.map(bytesToHex), data: bytesToHex(LOG.data), blockNumber: "0x5", blockHash: word(5), logIndex: "0x2", transactionHash: word(9), blockTimestamp: "0x3e8", removed: false, ...change,
});

type Answer = (params: readonly unknown[]) => unknown;

function chainOf(answers: Readonly<Record<string, Answer>>) {
  const calls: (readonly [string, readonly unknown[]])[] = [];
  const call = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    calls.push([method, params]);
    const answer = answers[method];
    if (answer === undefined) throw new RpcError(-32_601, `no ${method}`);
    return answer(params);
  };
  return { calls, chain: new JsonRpcRelayChain(901, { call }) };
}

const refusing = (error: Error): Answer => () => {
  throw error;
};

describe("a chain over JSON-RPC", () => {
  it("gives its head and blocks by number; one that is not there is undefined", async () => {
    const { chain, calls } = chainOf({ eth_getBlockByNumber: ([number]) => (number === "0x9" ? null : BLOCK) });
    expect([await chain.head(), await chain.block(5), await chain.block(9)]).toEqual([HEAD, HEAD, undefined]);
    expect(calls.map(([, params]) => params)).toEqual([["latest", false], ["0x5", false], ["0x9", false]]);
  });

  it("says what to check when it has no head", async () => {
    await expect(chainOf({ eth_getBlockByNumber: () => null }).chain.head()).rejects.toThrow("chain 901: the endpoint has no latest block: check");
  });

  it.each<readonly [string, Answer, number | undefined]>([
    ["is safe", () => BLOCK, 5],
    ["is null", () => null, undefined],
    ["is not known to the client", refusing(new RpcError(-39_001, "safe block not found")), undefined],
  ])("gives the safe block's number, or that there is none: it %s", async (_, answer, expected) => {
    expect(await chainOf({ eth_getBlockByNumber: answer }).chain.safeNumber()).toBe(expected);
  });

  it("does not take a failure for there being no safe block", async () => {
    await expect(chainOf({ eth_getBlockByNumber: refusing(new TemporaryError("down")) }).chain.safeNumber()).rejects.toThrow("down");
  });

  it("reads the messenger's logs to one destination, in order, without those that a reorg removed", async () => {
    const later = logJson({ blockNumber: "0x6", blockHash: word(6), logIndex: "0x0" });
    const { chain, calls } = chainOf({ eth_getLogs: () => [later, logJson({ logIndex: "0x3", removed: true }), logJson()] });
    const logs = await chain.logs(5, 20, 902);
    expect(logs.map(({ blockNumber, logIndex }) => [blockNumber, logIndex])).toEqual([[5, 2], [6, 0]]);
    expect(logs[0]).toEqual({ log: LOG, blockNumber: 5, blockHash: word(5), logIndex: 2, timestamp: 1_000, transactionHash: word(9) });
    expect(calls).toEqual([["eth_getLogs", [{ address: INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger, topics: [SENT_MESSAGE_TOPIC, word(902)], fromBlock: "0x5", toBlock: "0x14" }]]]);
  });

  it("asks for a block's time once when logs do not say it", async () => {
    const { chain, calls } = chainOf({ eth_getLogs: () => [logJson({ blockTimestamp: undefined }), logJson({ blockTimestamp: null, logIndex: "0x4" })], eth_getBlockByHash: () => BLOCK });
    expect((await chain.logs(5, 5, 902)).map(({ timestamp }) => timestamp)).toEqual([1_000, 1_000]);
    expect(calls.map(([method]) => method)).toEqual(["eth_getLogs", "eth_getBlockByHash"]);
  });

  it.each([["0x", false], [word(0), false], [word(1), true]])("asks the messenger whether a message was executed: %s", async (answer, expected) => {
    const { chain, calls } = chainOf({ eth_call: () => (answer === "0x" ? word(0) : answer) });
    expect(await chain.isRelayed(word(3))).toBe(expected);
    expect(calls).toEqual([["eth_call", [{ to: INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger, data: `0xb1b1b209${word(3).slice(2)}` }, "latest"]]]);
  });

  it("estimates with the access list", async () => {
    const { chain, calls } = chainOf({ eth_estimateGas: () => "0x5208" });
    const call = { from: word(1).slice(0, 42) as `0x${string}`, to: INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger, data: Uint8Array.of(1, 2), accessList: [{ address: INTEROP_PREDEPLOYS.crossL2Inbox, storageKeys: [word(1)] }] };
    expect(await chain.estimateGas(call)).toBe(21_000);
    expect(calls[0]![1]).toEqual([{ ...call, data: "0x0102" }]);
  });

  it("passes an endpoint's error on with its code and data", async () => {
    const error = new RpcError(3, "execution reverted", "0x9ca9480b");
    await expect(chainOf({ eth_estimateGas: refusing(error) }).chain.estimateGas({ from: "0x", to: "0x", data: new Uint8Array(0), accessList: [] })).rejects.toBe(error);
  });

  it("gives fees, nonces and receipts, and sends", async () => {
    const receipts: Readonly<Record<string, unknown>> = { [word(1)]: { blockNumber: "0x7", status: "0x1" }, [word(2)]: { blockNumber: "0x8", status: "0x0" }, [word(3)]: null };
    const { chain, calls } = chainOf({ eth_getBlockByNumber: () => BLOCK, eth_maxPriorityFeePerGas: () => "0x3", eth_getTransactionCount: ([, at]) => (at === "pending" ? "0x2" : "0x1"), eth_sendRawTransaction: () => word(1), eth_getTransactionReceipt: ([hash]) => receipts[String(hash)] });
    expect(await chain.fees()).toEqual({ baseFee: 7n, priorityFee: 3n });
    expect([await chain.nonce("0x", "latest"), await chain.nonce("0x", "pending")]).toEqual([1, 2]);
    await chain.send(Uint8Array.of(2, 0xff));
    expect(calls.at(-1)).toEqual(["eth_sendRawTransaction", ["0x02ff"]]);
    expect([await chain.receipt(word(1)), await chain.receipt(word(2)), await chain.receipt(word(3))]).toEqual([{ blockNumber: 7, status: 1 }, { blockNumber: 8, status: 0 }, undefined]);
  });

  it.each<readonly [string, Readonly<Record<string, Answer>>, (chain: JsonRpcRelayChain) => Promise<unknown>]>([
    ["a block without a hash", { eth_getBlockByNumber: () => ({ ...BLOCK, hash: undefined }) }, (chain) => chain.head()],
    ["logs that are no list", { eth_getLogs: () => ({}) }, (chain) => chain.logs(1, 2, 902)],
    ["a log with half a topic", { eth_getLogs: () => [logJson({ topics: ["0x12"] })] }, (chain) => chain.logs(1, 2, 902)],
    ["a gas estimate that is no quantity", { eth_estimateGas: () => "much" }, (chain) => chain.estimateGas({ from: "0x", to: "0x", data: new Uint8Array(0), accessList: [] })],
    ["a receipt without a status", { eth_getTransactionReceipt: () => ({ blockNumber: "0x1" }) }, (chain) => chain.receipt(word(1))],
  ])("refuses %s", async (_, answers, ask) => {
    await expect(ask(chainOf(answers).chain)).rejects.toMatchObject({ kind: "input" });
  });
});
