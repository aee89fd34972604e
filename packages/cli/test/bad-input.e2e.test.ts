import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, Devnet, publicClient, rpc, type Status, viemChain, walletClient } from "./support/devnet.ts";
import { startFaultyBeacon } from "./support/faulty-beacon.ts";
import { Program, until } from "./support/program.ts";

const MEGABYTE = 1_000_000;

describe("bad input to the running program", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-bad-"));
  let devnet: Devnet;

  beforeAll(async () => {
    devnet = await Devnet.start();
  });
  afterAll(async () => {
    await devnet.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function fails(argv: readonly string[], message: RegExp): Promise<void> {
    const { code, stderr } = await new Program(argv).finished();
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).not.toBe(0);
  }

  const overL1 = (l1: string, more: readonly string[] = []) => {
    const { rollupConfig, genesis } = devnet.chain(0);
    return ["supernode", "--chains=901", `--l1=${l1}`, "--rpc.port=0", `--vn.901.rollup.config=${rollupConfig}`, `--vn.901.l2.genesis=${genesis}`, ...more];
  };
  const brokenRollup = (name: string, change: (config: Record<string, unknown>) => void) => {
    const config = JSON.parse(readFileSync(devnet.chain(0).rollupConfig, "utf8")) as Record<string, unknown>;
    change(config);
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(config));
    return overL1(devnet.ready.l1.url, []).map((flag) => (flag.startsWith("--vn.901.rollup") ? `--vn.901.rollup.config=${file}` : flag));
  };

  describe.concurrent("at the start", () => {
    it.each<readonly [string, () => readonly string[], RegExp]>([
      ["a wrong flag is named, with the one that was meant", () => ["devnet", "--l1.prot=1"], /no flag --l1\.prot; did you mean --l1\.port\?/],
      ["an unknown verb is answered with the verbs there are", () => ["devent"], /no verb "devent" \(did you mean devnet\?\); the verbs are devnet, supernode/],
      ["a rollup.json that is not there is named", () => ["supernode", "--chains=901", "--l1=http://127.0.0.1:1", "--vn.901.rollup.config=/nonexistent.json"], /--vn\.901\.rollup\.config: \/nonexistent\.json cannot be read/],
      ["a rollup.json without a field is told which", () => brokenRollup("missing", (config) => delete config.block_time), /missing\.json: block_time expected number.*\(is missing\)/],
      ["a rollup.json with a field of the wrong type is told which, its value and what is wanted", () => brokenRollup("type", (config) => Object.assign(config, { seq_window_size: "ten" })), /type\.json: seq_window_size expected number.*\(is "ten"\)/],
      ["a rollup.json with an unknown fork is told which", () => brokenRollup("fork", (config) => Object.assign(config, { pluto_time: 5 })), /fork\.json: unknown field pluto_time: remove it or check its spelling/],
      ["a rollup.json of another chain is told apart", () => brokenRollup("other", (config) => Object.assign(config, { l2_chain_id: 7 })), /other\.json is of chain 7, not 901: check --vn\.901\.rollup\.config/],
      ["a port in use is named, with the remedy", () => ["devnet", "--l1.port=0", "--l2.port=0", `--rpc.port=${new URL(devnet.ready.supernode.url).port}`], /port \d+ on 127\.0\.0\.1 is in use/],
      ["an L1 that cannot be reached is named", () => overL1("http://127.0.0.1:9"), /127\.0\.0\.1:9 cannot be reached/],
      ["an L1 with another chain id is told apart", () => overL1(devnet.chain(1).url), /L1 has chain id 902, the rollup configuration says 900/],
    ])("%s", (_, argv, message) => fails(argv(), message));
  });

  describe("to its RPC", () => {
    const post = async (url: string, body: string) => {
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      return { status: response.status, reply: (await response.json()) as unknown };
    };
    const request = (method: string, params: unknown) => JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const error = (code: number, message: RegExp) => ({ error: { code, message: expect.stringMatching(message) } });
    const doors = { l2: () => devnet.chain(0).url, node: () => devnet.chain(0).node, supernode: () => devnet.ready.supernode.url };

    it.each<readonly [keyof typeof doors, string, string, object]>([
      ...(["l2", "node", "supernode"] as const).flatMap((door) => [
        [door, "text that is no JSON", '{"jsonrpc":"2.0",', error(-32_700, /not JSON/)] as const,
        [door, "a request that is a number", "5", error(-32_600, /a request is a JSON object/)] as const,
        [door, "parameters that are no list", request("eth_chainId", { a: 1 }), error(-32_602, /eth_chainId takes its parameters as an array/)] as const,
        [door, "a method that is none", request("eth_fly", []), error(-32_601, /eth_fly does not exist/)] as const,
        [door, "a method of an object's own", request("constructor", []), error(-32_601, /constructor does not exist/)] as const,
        [door, "a batch without requests", "[]", error(-32_600, /the batch is empty/)] as const,
        [door, "a batch too long", JSON.stringify(Array.from({ length: 1_001 }, (_, id) => ({ jsonrpc: "2.0", id, method: "eth_chainId" }))), error(-32_005, /the batch has 1001 requests; at most 1000/)] as const,
      ]),
      ["l2", "an address of the wrong size", request("eth_getBalance", ["0x12", "latest"]), error(-32_602, /malformed address: it is not 20 bytes of hex/)],
      ["l2", "a block number in words", request("eth_getBlockByNumber", ["ninety", false]), error(-32_602, /ninety/)],
      ["l2", "a transaction that is none", request("eth_sendRawTransaction", ["0x02ff"]), error(-32_000, /RLP length at byte 0 is cut off/)],
      ["node", "a block number that is an object", request("optimism_outputAtBlock", [{}]), error(-32_602, /block number/)],
      ["node", "a hash of the wrong size", request("admin_startSequencer", ["0x12"]), error(-32_602, /32 bytes of hex/)],
    ])("%s: %s is answered with what is wrong", async (door, _, body, expected) => {
      const { status, reply } = await post(doors[door](), body);
      expect(status).toBe(200);
      expect(reply).toMatchObject(expected);
      expect(JSON.stringify(reply)).not.toMatch(/\\n\s+at |\.ts:/);
    });

    it.each(["l2", "node", "supernode"] as const)("%s: a request too large is refused with the limit, and the server lives on", async (door) => {
      const { status, reply } = await post(doors[door](), request("eth_call", [{ data: `0x${"00".repeat(3 * MEGABYTE)}` }]));
      expect([status, reply]).toEqual([413, expect.objectContaining(error(-32_005, /larger than 5000000 bytes/))]);
      expect((await post(doors[door](), request("eth_fly", []))).reply).toMatchObject(error(-32_601, /eth_fly/));
    });

    it("the L1 port refuses a request too large and lives on", async () => {
      const { status, reply } = await post(devnet.ready.l1.url, request("eth_call", [`0x${"00".repeat(11 * MEGABYTE)}`]));
      expect([status, reply]).toEqual([413, expect.objectContaining(error(-32_000, /larger than 20000000 bytes/))]);
      expect(await devnet.l1("eth_chainId")).toBe("0x384");
    });

    it("a path of no chain is answered with the chains there are", async () => {
      const response = await fetch(`${devnet.ready.supernode.url}/77/`, { method: "POST", body: request("optimism_version", []) });
      expect([response.status, await response.text()]).toEqual([404, "no chain at /77/; the chains are /901/ /902/\n"]);
    });
  });

  it("a blob that the beacon API does not have is waited for: the log says which blob of which block, and when it comes the chain goes on", async () => {
    const beacon = await startFaultyBeacon(devnet.ready.l1.beacon);
    beacon.hasBlobs = false;
    const second = new Program(overL1(devnet.ready.l1.url, [`--l1.beacon=${beacon.url}`, "--l1.http-poll-interval=200ms"]));
    try {
      const { url } = JSON.parse(await second.line((line) => line.startsWith("{"))) as { url: string };
      const complaint = await until("the missing blob is named", async () => /has no blob (0x01[0-9a-f]{62}).* of L1 block (\d+): check that --l1\.beacon/.exec(second.stderr) ?? undefined);
      const block = await devnet.l1<{ transactions: readonly { blobVersionedHashes?: readonly string[] }[] }>("eth_getBlockByNumber", [`0x${Number(complaint[2]).toString(16)}`, true]);
      expect(block.transactions.flatMap(({ blobVersionedHashes = [] }) => blobVersionedHashes)).toContain(complaint[1]);
      expect((await rpc<Status>(`${url}/901/`, "optimism_syncStatus")).safe_l2.number).toBe(0);
      beacon.hasBlobs = true;
      const target = (await devnet.status(0)).safe_l2.number;
      const reached = await until("the second supernode goes on", async () => {
        const status = await rpc<Status>(`${url}/901/`, "optimism_syncStatus");
        return status.safe_l2.number >= target && status;
      });
      expect(reached.safe_l2.hash).toBe(await devnet.blockHash(0, reached.safe_l2.number));
      expect(second.stderr).not.toMatch(/\n\s+at /);
    } finally {
      await second.stop();
      await beacon.close();
    }
  });

  it("loses nothing by all that: a transaction sent afterwards becomes safe", async () => {
    const { url } = devnet.chain(0);
    const hash = await walletClient(901, url, 1).sendTransaction({ chain: viemChain(901, url), to: account(2).address, value: parseEther("1") });
    const receipt = await publicClient(901, url).waitForTransactionReceipt({ hash });
    await devnet.untilSafe(0, Number(receipt.blockNumber));
    expect(await devnet.blockHash(0, Number(receipt.blockNumber))).toBe(receipt.blockHash);
    expect(devnet.program.stderr).not.toMatch(/\n\s+at /);
  });
});
