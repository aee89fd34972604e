import { WorkerExecutionLayer } from "@pangaea/execution";
import { EngineErrorCode } from "@pangaea/primitives";
import { RpcClient } from "@pangaea/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { extend, testConfig, testGenesis } from "../../execution/test/support/chain.ts";
import { HttpExecutionLayer } from "../src/index.ts";

const SECRET = new Uint8Array(32).fill(7);
const loopback = { host: "127.0.0.1", port: 0 };

describe("the embedded execution layer on a thread of its own", () => {
  let worker: WorkerExecutionLayer | undefined;
  afterEach(() => worker?.close());

  it("serves its owner and, by the engine port, a node of another process, on one chain", async () => {
    worker = await WorkerExecutionLayer.start({ config: testConfig(), genesis: testGenesis(), rpc: loopback, engineRpc: { ...loopback, jwtSecret: SECRET } });
    const other = new HttpExecutionLayer({ config: testConfig(), rpc: new RpcClient(`http://127.0.0.1:${worker.enginePort}`, { jwtSecret: SECRET }) });
    const first = await extend(worker);
    const second = await extend(other);
    expect(second.payload.parentHash).toBe(first.payload.blockHash);
    expect(await worker.payloadByLabel("latest")).toEqual(second);
    await expect(worker.getPayload("0x0102030405060708", 0)).rejects.toMatchObject({ code: EngineErrorCode.unknownPayload });
    const open = new RpcClient(`http://127.0.0.1:${worker.rpcPort}`);
    expect(await open.call("eth_blockNumber")).toBe("0x2");
    await expect(open.call("engine_exchangeCapabilities", [[]]), "the open port has no Engine API").rejects.toMatchObject({ code: -32601 });
    open.close();
    await other.close();
  });

  it("does not start, and says why, when a port is taken", async () => {
    worker = await WorkerExecutionLayer.start({ config: testConfig(), genesis: testGenesis(), rpc: loopback });
    const again = WorkerExecutionLayer.start({ config: testConfig(), genesis: testGenesis(), rpc: { host: "127.0.0.1", port: worker.rpcPort ?? 0 } });
    await expect(again).rejects.toThrow(`port ${worker.rpcPort} on 127.0.0.1 is in use: stop the other program or choose another port`);
  });
});
