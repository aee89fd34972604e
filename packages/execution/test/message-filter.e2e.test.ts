import { bytesToHex, type Hex, transactionHash } from "@pangaea/primitives";
import { RpcClient } from "@pangaea/rpc";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WorkerExecutionLayer } from "../src/index.ts";
import { alice, bob, extend, GENESIS_TIME, signed, testConfig, testGenesis } from "./support/chain.ts";
import { keptLines, entry, executing, REFUSED, ScriptedFilter, WAIT } from "./support/messages.ts";

describe("a message filter of the starting thread, asked by an execution layer on a worker thread", () => {
  let filter: ScriptedFilter;
  let log: ReturnType<typeof keptLines>;
  let layer: WorkerExecutionLayer;
  let rpc: RpcClient;
  const send = (encoded: Uint8Array) => rpc.call("eth_sendRawTransaction", [bytesToHex(encoded)]);
  const next = async (): Promise<readonly Hex[]> => (await extend(layer)).payload.transactions.slice(1).map(transactionHash);

  beforeEach(async () => {
    filter = new ScriptedFilter();
    log = keptLines();
    layer = await WorkerExecutionLayer.start({ config: testConfig(), genesis: testGenesis(), rpc: { host: "127.0.0.1", port: 0 }, messageGate: { timeout: 12, blockMs: 1_000 } }, { messageFilter: filter, log });
    rpc = new RpcClient(`http://127.0.0.1:${layer.rpcPort}`);
  });
  afterEach(async () => {
    rpc.close();
    await layer.close();
  });

  it("decides at the port what enters, with its code and words, and before a block what is taken", async () => {
    const encoded = executing(alice, 0, [entry(1), entry(2)]);
    expect(await send(encoded)).toBe(transactionHash(encoded));
    filter.script.set(entry(3), REFUSED);
    await expect(send(executing(bob, 0, [entry(3)]))).rejects.toMatchObject({ code: -320600, message: expect.stringContaining("conflicting data") as string });
    expect(filter.asked[0]).toEqual({ checks: [{ hash: transactionHash(encoded), entries: [entry(1), entry(2)] }], descriptor: { timestamp: GENESIS_TIME + 1, timeout: 12 } });
    filter.script.set(entry(1), WAIT);
    expect(await next()).toEqual([]);
    filter.script.delete(entry(1));
    expect(await next()).toEqual([transactionHash(encoded)]);
    expect(filter.asked.at(-1)).toEqual({ checks: [{ hash: transactionHash(encoded), entries: [entry(1), entry(2)] }], descriptor: { timestamp: GENESIS_TIME + 2, timeout: 0 } });
  });

  it("is not asked about other transactions", async () => {
    const encoded = signed(alice, 0);
    expect(await send(encoded)).toBe(transactionHash(encoded));
    expect(await next()).toEqual([transactionHash(encoded)]);
    expect(filter.asked).toEqual([]);
  });

  it("that fails keeps transactions out of the pool and of blocks, and blocks go on", async () => {
    const encoded = executing(alice, 0, [entry(1)]);
    await send(encoded);
    const plain = signed(bob, 0);
    await send(plain);
    filter.instead = () => Promise.reject(new Error("index closed"));
    await expect(send(executing(bob, 1, [entry(1)]))).rejects.toMatchObject({ code: -32000, message: expect.stringContaining("index closed") as string });
    expect(await next()).toEqual([transactionHash(plain)]);
  });

  it("that never answers holds up no block", async () => {
    await send(executing(alice, 0, [entry(1)]));
    filter.instead = () => new Promise(() => {});
    expect(await next()).toEqual([]);
    expect(await rpc.call("txpool_status")).toEqual({ pending: "0x1", queued: "0x0" });
  });

  it("hears from the pool's log why a transaction was dropped", async () => {
    const encoded = executing(alice, 0, [entry(1)]);
    await send(encoded);
    filter.script.set(entry(1), REFUSED);
    await next();
    expect(log.lines).toContainEqual({ message: "the pool drops a transaction", fields: { hash: transactionHash(encoded), why: "conflicting data" } });
  });
});
