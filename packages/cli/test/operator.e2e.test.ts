import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, keccak256, utf8ToBytes } from "@pangaea/primitives";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, CALLDATA, Devnet, publicClient, rpc, type Status, viemChain, walletClient } from "./support/devnet.ts";
import { Program, until } from "./support/program.ts";

describe("a supernode that sequences and batches", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-operator-"));
  let devnet: Devnet;

  beforeAll(async () => {
    devnet = await Devnet.start([CALLDATA, "--chains=901"]);
  });
  afterAll(async () => {
    await devnet.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("set up by a file, takes over a chain whose sequencer and batcher were stopped; others derive what it makes", async () => {
    const { node, rollupConfig, genesis } = devnet.chain(0);
    await rpc(node, "admin_stopSequencer");
    const left = await until("all that was sequenced is safe", async () => {
      const status = await devnet.status(0);
      return status.safe_l2.number === status.unsafe_l2.number && status;
    });
    await rpc(node, "admin_stopBatcher");

    const key = join(folder, "batcher.key");
    writeFileSync(key, bytesToHex(keccak256(utf8ToBytes("pangaea devnet batcher 901"))));
    const config = join(folder, "pangaea.toml");
    writeFileSync(config, `
      [supernode]
      chains = [901]
      l1 = ["${devnet.ready.l1.url}"]
      "l1.beacon" = "${devnet.ready.l1.beacon}"
      "l1.http-poll-interval" = "200ms"
      rpc.port = 0
      rpc.enable-admin = true
      metrics.enabled = true
      metrics.port = 0
      log.format = "json"

      [supernode.vn.all]
      "l2.rpc.port" = 0
      verifier.l1-confs = 1
      sequencer.enabled = true
      sequencer.l1-confs = 1
      sequencer.stopped = true

      [supernode.vn.901]
      "rollup.config" = "${rollupConfig}"
      "l2.genesis" = "${genesis}"

      [supernode.vn.901.batcher]
      enabled = true
      private-key-file = "${key}"
      max-channel-duration = 1
      poll-interval = "300ms"
      num-confirmations = 1
      "txmgr.receipt-query-interval" = "300ms"
      target-num-frames = 1
    `);
    expect(await new Program(["check-config", config]).finished()).toMatchObject({ code: 0, stdout: `${config}: [supernode]: in order` });

    const operator = new Program(["supernode", `--config=${config}`, "--log.level=debug"]);
    try {
      const { url } = JSON.parse(await operator.line((line) => line.startsWith("{"))) as { url: string };
      const status = () => rpc<Status>(`${url}/901/`, "optimism_syncStatus");
      const caughtUp = await until("the operator's node has derived the chain", async () => {
        const now = await status();
        return now.unsafe_l2.hash === left.unsafe_l2.hash && now;
      });
      expect(caughtUp.current_l1.number).toBeLessThan(caughtUp.head_l1.number);
      await rpc(`${url}/901/`, "admin_startSequencer", [left.unsafe_l2.hash]);
      const logged = () => operator.stderr.trimEnd().split("\n").map((line) => JSON.parse(line) as { readonly msg: string; readonly rpcPort?: number; readonly port?: number });
      const port = await until("the operator's execution layer names its port", async () => logged().find(({ msg }) => msg === "the execution layer serves")?.rpcPort);
      const metrics = `http://127.0.0.1:${logged().find(({ msg }) => msg === "metrics are served")?.port}`;
      expect(await (await fetch(`${metrics}/metrics`)).text()).toMatch(/\{.*chain="901".*\}/);
      expect([(await fetch(`${metrics}/readyz`)).status, (await fetch(metrics, { method: "POST", body: "{}" })).status]).toEqual([404, 404]);
      const l2 = `http://127.0.0.1:${port}`;
      const hash = await walletClient(901, l2, 1).sendTransaction({ chain: viemChain(901, l2), to: account(2).address, value: 1n });
      const receipt = await publicClient(901, l2).waitForTransactionReceipt({ hash });
      await devnet.untilSafe(0, Number(receipt.blockNumber));
      expect(await devnet.blockHash(0, Number(receipt.blockNumber))).toBe(receipt.blockHash);
    } finally {
      expect((await operator.stop()).code).toBe(0);
    }
  });
});
