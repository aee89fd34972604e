import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther } from "viem";
import { afterAll, describe, expect, it } from "vitest";
import { account, CALLDATA, Devnet, publicClient, type ReadyLine, rpc, type Status, viemChain, walletClient } from "./support/devnet.ts";
import { Program, until } from "./support/program.ts";

const dataDir = mkdtempSync(join(tmpdir(), "pangaea-restart-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe("a devnet with a data directory", () => {
  it("goes on after kill -9 under load: nothing finalized is lost, hashes are equal, the batcher works on", async () => {
    const first = await Devnet.start([CALLDATA, `--data-dir=${dataDir}`]);
    const { chainId, url } = first.chain(0);
    const wallet = walletClient(chainId, url, 1);
    const hash = await wallet.sendTransaction({ chain: viemChain(chainId, url), to: account(2).address, value: parseEther("1") });
    const receipt = await publicClient(chainId, url).waitForTransactionReceipt({ hash });
    const finalized = await first.untilFinalized(0, Number(receipt.blockNumber));
    const hashes = await Promise.all(Array.from({ length: finalized.finalized_l2.number + 1 }, (_, number) => first.blockHash(0, number)));
    const { finalized_l2: other } = await first.status(1);
    const otherHash = await first.blockHash(1, other.number);
    const load = Promise.allSettled(Array.from({ length: 50 }, (_, nonce) => wallet.sendTransaction({ chain: viemChain(chainId, url), to: account(3).address, value: 1n, nonce: nonce + 1, gas: 21_000n })));
    first.program.child.kill("SIGKILL");
    await first.program.finished();
    await load;

    const second = await Devnet.start([CALLDATA, `--data-dir=${dataDir}`]);
    try {
      expect((await second.status(0)).finalized_l2.number).toBeGreaterThanOrEqual(finalized.finalized_l2.number);
      expect(await Promise.all(hashes.map((_, number) => second.blockHash(0, number)))).toEqual(hashes);
      expect([(await second.status(1)).finalized_l2.number >= other.number, await second.blockHash(1, other.number)]).toEqual([true, otherHash]);
      const now = await second.status(0);
      await second.untilSafe(0, now.unsafe_l2.number + 2, 90);
      await second.untilSafe(1, (await second.status(1)).unsafe_l2.number + 2, 90);
    } finally {
      await second.stop();
    }
  });
});

describe("a data directory", () => {
  const start = (flags: readonly string[]) => new Program(["devnet", "--json", CALLDATA, "--l1.port=0", "--l2.port=0", "--rpc.port=0", `--data-dir=${join(dataDir, "shared")}`, ...flags]);

  it("serves one devnet at a time, goes on with what it was made with, and takes a first start anew that was cut off", async () => {
    const folder = join(dataDir, "shared");
    const first = start(["--chains=903", "--l1.block-time=1"]);
    await first.line((line) => line.startsWith("{"));
    expect(await start([]).finished()).toMatchObject({ code: 1, stderr: `pangaea: the folder ${folder} is in use by process ${first.child.pid}: stop that, or give another --data-dir\n` });
    expect((await first.stop()).code).toBe(0);
    expect((await start(["--chains=901"]).finished()).stderr).toMatch(/--chains 901: the devnet in .*shared was made with 903: leave the flag out/);

    const second = start([]);
    const ready = JSON.parse(await second.line((line) => line.startsWith("{"))) as ReadyLine;
    expect(ready.chains.map(({ chainId }) => chainId)).toEqual([903]);
    await until("the chain goes on", async () => (await rpc<Status>(ready.chains[0]!.node, "optimism_syncStatus")).safe_l2.number > 0);
    expect((await second.stop()).code).toBe(0);

    for (const part of ["devnet.json", "903", "interop", "relayer"]) rmSync(join(folder, part), { recursive: true });
    const anew = start(["--chains=903"]);
    const again = JSON.parse(await anew.line((line) => line.startsWith("{"))) as ReadyLine;
    await until("the chain that was set up anew becomes safe", async () => (await rpc<Status>(again.chains[0]!.node, "optimism_syncStatus")).safe_l2.number > 0);
    expect((await anew.stop()).code).toBe(0);
  });
});

describe("Ctrl-C", () => {
  it("stops everything in order within three seconds, with the batchers' last data on L1", async () => {
    const devnet = await Devnet.start(["--chains=901", "--l1.block-time=6", CALLDATA, `--data-dir=${join(dataDir, "flush")}`]);
    const { chainId, url } = devnet.chain(0);
    const hash = await walletClient(chainId, url, 1).sendTransaction({ chain: viemChain(chainId, url), to: account(2).address, value: 1n });
    const receipt = await publicClient(chainId, url).waitForTransactionReceipt({ hash });
    const started = process.hrtime.bigint();
    expect((await devnet.program.stop("SIGINT")).code).toBe(0);
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(3);

    const second = await Devnet.start([`--data-dir=${join(dataDir, "flush")}`, "--l1.block-time=6", "--batcher.stopped"]);
    try {
      await second.untilSafe(0, Number(receipt.blockNumber));
      expect(await second.blockHash(0, Number(receipt.blockNumber))).toBe(receipt.blockHash);
    } finally {
      await second.stop();
    }
  });

  it("leaves nothing behind of a devnet that keeps nothing", async () => {
    const devnet = await Devnet.start([CALLDATA, "--chains=901"]);
    const { configDir } = devnet.ready;
    expect(existsSync(configDir)).toBe(true);
    expect((await devnet.program.stop("SIGINT")).code).toBe(0);
    expect(existsSync(configDir)).toBe(false);
  });
});
