import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, type L1BlockRef, privateKeyToAddress, quantityToNumber, silentLogger } from "@pangaea/primitives";
import { RpcClient } from "@pangaea/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Anvil, BeaconClient, BeaconEndpoint, Endpoints, KzgService, L1Client, startAnvil } from "../src/index.ts";
import { blobTransaction } from "./support/blob-transaction.ts";
import { KEY } from "./support/transactions.ts";

const resolveFrom = join(import.meta.dirname, "../../devnet/src/index.ts");
const GENESIS = 1_700_000_000;
const SLOT_TIME = 2;
const MINE_NEVER = 3_600;
const SENDER = privateKeyToAddress(KEY);
const kzg = new KzgService();
const folder = mkdtempSync(join(tmpdir(), "pangaea-l1-"));
let anvil: Anvil;
let endpoint: BeaconEndpoint;
let url: string;
let rpc: RpcClient;
let client: L1Client;

async function open(): Promise<void> {
  endpoint = new BeaconEndpoint(anvil, kzg, { port: 0, genesisTime: GENESIS, slotTime: SLOT_TIME, blobFolder: join(folder, "blobs") });
  url = `http://127.0.0.1:${await endpoint.listen()}`;
  rpc = new RpcClient(url);
  client = newClient();
}
const newClient = (service = kzg): L1Client => new L1Client(new Endpoints([url], { log: silentLogger }), new BeaconClient([url], service));
const mine = async (): Promise<L1BlockRef> => {
  await rpc.call("evm_mine", []);
  return await newClient().blockRefByLabel("latest");
};
/** Waits until anvil would put a transaction into its next block: it answers before that. */
async function untilPooled(): Promise<void> {
  for (let pending = 0; pending === 0; ) pending = quantityToNumber(((await rpc.call("txpool_status", [])) as { readonly pending: string }).pending);
}
/** Sends a transaction with blobs and mines it. */
async function mineBlobs(texts: readonly string[]) {
  const sent = await blobTransaction(kzg, quantityToNumber(await rpc.call("eth_getTransactionCount", [SENDER, "latest"])), texts);
  expect(await rpc.call("eth_sendRawTransaction", [bytesToHex(sent.raw)])).toBe(sent.hash);
  await untilPooled();
  return { ...sent, block: await mine() };
}

// One anvil for all: it takes seconds over its first blob.
beforeAll(async () => {
  const warm = kzg.warmUp();
  anvil = await startAnvil({ resolveFrom, chainId: 900, blockTime: MINE_NEVER, genesisTimestamp: GENESIS, slotsInEpoch: 2 });
  await open();
  await rpc.call("evm_setIntervalMining", [0]);
  await rpc.call("evm_setAutomine", [false]);
  await rpc.call("anvil_setBlockTimestampInterval", [SLOT_TIME]);
  await warm;
});
afterAll(async () => {
  rpc.close();
  await endpoint.close();
  await anvil.stop();
  await kzg.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a local L1", () => {
  it("gives blocks, receipts, transactions and blobs that hold against their hashes", async () => {
    await client.expectChainId(900);
    const { block, hash, hashes, blobs } = await mineBlobs(["one", "two", "three"]);
    expect((await client.receiptsByHash(block.hash)).map(({ transactionHash, status }) => [transactionHash, status])).toEqual([[hash, 1]]);
    expect(await client.transactionsByHash(block.hash)).toHaveLength(1);
    expect(await client.blobs(block, hashes)).toEqual(blobs);
    expect(await client.blobs(block, [hashes[2]!, hashes[0]!])).toEqual([blobs[2], blobs[0]]);
  });

  it("gives the logs of a receipt, and its root holds", async () => {
    // Init code that logs one topic, 32 bytes of 0xab, with no data.
    await rpc.call("eth_sendTransaction", [{ from: SENDER, data: `0x7f${"ab".repeat(32)}60006000a1`, gas: "0x186a0" }]);
    await untilPooled();
    const [receipt] = await client.receiptsByHash((await mine()).hash);
    expect(receipt!.logs.map(({ topics, data }) => [topics.map(bytesToHex), data.length])).toEqual([[[`0x${"ab".repeat(32)}`], 0]]);
  });

  it("moves its safe and finalized labels", async () => {
    for (let i = 0; i < 6; i++) await mine();
    const heads = await client.heads();
    expect([heads.latest.number - heads.safe.number, heads.safe.number - heads.finalized.number]).toEqual([2, 2]);
  });

  it("keeps the blobs of blocks that are reorganised away, and serves those of the new ones at the same slot", async () => {
    const gone = await mineBlobs(["gone"]);
    await endpoint.catchUp();
    await rpc.call("anvil_rollback", [1]);
    const stands = await mineBlobs(["stands"]);
    expect(stands.block.timestamp).toBe(gone.block.timestamp);
    expect(stands.block.hash).not.toBe(gone.block.hash);
    expect(await client.blobs(gone.block, gone.hashes)).toEqual(gone.blobs);
    expect(await newClient().blobs(stands.block, stands.hashes)).toEqual(stands.blobs);
  });

  it("keeps them over a restart of the endpoint", async () => {
    const gone = await mineBlobs(["kept on disk"]);
    await endpoint.catchUp();
    await rpc.call("anvil_rollback", [1]);
    rpc.close();
    await endpoint.close();
    await open();
    expect(await client.blobs(gone.block, gone.hashes)).toEqual(gone.blobs);
  });

  it("finds the blobs of old blocks that no one asked for while they were new", async () => {
    const old = await mineBlobs(["old"]);
    await rpc.call("anvil_mine", ["0x50", "0x2"]);
    expect(await client.blobs(old.block, old.hashes)).toEqual(old.blobs);
  });

  it("serves a client that knows only versioned hashes, and one that knows only slots", async () => {
    const { block, hashes, blobs } = await mineBlobs(["a", "b"]);
    endpoint.faults.withoutSidecars = true;
    expect(await client.blobs(block, hashes)).toEqual(blobs);
    endpoint.faults.withoutSidecars = false;
    const slot = (block.timestamp - GENESIS) / SLOT_TIME;
    const get = async (path: string): Promise<{ readonly status: number; readonly body: unknown }> => {
      const response = await fetch(`${url}/eth/v1/${path}`);
      return { status: response.status, body: await response.json() };
    };
    expect(await get(`beacon/blobs/${slot}`)).toMatchObject({ status: 200, body: { data: blobs.map(bytesToHex) } });
    expect(await get(`beacon/blob_sidecars/head?indices=1`)).toMatchObject({ status: 200, body: { data: [{ index: "1", blob: bytesToHex(blobs[1]!), signed_block_header: { message: { slot: String(slot) } } }] } });
    expect(await get("beacon/headers/finalized")).toMatchObject({ status: 200, body: { data: { header: { message: { slot: expect.any(String) } } } } });
    expect(await get("node/syncing")).toMatchObject({ body: { data: { head_slot: String(slot), is_syncing: false } } });
    expect(await get("config/spec")).toMatchObject({ body: { data: { SECONDS_PER_SLOT: String(SLOT_TIME) } } });
    expect((await get("beacon/blobs/999999")).status).toBe(404);
    expect((await get("beacon/blobs/tail")).status).toBe(400);
    expect((await get("nothing/here")).status).toBe(404);
  });

  it("does wrong when it is told to, and each wrong is noticed", async () => {
    const { block, hashes, blobs } = await mineBlobs(["fault"]);
    endpoint.faults.wrong = true;
    await expect(newClient().blobs(block, hashes)).rejects.toMatchObject({ kind: "temporary", message: expect.stringContaining("gave a blob that is not") });
    endpoint.faults.wrong = false;
    endpoint.faults.dropped.add(hashes[0]!.versionedHash);
    await expect(newClient().blobs(block, hashes)).rejects.toMatchObject({ kind: "not-found" });
    endpoint.faults.dropped.clear();
    endpoint.faults.missing = true;
    await expect(newClient().blobs(block, hashes)).rejects.toMatchObject({ kind: "not-found" });
    endpoint.faults.missing = false;
    endpoint.faults.unavailable = true;
    await expect(newClient().blobs(block, hashes)).rejects.toMatchObject({ kind: "temporary" });
    endpoint.faults.unavailable = false;
    expect(await newClient().blobs(block, hashes)).toEqual(blobs);
  });

  it("passes batches, WebSockets and errors on, and refuses what is too large", async () => {
    expect(await rpc.callMany([{ method: "eth_chainId", params: [] }, { method: "net_version", params: [] }])).toEqual(["0x384", "900"]);
    await expect(rpc.call("eth_nothing", [])).rejects.toMatchObject({ code: -32601 });
    const socket = new WebSocket(url.replace("http", "ws"));
    const answer = await new Promise<string>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("open", () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] })));
      socket.on("message", (data) => resolve(String(data)));
    });
    socket.close();
    expect(JSON.parse(answer)).toMatchObject({ id: 1, result: "0x384" });
    const status = await new Promise<string>((resolve) => {
      const raw = connect(Number(new URL(url).port), "127.0.0.1", () => raw.write("POST / HTTP/1.1\r\nhost: l1\r\ncontent-length: 20000001\r\n\r\n"));
      raw.on("data", (data) => {
        resolve(String(data).split("\r\n")[0]!);
        raw.destroy();
      });
    });
    expect(status).toContain("413");
  });
});

it("a port in use is told with the remedy", async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) => taken.listen(0, "127.0.0.1", () => resolve((taken.address() as { port: number }).port)));
  const second = new BeaconEndpoint(anvil, kzg, { port, genesisTime: GENESIS, slotTime: SLOT_TIME });
  await expect(second.listen()).rejects.toMatchObject({ kind: "critical", message: expect.stringContaining("--l1.port") });
  taken.close();
});

it("anvil goes on from its state file, and its end is noticed", async () => {
  const options = { resolveFrom, chainId: 900, blockTime: MINE_NEVER, genesisTimestamp: GENESIS, slotsInEpoch: 2, statePath: join(folder, "state.json") };
  const first = await startAnvil(options);
  await first.rpc.call("anvil_mine", ["0x5"]);
  await first.stop();
  await first.exited;
  const second = await startAnvil(options);
  expect(await second.rpc.call("eth_blockNumber", [])).toBe("0x5");
  await second.stop();
});

it("a missing anvil is told with the remedy", async () => {
  await expect(startAnvil({ resolveFrom: "/nowhere/index.js", chainId: 1, blockTime: 1, genesisTimestamp: 1, slotsInEpoch: 1 })).rejects.toMatchObject({ kind: "critical", message: expect.stringContaining("npm install") });
});
