import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@pangaea/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, Devnet, rpc } from "./support/devnet.ts";
import { execute, send, superRoot } from "./support/messages.ts";
import { until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

const A = 0;
const B = 1;
/** With which keys of the record of what denials rest on begin. */
const BASIS_PREFIX = 4;

describe("a supernode that verifies messages", () => {
  let devnet: Devnet;
  let folder: string;
  let second: Secondary;
  /** Super roots by timestamp, as they were first told. */
  const told = new Map<number, unknown>();

  const startSecond = () => Secondary.start(devnet, [`--data-dir=${join(folder, "second")}`]);
  const explain = (url: string, chainId: number, block: number) => rpc<{ readonly waitsFor?: string }>(url, "interop_explain", [chainId, block]);
  const safeTime = async (index: number) => (await second.status(index)).safe_l2.timestamp;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pangaea-restart-"));
    devnet = await Devnet.start([CALLDATA, "--relay=none"]);
    second = await startSecond();
  });
  afterAll(async () => {
    await second.stop();
    await devnet.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function tell(from: number, to: number): Promise<void> {
    for (let timestamp = from; timestamp <= to; timestamp++) {
      const { data } = await superRoot(second.url, timestamp);
      expect(data, `super root at ${timestamp}`).toBeDefined();
      told.set(timestamp, data);
    }
  }

  it.each(["SIGKILL", "SIGINT"] as const)("and is ended by %s while messages flow and a block is replaced tells the same after its start, and nothing less than before", async (signal) => {
    const sender = signal === "SIGKILL" ? 1 : 2;
    const receipt = await execute(devnet, B, sender, await send(devnet, A, sender));
    await rpc(devnet.ready.supernode.url, "devnet_sendInvalidMessage", [devnet.chain(A).chainId]);
    await second.untilSafe(B, Number(receipt.blockNumber));
    const from = await safeTime(B);
    // The end comes amid the replacement or near it: whatever was told until then has to stand.
    const { blockNumber } = await rpc<{ blockNumber: number }>(devnet.ready.supernode.url, "devnet_sendInvalidMessage", [devnet.chain(A).chainId]);
    await until("data of the invalid block is on L1", async () => (await second.status(A)).local_safe_l2.number >= blockNumber - 2, 40);
    const before = [await second.status(A), await second.status(B)];
    await tell(from, Math.min(...before.map(({ safe_l2 }) => safe_l2.timestamp)));
    await second.stop(signal);
    second = await startSecond();
    const first = await Promise.all([A, B].map((index) => until("the first answer", () => second.status(index).catch(() => undefined), 30)));
    for (const index of [A, B]) {
      expect(first[index]!.safe_l2.number).toBeGreaterThanOrEqual(before[index]!.safe_l2.number);
      expect(first[index]!.finalized_l2.number).toBeGreaterThanOrEqual(before[index]!.finalized_l2.number);
      expect(first[index]!.local_safe_l2.number).toBeGreaterThanOrEqual(first[index]!.safe_l2.number);
    }
    for (const [timestamp, data] of told) expect((await superRoot(second.url, timestamp)).data, `at ${timestamp}`).toEqual(data);
    const goal = Math.max((await devnet.status(A)).safe_l2.number, blockNumber) + 2;
    for (const node of [devnet, second]) await node.untilSafe(A, goal);
    expect(await second.blockHash(A, blockNumber)).toBe(await devnet.blockHash(A, blockNumber));
  });

  it("whose record is damaged halts with the remedy, while the chains run on; the remedy brings it to the same", async () => {
    await second.stop();
    const activity = join(folder, "second", "interop");
    const store = openStore(join(activity, "decisions"));
    const bases = [...store.entries()].filter(([key]) => key[0] === BASIS_PREFIX).map(([key]) => [key, Uint8Array.of(1)] as const);
    expect(bases.length, "a block was denied").toBeGreaterThan(0);
    store.write(bases);
    await store.close();
    second = await startSecond();
    const page = (path: string) => fetch(`${second.url}${path}`);
    const halted = await until("it is not ready", async () => {
      const answer = await page("/readyz");
      const { missing } = (await answer.json()) as { readonly missing: readonly string[] };
      return answer.status === 503 && missing.find((one) => one.includes("halted"));
    }, 30);
    expect(halted).toMatch(/^interop: halted: .*delete the folder of the interop activity/);
    // The label takes up what was verified before it stands still.
    const verified = Number(/^supernode_interop_verified_timestamp (\d+)$/m.exec(await (await page("/metrics")).text())?.[1]);
    const before = await until("safe is what was verified", async () => {
      const status = await second.status(B);
      return status.safe_l2.timestamp === verified && status;
    });
    const later = await until("local safe goes on", async () => {
      const status = await second.status(B);
      return status.local_safe_l2.number > before.local_safe_l2.number + 1 && status;
    });
    expect([later.safe_l2.number, (await page(`/readyz/${devnet.chain(B).chainId}`)).status, (await page("/livez")).status]).toEqual([before.safe_l2.number, 200, 200]);
    expect(await (await page("/metrics")).text()).toMatch(/^supernode_interop_activity_state 3$/m);
    expect((await explain(second.url, devnet.chain(B).chainId, later.local_safe_l2.number)).waitsFor).toMatch(/^interop has halted: /);
    await second.stop();
    await rm(activity, { recursive: true });
    second = await startSecond();
    await second.untilSafe(A, before.safe_l2.number);
    await until("the index is filled and all is verified again", async () => /^supernode_log_backfill_progress\{chain_id="901"\} 1$/m.test(await (await page("/metrics")).text()) && (await superRoot(second.url, Math.max(...told.keys()))).data !== undefined, 60, () => second.program.stderr);
    for (const [timestamp, data] of told) expect((await superRoot(second.url, timestamp)).data, `at ${timestamp}`).toEqual(data);
  });

  it("whose stores are deleted comes to the same", async () => {
    const goal = (await devnet.status(A)).safe_l2.number;
    await second.stop();
    await rm(join(folder, "second"), { recursive: true });
    second = await startSecond();
    await second.untilSafe(A, goal);
    for (const [timestamp, data] of told) expect((await superRoot(second.url, timestamp)).data, `at ${timestamp}`).toEqual(data);
  });

  it("goes back when L1 does, in one step, and comes to what a node finds that starts on the new L1", async () => {
    const before = (await second.status(A)).safe_l2;
    const depth = 8;
    await rpc(devnet.ready.supernode.url, "devnet_reorgL1", [depth]);
    // Blocks that are not safe yet become so on the new L1 alone: a node that is there has seen the reorg.
    const goal = Math.max((await devnet.status(A)).unsafe_l2.number, (await devnet.status(B)).unsafe_l2.number) + 1;
    for (const node of [devnet, second]) for (const index of [A, B]) await node.untilSafe(index, goal);
    const fresh = await Secondary.start(devnet);
    try {
      for (const index of [A, B]) await fresh.untilSafe(index, goal);
      for (const back of [0, 3, 6, 12]) {
        const timestamp = before.timestamp + 5 - back;
        const [ours, theirs, first] = await Promise.all([superRoot(second.url, timestamp), superRoot(fresh.url, timestamp), superRoot(devnet.ready.supernode.url, timestamp)]);
        expect(theirs.data, `at ${timestamp}`).toBeDefined();
        expect(ours.data, `at ${timestamp}`).toEqual(theirs.data);
        expect(first.data, `at ${timestamp}`).toEqual(theirs.data);
      }
    } finally {
      await fresh.stop();
    }
  });
});
