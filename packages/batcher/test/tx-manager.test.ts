import { beforeEach, describe, expect, it } from "vitest";
import { ResetError, silentLogger, TX_BLOB, TX_FEE_MARKET } from "@pangaea/primitives";
import { type BatchData, bumpedCaps, cheaperCarrier, DEFAULT_BATCHER_OPTIONS, localSigner, marketCaps, TxManager } from "../src/index.ts";
import { CONFIG, KEY } from "./support/chain.ts";
import { FakeClock, FakeL1, fakeCommitter } from "./support/fakes.ts";
import { turn } from "../../node/test/support/stepped-clock.ts";

const calldata = (text: string): BatchData => ({ kind: "calldata", data: new TextEncoder().encode(text) });
const blobs = (count: number): BatchData => ({ kind: "blobs", blobs: Array.from({ length: count }, (_, i) => new Uint8Array(131_072).fill(i + 1)) });
const OPTIONS = { ...DEFAULT_BATCHER_OPTIONS, confirmations: 2, receiptPollMs: 1_000, resubmissionTimeoutMs: 10_000 };

let clock: FakeClock;
let l1: FakeL1;
let txs: TxManager;

beforeEach(() => {
  clock = new FakeClock();
  l1 = new FakeL1();
  txs = new TxManager({ l1, signer: localSigner(KEY), committer: fakeCommitter, destination: { l1ChainId: 900, inbox: CONFIG.batchInboxAddress }, clock, log: silentLogger }, OPTIONS);
});

const watch = <T>(promise: Promise<T>) => {
  const state: { value?: T; error?: unknown } = {};
  promise.then((value) => { state.value = value; }, (error: unknown) => { state.error = error; });
  return state;
};

describe("transactions to L1", () => {
  it("are sent in the order of the calls, with nonces in a row, and resolve with their block after the confirmations", async () => {
    const [first, second] = [watch(txs.send(calldata("a"))), watch(txs.send(blobs(2)))];
    await turn();
    expect(l1.sent.map(({ tx }) => [tx.nonce, tx.type])).toEqual([[0, TX_FEE_MARKET], [1, TX_BLOB]]);
    expect(l1.sent[1]!.blobs.length).toBe(2);
    l1.mine();
    await clock.run(3_000);
    expect(first.value).toBeUndefined();
    l1.mine();
    await clock.run(3_000);
    expect([first.value?.blockNumber, second.value?.blockNumber]).toEqual([1, 1]);
    expect(txs.pending).toBe(0);
  });

  it.each([["calldata", calldata("a"), 110n], ["blobs", blobs(1), 200n]] as const)("%s that are not mined in time are replaced with fees raised as pools demand", async (_, data, percent) => {
    const sent = watch(txs.send(data));
    await turn();
    await clock.run(25_000);
    expect(l1.sent.length).toBe(3);
    expect(new Set(l1.sent.map(({ tx }) => tx.nonce))).toEqual(new Set([0]));
    for (const field of ["maxFeePerGas", "maxPriorityFeePerGas", "maxFeePerBlobGas"] as const) {
      const caps = l1.sent.map(({ tx }) => (field in tx ? (tx as unknown as Record<string, bigint>)[field]! : 0n));
      expect(caps[1]! * 100n >= caps[0]! * percent && caps[2]! * 100n >= caps[1]! * percent).toBe(true);
    }
    l1.mine();
    l1.mine();
    await clock.run(2_000);
    expect(sent.value?.hash).toBe(l1.sent[2]!.hash);
  });

  it("an older version that is mined after all counts", async () => {
    const sent = watch(txs.send(calldata("a")));
    await turn();
    const old = l1.pool[0]!;
    await clock.run(12_000);
    expect(l1.sent.length).toBe(2);
    l1.pool = [old];
    l1.mine();
    l1.mine();
    await clock.run(2_000);
    expect(sent.value?.hash).toBe(old.hash);
  });

  it("a transaction that a reorg took out is sent again as it was", async () => {
    const sent = watch(txs.send(calldata("a")));
    await turn();
    l1.mine();
    await clock.run(1_000);
    l1.reorg(1);
    await clock.run(2_000);
    expect(l1.sent.map(({ hash }) => hash)).toEqual([l1.sent[0]!.hash, l1.sent[0]!.hash]);
    l1.mine();
    l1.mine();
    await clock.run(2_000);
    expect(sent.value?.blockNumber).toBe(2);
  });

  it("when a reorg took confirmed transactions out, what waits behind the gap is given up and the next takes the gap's nonce", async () => {
    const first = watch(txs.send(calldata("a")));
    await turn();
    l1.mine();
    l1.mine();
    await clock.run(2_000);
    expect(first.value).toBeDefined();
    const behind = watch(txs.send(calldata("b")));
    await turn();
    l1.reorg(2);
    await clock.run(6_000);
    expect(behind.error).toBeInstanceOf(ResetError);
    const again = watch(txs.send(calldata("c")));
    await turn();
    expect(l1.sent.at(-1)!.tx.nonce).toBe(0);
    l1.mine();
    l1.mine();
    await clock.run(2_000);
    expect(again.value).toBeDefined();
  });

  it("a restart replaces what the earlier run left in the pool", async () => {
    watch(txs.send(calldata("old")));
    await turn();
    const successor = new TxManager({ l1, signer: localSigner(KEY), committer: fakeCommitter, destination: { l1ChainId: 900, inbox: CONFIG.batchInboxAddress }, clock, log: silentLogger }, OPTIONS);
    const sent = watch(successor.send(calldata("new")));
    await clock.run(3_000);
    l1.mine();
    l1.mine();
    await clock.run(2_000);
    expect(sent.value?.hash).toBe(l1.mined[0]!.hash);
    expect(new TextDecoder().decode(l1.mined[0]!.tx.data)).toBe("new");
  });

  it("an endpoint that refuses is asked again until it accepts, and the order stays", async () => {
    l1.refuse = "connection refused";
    const [first, second] = [watch(txs.send(calldata("a"))), watch(txs.send(calldata("b")))];
    await clock.run(5_000);
    expect(l1.sent.length).toBe(0);
    l1.refuse = undefined;
    await clock.run(3_000);
    l1.mine();
    l1.mine();
    await clock.run(2_000);
    expect([first.value, second.value].every((value) => value !== undefined)).toBe(true);
    expect(l1.mined.map(({ tx }) => new TextDecoder().decode(tx.data))).toEqual(["a", "b"]);
  });

  it("an abort ends what is pending", async () => {
    const sent = watch(txs.send(calldata("a")));
    await turn();
    txs.abort(new Error("stop"));
    await turn();
    expect(sent.error).toEqual(new Error("stop"));
    expect(txs.pending).toBe(0);
  });
});

describe("fees", () => {
  it("are not raised beyond the limit above the market", () => {
    const fees = { baseFee: 100_000_000_000n, priorityFee: 1_000_000_000n, blobBaseFee: 1n };
    let caps = marketCaps(fees);
    for (let i = 0; i < 100; i++) caps = bumpedCaps(caps, fees, "blobs", OPTIONS);
    expect(caps.maxFeePerGas <= 5n * marketCaps(fees).maxFeePerGas).toBe(true);
  });

  it("choose blobs when blob gas is cheap and calldata when it is dear, or the data are small", () => {
    const large = new Uint8Array(100_000).fill(1);
    expect(cheaperCarrier(large, { baseFee: 10n ** 9n, priorityFee: 0n, blobBaseFee: 1n }, OPTIONS)).toBe("blobs");
    expect(cheaperCarrier(large, { baseFee: 10n ** 9n, priorityFee: 0n, blobBaseFee: 10n ** 12n }, OPTIONS)).toBe("calldata");
    expect(cheaperCarrier(large.subarray(0, 100), { baseFee: 10n ** 9n, priorityFee: 0n, blobBaseFee: 10n ** 9n }, OPTIONS)).toBe("calldata");
  });
});
