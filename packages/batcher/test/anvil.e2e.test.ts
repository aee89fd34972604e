import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setTimeout as delay } from "node:timers/promises";
import { type Anvil, KzgService, startAnvil } from "@pangaea/l1";
import { encodeBlob, hexToBytes, silentLogger } from "@pangaea/primitives";
import { DEVNET_BATCHER_OPTIONS, kzgCommitter, localSigner, RpcL1TxBackend, TxManager } from "../src/index.ts";
import { CONFIG } from "./support/chain.ts";

/** The first of the well-known test accounts. */
const KEY = hexToBytes("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const clock = { now: Date.now, sleep: async (ms: number, signal?: AbortSignal) => void (await delay(ms, undefined, signal === undefined ? {} : { signal })) };

describe("transactions to a real L1", () => {
  let anvil: Anvil;
  const kzg = new KzgService();

  beforeAll(async () => {
    anvil = await startAnvil({ resolveFrom: import.meta.url, chainId: 900, blockTime: 1, genesisTimestamp: Math.floor(Date.now() / 1_000), slotsInEpoch: 4 });
  });
  afterAll(async () => {
    await anvil?.stop();
    await kzg.close();
  });

  it("six blobs, and calldata after them, are mined in the order of sending", async () => {
    const txs = new TxManager({ l1: new RpcL1TxBackend(anvil.rpc), signer: localSigner(KEY), committer: kzgCommitter(kzg), destination: { l1ChainId: 900, inbox: CONFIG.batchInboxAddress }, clock, log: silentLogger }, DEVNET_BATCHER_OPTIONS);
    const blobs = txs.send({ kind: "blobs", blobs: Array.from({ length: 6 }, (_, i) => encodeBlob(new Uint8Array(1_000 * i).fill(i))) });
    const calldata = txs.send({ kind: "calldata", data: new Uint8Array(50_000).fill(7) });
    const [first, second] = await Promise.all([blobs, calldata]);
    expect([first.status, second.status]).toEqual([1, 1]);
    expect(first.blockNumber).toBeLessThanOrEqual(second.blockNumber);
    const sent = await anvil.rpc.call("eth_getTransactionByHash", [first.hash]);
    expect(sent).toMatchObject({ type: "0x3", nonce: "0x0" });
  });
});
