import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRollupConfig } from "@pangaea/config";
import { HttpExecutionLayer } from "@pangaea/engine";
import { parseJwtSecret, payloadToJson, RpcClient } from "@pangaea/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, Devnet, rpc, type Status } from "./support/devnet.ts";
import { Program, until } from "./support/program.ts";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

const SECRET = "11".repeat(32);

/** An execution client in a process of its own. */
interface Client {
  readonly program: Program;
  readonly engine: string;
  readonly rpc: string;
}

describe("one chain's node", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-node-"));
  const jwt = join(folder, "jwt.hex");
  let devnet: Devnet;
  let clients: readonly Client[] = [];

  beforeAll(async () => {
    writeFileSync(jwt, SECRET);
    devnet = await Devnet.start([CALLDATA, "--chains=901"]);
    const { rollupConfig, genesis } = devnet.chain(0);
    clients = await Promise.all([0, 1].map(async () => {
      const program = new Program([rollupConfig, genesis, jwt], {}, "packages/cli/test/support/execution-process.ts");
      return { program, ...(JSON.parse(await program.line((line) => line.startsWith("{"))) as { engine: string; rpc: string }) };
    }));
  });
  afterAll(async () => {
    await Promise.all(clients.map(({ program }) => program.stop()));
    await devnet.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const argv = (...flags: readonly string[]) => ["node", `--l1=${devnet.ready.l1.url}`, `--l1.beacon=${devnet.ready.l1.beacon}`, "--rpc.port=0", "--l1.http-poll-interval=200ms", ...flags];
  async function withNode(flags: readonly string[], use: (url: string, program: Program) => Promise<void>): Promise<void> {
    const program = new Program(argv(`--rollup.config=${devnet.chain(0).rollupConfig}`, ...flags));
    try {
      const { url, chain } = JSON.parse(await program.line((line) => line.startsWith("{"))) as { url: string; chain: number };
      expect(chain).toBe(901);
      await use(url, program);
    } finally {
      await program.stop();
    }
  }
  const status = (url: string) => rpc<Status>(url, "optimism_syncStatus");
  const untilSafe = (url: string, number: number, program: Program) => until(`the node's safe head reaches ${number}`, async () => {
    const found = await status(url);
    return found.safe_l2.number >= number && found;
  }, 60, () => program.stderr);

  it("leads an execution client of another process to the chain's safe head, and answers at the root of its RPC as op-node does", async () => {
    const { safe_l2: aim } = await devnet.untilSafe(0, 5);
    await withNode([`--l2=${clients[0]!.engine}`, `--l2.jwt-secret=${jwt}`, "--l2.enginekind=reth"], async (url, program) => {
      const { safe_l2: safe } = await untilSafe(url, aim.number, program);
      expect(safe.hash).toBe(await devnet.blockHash(0, safe.number));
      const own = await rpc<{ number: string; hash: string }>(clients[0]!.rpc, "eth_getBlockByNumber", ["safe", false]);
      expect(own.hash).toBe(await devnet.blockHash(0, Number(own.number)));
      expect(await rpc(url, "optimism_rollupConfig")).toEqual(await rpc(devnet.chain(0).node, "optimism_rollupConfig"));
      expect(await rpc(url, "optimism_outputAtBlock", ["0x3"])).toMatchObject({ outputRoot: (await rpc<{ outputRoot: string }>(devnet.chain(0).node, "optimism_outputAtBlock", ["0x3"])).outputRoot });
      await expect(rpc(url, "admin_sequencerActive")).rejects.toThrow("does not exist");
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    });
  });

  it("has the execution client sync by itself to a block that it was told of, and derives from there", async () => {
    const config = parseRollupConfig(JSON.parse(readFileSync(devnet.chain(0).rollupConfig, "utf8")));
    const source = new HttpExecutionLayer({ config, rpc: new RpcClient(devnet.chain(0).url) });
    const { engine, rpc: clientRpc } = clients[1]!;
    const client = new HttpExecutionLayer({ config, rpc: new RpcClient(engine, { jwtSecret: parseJwtSecret(SECRET, "the test's secret") }) });
    const { safe_l2: aim } = await devnet.untilSafe(0, 8);
    await withNode([`--l2=${engine}`, `--l2.jwt-secret=${jwt}`, "--syncmode=execution-layer", "--rpc.enable-admin"], async (url, program) => {
      const { payload, parentBeaconBlockRoot } = await source.payloadByNumber(aim.number);
      await rpc(url, "admin_postUnsafePayload", [{ executionPayload: payloadToJson(payload), parentBeaconBlockRoot }]);
      const syncing = await until("the node heads for the block", async () => {
        const found = await status(url);
        return found.unsafe_l2.number === aim.number && found;
      }, 20, () => program.stderr);
      expect([syncing.safe_l2.number, syncing.finalized_l2.number, syncing.current_l1.number]).toEqual([0, 0, 0]);
      expect(await rpc(clientRpc, "eth_blockNumber")).toBe("0x0");
      // What the client would fetch from its own peers.
      for (let number = 1; number < aim.number; number++) await client.newPayload(await source.payloadByNumber(number));
      const synced = await until("the client has synced", async () => {
        const found = await status(url);
        return found.finalized_l2.number >= aim.number && found;
      }, 20, () => program.stderr);
      expect(synced.finalized_l2.hash).toBe(aim.hash);
      const { safe_l2: beyond } = await untilSafe(url, aim.number + 2, program);
      expect(beyond.hash).toBe(await devnet.blockHash(0, beyond.number));
    });
    await Promise.all([source.close(), client.close()]);
  });

  it.skipIf(!vectorsAreThere)("of a public network by its name has the genesis of the registry, and refuses an L1 that is not the network's", async () => {
    const { code, stderr } = await new Program(argv("--network=op-sepolia"), { PANGAEA_REGISTRY: vectorPath("superchain-registry-2026-08") }).finished();
    expect(stderr).toMatch(/the chain .*chain=11155420 l1=11155111 from="?sepolia\/op of /);
    expect(stderr.trim().split("\n").at(-1)).toMatch(/L1 has chain id 900, the rollup configuration says 11155111/);
    expect(code).toBe(1);
  });
});
