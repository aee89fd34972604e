import { type Hex, hexToBytes, type L1BlockRef, signTransaction, silentLogger, toQuantity, TX_BLOB, utf8ToBytes, ZERO_HASH } from "@pangaea/primitives";
import { beforeEach, describe, expect, it } from "vitest";
import { BeaconClient, Endpoints, L1Client } from "../src/index.ts";
import { FakeL1, unreachable } from "./support/fake-l1.ts";
import { feeMarketTransaction, KEY, RECIPIENT } from "./support/transactions.ts";

const RECEIPT = {
  transactionHash: ZERO_HASH, type: 2, status: 1 as const, cumulativeGasUsed: 21_000,
  logs: [{ address: hexToBytes(`0x${"11".repeat(20)}`), topics: [hexToBytes(`0x${"22".repeat(32)}`)], data: utf8ToBytes("hello") }],
};
const OTHER_HASH: Hex = `0x${"77".repeat(32)}`;

let l1: FakeL1;
let client: L1Client;
let endpoints: Endpoints;
beforeEach(() => {
  l1 = new FakeL1();
  endpoints = new Endpoints([l1.url], { log: silentLogger, connect: () => l1 });
  client = new L1Client(endpoints, new BeaconClient([], { matches: async () => true }));
});

const alter = (method: string, change: (reply: Record<string, unknown>) => unknown) => {
  l1.tamper = (called, _params, reply) => (called === method && typeof reply === "object" && reply !== null ? change(reply as Record<string, unknown>) : reply);
};

describe("what L1 gives is verified", () => {
  it("a block is known by hash, number and label", async () => {
    const hash = l1.add();
    const block = await client.blockRefByHash(hash);
    expect(block).toEqual({ hash, number: 1, parentHash: l1.at(0).hash, timestamp: l1.head.header.timestamp });
    expect(await client.blockRefByNumber(1)).toEqual(block);
    expect(await client.blockRefByLabel("latest")).toEqual(block);
    expect(await client.infoByHash(hash)).toMatchObject({ baseFee: 7n, excessBlobGas: 5n, parentBeaconBlockRoot: ZERO_HASH });
  });
  it.each(["stateRoot", "parentHash", "parentBeaconBlockRoot", "requestsHash", "withdrawalsRoot"])("a block with another %s is refused", async (field) => {
    const hash = l1.add();
    alter("eth_getBlockByHash", (block) => ({ ...block, [field]: OTHER_HASH }));
    await expect(client.blockRefByHash(hash)).rejects.toMatchObject({ kind: "temporary", message: expect.stringContaining("the endpoint is faulty") });
  });
  it("a good block in the place of another is refused", async () => {
    const [first, second] = [l1.add(), l1.add()];
    l1.tamper = (method, params, reply) => (method === "eth_getBlockByHash" && params[0] === first ? l1.call("eth_getBlockByHash", [second, params[1]]) : reply);
    await expect(client.blockRefByHash(first)).rejects.toThrow("was asked for");
    await expect(client.transactionsByHash(first)).rejects.toThrow("was asked for");
  });
  it("receipts come with their logs, and altered ones are refused and asked for again", async () => {
    const hash = l1.add({ receipts: [RECEIPT] });
    l1.tamper = (method, _params, reply) => (method === "eth_getBlockReceipts" ? [] : reply);
    await expect(client.receiptsByHash(hash)).rejects.toThrow("receipts of block 1 with root");
    l1.tamper = (_method, _params, reply) => reply;
    expect((await client.receiptsByHash(hash))[0]!.logs).toEqual(RECEIPT.logs);
  });
  it("transactions come encoded, and altered ones are refused", async () => {
    const [one, two] = [feeMarketTransaction(0), feeMarketTransaction(1)];
    const hash = l1.add({ transactions: [one, two] });
    alter("eth_getBlockByHash", (block) => ({ ...block, transactions: [two.json, one.json] }));
    await expect(client.transactionsByHash(hash)).rejects.toThrow("transactions of block 1 with root");
    l1.tamper = (_method, _params, reply) => reply;
    expect(await client.transactionsByHash(hash)).toEqual([one.encoded, two.encoded]);
  });
  it("what is not JSON of the right shape is temporary, and named", async () => {
    const hash = l1.add();
    alter("eth_getBlockByHash", (block) => ({ ...block, gasLimit: "lots" }));
    await expect(client.blockRefByHash(hash)).rejects.toMatchObject({ kind: "temporary", message: expect.stringContaining("gasLimit") });
  });
  it("a block that is not there is not found", async () => {
    await expect(client.blockRefByHash(OTHER_HASH)).rejects.toMatchObject({ kind: "not-found" });
    await expect(client.blockRefByNumber(5)).rejects.toMatchObject({ kind: "not-found" });
  });
  it("an L1 of another chain id is refused with both ids", async () => {
    await client.expectChainId(900);
    l1.chainId = 1;
    await expect(client.expectChainId(900)).rejects.toMatchObject({ kind: "critical", message: expect.stringMatching(/chain id 1,.*900/) });
  });
  it("of several endpoints one that does not answer is not waited for, one of another chain is refused with its URL", async () => {
    const [gone, other] = [new FakeL1("fake://gone"), new FakeL1("fake://other")];
    gone.failure = unreachable();
    const over = (...all: readonly FakeL1[]) => new L1Client(new Endpoints(all.map(({ url }) => url), { log: silentLogger, connect: (url) => all.find((one) => one.url === url)! }), new BeaconClient([], { matches: async () => true }));
    await over(gone, l1).expectChainId(900);
    other.chainId = 5;
    await expect(over(l1, other).expectChainId(900)).rejects.toMatchObject({ kind: "critical", message: expect.stringMatching(/chain id 5, .* says 900: .*\(asked: fake:\/\/other\)/) });
    await expect(over(gone).expectChainId(900)).rejects.toMatchObject({ kind: "temporary" });
  });
  it("without a beacon API blobs cannot be had", async () => {
    l1.add();
    await expect(client.blobs(await client.blockRefByNumber(1), [{ index: 0, versionedHash: OTHER_HASH }])).rejects.toMatchObject({ kind: "critical", message: expect.stringContaining("--l1.beacon") });
  });
});

describe("requests are shared", () => {
  it("what many ask for at one time and later is fetched once", async () => {
    const hash = l1.add({ receipts: [RECEIPT] });
    await Promise.all([client.receiptsByHash(hash), client.receiptsByHash(hash), client.infoByHash(hash)]);
    await client.receiptsByHash(hash);
    expect(l1.requests.toSorted()).toEqual(["eth_getBlockByHash", "eth_getBlockReceipts"]);
  });
  it("followed heads answer for labels, heights below them and heights above them", async () => {
    for (let i = 0; i < 4; i++) l1.add();
    await client.follow(await client.heads());
    l1.add();
    await client.follow(await client.heads());
    l1.requests.length = 0;
    expect((await client.blockRefByLabel("finalized")).number).toBe(3);
    expect((await client.blockRefByNumber(5)).hash).toBe(l1.at(5).hash);
    await expect(client.blockRefByNumber(6)).rejects.toMatchObject({ kind: "not-found" });
    expect(l1.requests).toEqual([]);
    expect((await client.blockRefByNumber(3)).hash).toBe(l1.at(3).hash);
    expect((await client.blockRefByNumber(3)).hash).toBe(l1.at(3).hash);
    expect(l1.requests).toEqual(["eth_getBlockByNumber"]);
  });
  it("what depends on the head is asked once a head, other calls each time", async () => {
    await client.follow(await client.heads());
    l1.requests.length = 0;
    for (let i = 0; i < 3; i++) await client.call("eth_blockNumber", []);
    for (let i = 0; i < 2; i++) await client.call("eth_chainId", []);
    l1.add();
    await client.follow(await client.heads());
    expect(await client.call("eth_blockNumber", [])).toBe("0x1");
    expect(l1.requests.filter((method) => method === "eth_blockNumber")).toHaveLength(2);
    expect(l1.requests.filter((method) => method === "eth_chainId")).toHaveLength(2);
  });
  it("a second chain costs no request more", async () => {
    const requestsOf = async (chains: number): Promise<number> => {
      const own = new FakeL1();
      const shared = new L1Client(new Endpoints([own.url], { log: silentLogger, connect: () => own }), new BeaconClient([], { matches: async () => true }));
      for (let number = 1; number <= 5; number++) {
        own.add({ receipts: [RECEIPT], transactions: [feeMarketTransaction(number)] });
        await shared.follow(await shared.heads());
        for (let chain = 0; chain < chains; chain++) {
          const { hash } = await shared.blockRefByNumber(number);
          await Promise.all([shared.receiptsByHash(hash), shared.transactionsByHash(hash), shared.infoByHash(hash), shared.blockRefByLabel("latest")]);
          await shared.blockRefByNumber(number + 1).catch(() => {});
        }
      }
      return own.requests.length;
    };
    expect(await requestsOf(2)).toBe(await requestsOf(1));
  });
  it("nothing is remembered of heights when no one follows the heads", async () => {
    l1.add();
    await client.blockRefByNumber(1);
    l1.reorganise(1);
    expect((await client.blockRefByNumber(1)).hash).toBe(l1.head.hash);
  });
});

describe("a reorg", () => {
  const heights = async (): Promise<readonly L1BlockRef[]> => Promise.all([1, 2, 3, 4].map((number) => client.blockRefByNumber(number)));
  beforeEach(async () => {
    for (let i = 0; i < 4; i++) l1.add();
    await client.follow(await client.heads());
    await heights();
  });
  it.each([["longer", 3], ["as long", 2]])("to a %s chain is told, and no height keeps its old block", async (_, length) => {
    l1.reorganise(2, length);
    expect(await client.follow(await client.heads())).toEqual({ reorganised: true });
    expect((await heights()).map(({ hash }) => hash)).toEqual([1, 2, 3, 4].map((number) => l1.at(number).hash));
  });
  it("to a shorter chain leaves the heights above it empty", async () => {
    l1.reorganise(3, 1);
    expect(await client.follow(await client.heads())).toEqual({ reorganised: true });
    expect((await client.blockRefByNumber(2)).hash).toBe(l1.at(2).hash);
    await expect(client.blockRefByNumber(3)).rejects.toMatchObject({ kind: "not-found" });
  });
  it("is not told of after a long pause, and every height is asked for anew", async () => {
    for (let i = 0; i < 100; i++) l1.add();
    expect(await client.follow(await client.heads())).toEqual({ reorganised: false });
    l1.requests.length = 0;
    expect((await heights()).map(({ hash }) => hash)).toEqual([1, 2, 3, 4].map((number) => l1.at(number).hash));
    expect(l1.requests).toHaveLength(4);
  });
  it("is not told of a head that extends the one before", async () => {
    for (let i = 0; i < 5; i++) l1.add();
    expect(await client.follow(await client.heads())).toEqual({ reorganised: false });
    expect((await client.blockRefByNumber(6)).hash).toBe(l1.at(6).hash);
  });
});

describe("the transactions root of anvil, which holds sidecars", () => {
  /** A block with a blob transaction and a root that is not that of the encoded transactions. */
  const blockOfAnvil = () => {
    const blob = signTransaction({ type: TX_BLOB, chainId: 900, nonce: 0, maxPriorityFeePerGas: 1n, maxFeePerGas: 1n, gas: 21_000, to: RECIPIENT, value: 0n, data: new Uint8Array(0), accessList: [], maxFeePerBlobGas: 1n, blobVersionedHashes: [OTHER_HASH] }, KEY);
    const json = {
      type: "0x3", chainId: "0x384", nonce: "0x0", maxPriorityFeePerGas: "0x1", maxFeePerGas: "0x1", gas: toQuantity(21_000), to: RECIPIENT, value: "0x0", input: "0x", accessList: [], maxFeePerBlobGas: "0x1", blobVersionedHashes: [OTHER_HASH],
      yParity: toQuantity(blob.yParity), r: toQuantity(blob.r), s: toQuantity(blob.s),
    };
    return l1.add({ transactions: [{ json, encoded: utf8ToBytes("with its sidecar") }] });
  };
  const claimAnvil = () => {
    l1.tamper = (method, _params, reply) => (method === "web3_clientVersion" ? "anvil/v1.7.1" : reply);
  };
  it("is let pass for blocks with blobs on a local chain", async () => {
    claimAnvil();
    await client.expectChainId(900);
    expect(await client.transactionsByHash(blockOfAnvil())).toHaveLength(1);
  });
  it("is not let pass for other L1s, nor where a public chain claims to be anvil", async () => {
    await client.expectChainId(900);
    const hash = blockOfAnvil();
    await expect(client.transactionsByHash(hash)).rejects.toThrow("the header says");
    claimAnvil();
    l1.chainId = 1;
    await client.expectChainId(1);
    await expect(client.transactionsByHash(hash)).rejects.toThrow("the header says");
  });
});

it("labels that L1 does not have yet stand at the genesis block", async () => {
  l1.add();
  l1.tamper = (method, params, reply) => (method === "eth_getBlockByNumber" && (params[0] === "safe" || params[0] === "finalized") ? null : reply);
  expect((await client.heads()).finalized.number).toBe(0);
});
