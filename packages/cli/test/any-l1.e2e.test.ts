import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Anvil, startAnvil } from "@pangaea/l1";
import { bytesToHex, keccak256, utf8ToBytes } from "@pangaea/primitives";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setUpChains, writeChains } from "../../devnet/src/setup.ts";
import { account, publicClient, rpc, type Status, viemChain, walletClient } from "./support/devnet.ts";
import { type Gate, startGate } from "./support/gate.ts";
import { Program, until } from "./support/program.ts";

const AT_GENESIS = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0 };
/** Nothing listens there. */
const DEAD = "http://127.0.0.1:9";

describe("a supernode above an L1 that is not the devnet's", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-any-l1-"));
  let anvil: Anvil;
  let first: Gate;
  let second: Gate;
  let operator: Program;
  let node = "";
  let l2 = "";

  beforeAll(async () => {
    anvil = await startAnvil({ resolveFrom: import.meta.url, chainId: 900, blockTime: 1, genesisTimestamp: Math.floor(Date.now() / 1_000) - 1, slotsInEpoch: 4 });
    await writeChains(folder, await setUpChains(anvil.rpc, [{ chainId: 901, blockTime: 1 }], { forks: () => AT_GENESIS, seqWindowSize: 3_600 }));
    [first, second] = await Promise.all([startGate(anvil.url), startGate(anvil.url)]);
    const key = join(folder, "batcher.key");
    writeFileSync(key, bytesToHex(keccak256(utf8ToBytes("pangaea devnet batcher 901"))));
    operator = new Program([
      "supernode", "--chains=901", `--l1=${DEAD},${first.url},${second.url}`, "--l1.http-poll-interval=200ms", "--rpc.port=0", "--rpc.enable-admin", `--vn.901.rollup.config=${join(folder, "901/rollup.json")}`, `--vn.901.l2.genesis=${join(folder, "901/genesis.json")}`, "--vn.901.l2.rpc.port=0",
      "--vn.901.sequencer.enabled", "--vn.901.sequencer.l1-confs=0", "--vn.901.batcher.enabled", `--vn.901.batcher.private-key-file=${key}`, "--vn.901.batcher.data-availability-type=calldata", "--vn.901.batcher.max-channel-duration=1", "--vn.901.batcher.num-confirmations=1",
      "--vn.901.batcher.poll-interval=200ms", "--vn.901.batcher.txmgr.receipt-query-interval=200ms", "--vn.901.batcher.target-num-frames=1",
    ]);
    const { url } = JSON.parse(await operator.line((line) => line.startsWith("{"))) as { url: string };
    node = `${url}/901/`;
    l2 = `http://127.0.0.1:${await until("the execution layer names its port", async () => /serves chain=901 rpcPort=(\d+)/.exec(operator.stderr)?.[1])}`;
  });
  afterAll(async () => {
    await operator.stop();
    await Promise.all([first.close(), second.close()]);
    await anvil.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const status = () => rpc<Status>(node, "optimism_syncStatus");
  const untilSafe = (number: number) => until(`safe reaches ${number}`, async () => {
    const now = await status();
    return now.safe_l2.number >= number && now;
  }, 60, () => operator.stderr);
  async function transferIsSafe(): Promise<void> {
    const hash = await walletClient(901, l2, 1).sendTransaction({ chain: viemChain(901, l2), to: account(2).address, value: 1n });
    const { blockNumber, blockHash } = await publicClient(901, l2).waitForTransactionReceipt({ hash });
    await untilSafe(Number(blockNumber));
    expect(await rpc(l2, "eth_getBlockByNumber", [`0x${blockNumber.toString(16)}`, false])).toMatchObject({ hash: blockHash });
  }

  it("sequences, batches and derives over a plain anvil, without a beacon API, past an endpoint that is not there", async () => {
    await transferIsSafe();
    expect(operator.stderr).toMatch(/L1 endpoint failed, taking the next failed=http:\/\/127\.0\.0\.1:9 /);
    expect(second.passed()).toBeLessThanOrEqual(3);
  });

  it("goes on over the next endpoint when the one in use falls silent, and over the first again after that", async () => {
    first.isShut = true;
    await transferIsSafe();
    expect(operator.stderr).toContain(`L1 endpoint failed, taking the next failed=${first.url} next=${second.url}`);
    first.isShut = false;
    second.isShut = true;
    await transferIsSafe();
    second.isShut = false;
    expect(await (await fetch(node.replace("/901/", "/metrics"))).text()).not.toMatch(/virtual_node_restarts_total\{.*\} [1-9]/);
  });

  it("says at /readyz that L1 is lost and which, waits, and goes on when it is back", async () => {
    const readyz = async () => {
      const response = await fetch(node.replace("/901/", "/readyz"));
      return { status: response.status, body: (await response.json()) as { ready: boolean; missing: string[] } };
    };
    [first.isShut, second.isShut] = [true, true];
    const lost = await until("readiness is lost", async () => {
      const now = await readyz();
      return now.status === 503 && now;
    });
    expect(lost.body).toEqual({ ready: false, missing: [expect.stringMatching(/^l1: http:\/\/127\.0\.0\.1:\d+ cannot be reached .*check that it runs/)] });
    const before = await status();
    [first.isShut, second.isShut] = [false, false];
    await until("readiness is back", async () => (await readyz()).status === 200);
    await untilSafe(before.unsafe_l2.number + 1);
    expect(operator.stderr).toMatch(/L1 does not answer, trying on/);
    expect(operator.stderr).not.toMatch(/\n\s+at /);
  });

  it("is refused when one of its endpoints is of another chain, with the endpoint", async () => {
    const flags = [`--vn.901.rollup.config=${join(folder, "901/rollup.json")}`, `--vn.901.l2.genesis=${join(folder, "901/genesis.json")}`, "--rpc.port=0"];
    const { code, stderr } = await new Program(["supernode", "--chains=901", `--l1=${anvil.url},${l2}`, ...flags]).finished();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`L1 has chain id 901, the rollup configuration says 900: give the --l1 of the right chain, or the rollup.json that belongs to this one (asked: ${l2})`)]);
  });
});
