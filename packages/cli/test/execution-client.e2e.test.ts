import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJwt } from "@pangaea/rpc";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, CALLDATA, Devnet, publicClient, rpc, type Status, viemChain, walletClient } from "./support/devnet.ts";
import { Program, until } from "./support/program.ts";

const SECRET = "11".repeat(32);

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("an execution client of the operator's own", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-jwt-"));
  const jwt = join(folder, "jwt.hex");
  const otherJwt = join(folder, "other.hex");
  let devnet: Devnet;
  let execution: Program;
  let engine = "";
  let ownRpc = "";

  beforeAll(async () => {
    writeFileSync(jwt, SECRET);
    writeFileSync(otherJwt, "22".repeat(32));
    devnet = await Devnet.start([CALLDATA, "--chains=901"]);
    const { rollupConfig, genesis } = devnet.chain(0);
    execution = new Program([rollupConfig, genesis, jwt], {}, "packages/cli/test/support/execution-process.ts");
    ({ engine, rpc: ownRpc } = JSON.parse(await execution.line((line) => line.startsWith("{"))) as { engine: string; rpc: string });
  });
  afterAll(async () => {
    await execution.stop();
    await devnet.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const argv = (flags: readonly string[]) => ["supernode", "--chains=901", `--l1=${devnet.ready.l1.url}`, `--l1.beacon=${devnet.ready.l1.beacon}`, "--rpc.port=0", "--l1.http-poll-interval=200ms", `--vn.901.rollup.config=${devnet.chain(0).rollupConfig}`, ...flags];

  it("with another JWT secret is refused in one line that names the file and the remedy", async () => {
    const { code, stderr } = await new Program(argv([`--vn.901.l2=${engine}`, `--vn.901.l2.jwt-secret=${otherJwt}`])).finished();
    expect(stderr.trim().split("\n")).toEqual([expect.stringMatching(/^pangaea: .*refuses our JWT .*--vn\.901\.l2\.jwt-secret: .*other\.hex must hold the secret that the execution client at .* was started with$/)]);
    expect(code).toBe(1);
  });

  it("is led over HTTP with JWT to the safe head of the chain", async () => {
    const { url } = devnet.chain(0);
    const hash = await walletClient(901, url, 1).sendTransaction({ chain: viemChain(901, url), to: account(2).address, value: parseEther("1") });
    const { blockNumber } = await publicClient(901, url).waitForTransactionReceipt({ hash });
    const second = new Program(argv([`--vn.901.l2=${engine}`, `--vn.all.l2.jwt-secret=${jwt}`]));
    try {
      const { url: node } = JSON.parse(await second.line((line) => line.startsWith("{"))) as { url: string };
      const reached = await until("the second supernode is safe past the transaction", async () => {
        const status = await rpc<Status>(`${node}/901/`, "optimism_syncStatus");
        return status.safe_l2.number >= Number(blockNumber) && status;
      });
      expect(reached.safe_l2.hash).toBe(await devnet.blockHash(0, reached.safe_l2.number));
      const own = await rpc<{ number: string; hash: string }>(ownRpc, "eth_getBlockByNumber", ["safe", false]);
      expect([Number(own.number) >= reached.safe_l2.number, own.hash]).toEqual([true, await devnet.blockHash(0, Number(own.number))]);
      expect((await rpc<{ blockHash: string }>(ownRpc, "eth_getTransactionReceipt", [hash])).blockHash).toBe(await devnet.blockHash(0, Number(blockNumber)));
    } finally {
      await second.stop();
    }
  });

  it("finds the embedded layer's Engine API open to its secret alone", async () => {
    const port = await freePort();
    const second = new Program(argv([`--vn.901.l2.genesis=${devnet.chain(0).genesis}`, `--vn.901.l2.engine.port=${port}`, `--vn.901.l2.jwt-secret=${jwt}`]));
    try {
      await second.line((line) => line.startsWith("{"));
      const ask = (authorization?: string) =>
        fetch(`http://127.0.0.1:${port}`, { method: "POST", headers: { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) }, body: '{"jsonrpc":"2.0","id":1,"method":"engine_exchangeCapabilities","params":[[]]}' });
      const token = createJwt(new Uint8Array(32).fill(0x11), Date.now() / 1_000);
      const allowed = await until("the engine port answers", async () => ask(`Bearer ${token}`));
      expect(await allowed.json()).toMatchObject({ result: expect.arrayContaining(["engine_newPayloadV4"]) });
      const refused = await ask(`Bearer ${createJwt(new Uint8Array(32).fill(0x22), Date.now() / 1_000)}`);
      expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining("the two sides have different JWT secrets")]);
      expect((await ask()).status).toBe(401);
    } finally {
      await second.stop();
    }
  });
});
