import { type ForkSchedule, PREDEPLOYS } from "@pangaea/config";
import { engineMethods, executionMethods } from "@pangaea/execution";
import { bytesToHex, hexToBytes, NotFoundError, TemporaryError, ZERO_HASH } from "@pangaea/primitives";
import { type Listening, payloadToJson, RpcClient, RpcError, type RpcMethods, RpcServer } from "@pangaea/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { testConfig, testLayer } from "../../execution/test/support/chain.ts";
import { HttpExecutionLayer } from "../src/index.ts";
import { provenStorageRoot } from "../src/account-proof.ts";
import { executionLayerCompliance } from "./support/execution-layer-compliance.ts";

const SECRET = new Uint8Array(32).fill(7);

executionLayerCompliance("the embedded execution layer in this process", async (forks) => {
  const layer = testLayer(forks);
  return { layer, send: async (encoded) => void layer.pool.add(encoded) };
});

async function overHttp(forks?: ForkSchedule, spoil: (methods: RpcMethods) => RpcMethods = (methods) => methods): Promise<{ readonly layer: HttpExecutionLayer; readonly rpc: RpcClient; readonly url: string }> {
  const inner = testLayer(forks);
  const methods = spoil({ ...executionMethods(inner), ...engineMethods(inner) });
  const listening: Listening = await new RpcServer({ route: () => ({ methods }) }, { jwtSecret: SECRET }).listen({ port: 0 });
  const url = `http://127.0.0.1:${listening.port}`;
  const rpc = new RpcClient(url, { jwtSecret: SECRET });
  class Served extends HttpExecutionLayer {
    override async close(): Promise<void> {
      await super.close();
      await listening.close();
      await inner.close();
    }
  }
  return { layer: new Served({ config: testConfig(forks), rpc }), rpc, url };
}

executionLayerCompliance("an execution layer over HTTP with JWT", async (forks) => {
  const { layer, rpc } = await overHttp(forks);
  return { layer, send: async (encoded) => void (await rpc.call("eth_sendRawTransaction", [bytesToHex(encoded)])) };
});

describe("an execution layer over HTTP", () => {
  let open: { readonly layer: HttpExecutionLayer; readonly rpc: RpcClient; readonly url: string };
  afterEach(() => open.layer.close());

  it("says that the secrets differ when its token is refused", async () => {
    open = await overHttp();
    const stranger = new HttpExecutionLayer({ config: testConfig(), rpc: new RpcClient(open.url, { jwtSecret: new Uint8Array(32).fill(8) }) });
    await expect(stranger.chainId()).rejects.toThrow(/refuses our JWT.*same secret file/s);
    await expect(stranger.chainId()).rejects.toBeInstanceOf(TemporaryError);
    await stranger.close();
  });

  it("refuses a request without a token", async () => {
    open = await overHttp();
    const response = await fetch(open.url, { method: "POST", body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' });
    expect([response.status, await response.text()]).toEqual([401, "unauthorized: no bearer token\n"]);
  });

  it.each(["finalized block not found", "safe block not found", "header not found", "Unknown block"])("has no block where its client says: %s", async (message) => {
    open = await overHttp(undefined, (methods) => ({ ...methods, eth_getBlockByNumber: () => { throw new RpcError(-39_001, message); } }));
    await expect(open.layer.payloadByLabel("finalized")).rejects.toBeInstanceOf(NotFoundError);
  });

  it("names the endpoint and the remedy when nobody answers", async () => {
    open = await overHttp();
    const gone = new HttpExecutionLayer({ config: testConfig(), rpc: new RpcClient("http://127.0.0.1:1", { jwtSecret: SECRET }) });
    await expect(gone.payloadByNumber(0)).rejects.toThrow(/http:\/\/127\.0\.0\.1:1 cannot be reached .*check that it runs/);
  });

  it("takes a block that does not give its hash as no answer", async () => {
    open = await overHttp(undefined, (methods) => ({ ...methods, eth_getBlockByNumber: async (params, context) => ({ ...((await methods.eth_getBlockByNumber!(params, context)) as object), stateRoot: `0x${"11".repeat(32)}` }) }));
    await expect(open.layer.payloadByNumber(0)).rejects.toThrow(/L2 block 0 claims the hash/);
  });

  it("names the version to use when a method does not serve a block's fork", async () => {
    open = await overHttp();
    const { payload } = await open.layer.payloadByNumber(0);
    await expect(open.rpc.call("engine_newPayloadV3", [payloadToJson(payload), [], ZERO_HASH])).rejects.toMatchObject({ code: -38005, message: expect.stringContaining("use V4") });
    await expect(open.rpc.call("engine_newPayloadV4", [payloadToJson(payload), [], ZERO_HASH])).rejects.toMatchObject({ code: -32602 });
    await expect(open.rpc.call("engine_newPayloadV4", [{ blockHash: "0x" }, [], ZERO_HASH, []])).rejects.toMatchObject({ code: -32602, message: expect.stringContaining("parentHash") });
    await expect(open.rpc.call("engine_forkchoiceUpdatedV3", [{}])).rejects.toMatchObject({ code: -32602, message: expect.stringContaining("headBlockHash") });
    expect(await open.rpc.call("engine_newPayloadV4", [payloadToJson(payload), [ZERO_HASH], ZERO_HASH, []])).toMatchObject({ status: "INVALID" });
    expect(await open.rpc.call("engine_exchangeCapabilities", [[]])).toContain("engine_getPayloadV4");
  });

  it("refuses an account proof that does not reach from the state root", async () => {
    open = await overHttp();
    const { payload } = await open.layer.payloadByNumber(0);
    const { accountProof } = (await open.rpc.call("eth_getProof", [PREDEPLOYS.l2ToL1MessagePasser, [], "0x0"])) as { accountProof: string[] };
    const proof = accountProof.map((node) => hexToBytes(node));
    expect(provenStorageRoot(payload.stateRoot, PREDEPLOYS.l2ToL1MessagePasser, proof)).toBe(payload.withdrawalsRoot);
    expect(() => provenStorageRoot(payload.stateRoot, PREDEPLOYS.l2ToL1MessagePasser, proof.slice(0, -1))).toThrow(/does not reach/);
    expect(() => provenStorageRoot(ZERO_HASH, PREDEPLOYS.l2ToL1MessagePasser, proof)).toThrow(/does not reach/);
  });
});
