import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther } from "viem";
import { afterAll, describe, expect, it } from "vitest";
import { account, Devnet, publicClient, viemChain, walletClient } from "./support/devnet.ts";
import { Program } from "./support/program.ts";

const dataDir = mkdtempSync(join(tmpdir(), "pangaea-restart-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe("a devnet with a data directory", () => {
  it("goes on after kill -9 under load: nothing finalized is lost, hashes are equal, the batcher works on", async () => {
    const first = await Devnet.start([`--data-dir=${dataDir}`]);
    const { chainId, url } = first.chain(0);
    const wallet = walletClient(chainId, url, 1);
    const hash = await wallet.sendTransaction({ chain: viemChain(chainId, url), to: account(2).address, value: parseEther("1") });
    const receipt = await publicClient(chainId, url).waitForTransactionReceipt({ hash });
    const finalized = await first.untilFinalized(0, Number(receipt.blockNumber));
    const hashes = await Promise.all(Array.from({ length: finalized.finalized_l2.number + 1 }, (_, number) => first.blockHash(0, number)));
    const load = Promise.allSettled(Array.from({ length: 50 }, (_, nonce) => wallet.sendTransaction({ chain: viemChain(chainId, url), to: account(3).address, value: 1n, nonce: nonce + 1, gas: 21_000n })));
    first.program.child.kill("SIGKILL");
    await first.program.finished();
    await load;

    const second = await Devnet.start([`--data-dir=${dataDir}`]);
    try {
      expect((await second.status(0)).finalized_l2.number).toBeGreaterThanOrEqual(finalized.finalized_l2.number);
      expect(await Promise.all(hashes.map((_, number) => second.blockHash(0, number)))).toEqual(hashes);
      const now = await second.status(0);
      await second.untilSafe(0, now.unsafe_l2.number + 2, 90);
    } finally {
      await second.stop();
    }
  });
});

describe("Ctrl-C", () => {
  it("stops everything in order within three seconds", async () => {
    const devnet = await Devnet.start();
    const started = process.hrtime.bigint();
    const { code } = await devnet.program.stop("SIGINT");
    expect(code).toBe(0);
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(3);
  });
});

describe("bad input", () => {
  const fails = async (argv: readonly string[], message: RegExp) => {
    const { code, stderr } = await new Program(argv).finished();
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).not.toBe(0);
  };

  it("a wrong flag is named, with the one that was meant", () => fails(["devnet", "--l1.prot=1"], /no flag --l1\.prot; did you mean --l1\.port\?/));
  it("a value out of range is named, with what is wanted", () => fails(["devnet", "--l1.port=70000"], /--l1\.port wants a whole number from 0 to 65535, not "70000"/));
  it("an unknown verb is answered with the verbs there are", () => fails(["devent"], /no verb "devent"; the verbs are devnet, supernode/));
  it("a supernode without its L1 says so", () => fails(["supernode", "--chains=901"], /--l1 is missing/));
  it("a rollup.json that is not there is named", () => fails(["supernode", "--chains=901", "--l1=http://127.0.0.1:1", "--vn.901.rollup.config=/nonexistent.json"], /--vn\.901\.rollup\.config: \/nonexistent\.json cannot be read/));
  it("a port in use is named, with the remedy", async () => {
    const devnet = await Devnet.start();
    try {
      const port = new URL(devnet.ready.supernode.url).port;
      await fails(["devnet", "--l1.port=0", "--l2.port=0", `--rpc.port=${port}`], new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use`));
      const { chainId, rollupConfig, genesis } = devnet.chain(0);
      await fails(["supernode", `--chains=${chainId}`, "--l1=http://127.0.0.1:9", "--rpc.port=0", `--vn.${chainId}.rollup.config=${rollupConfig}`, `--vn.${chainId}.l2.genesis=${genesis}`], /127\.0\.0\.1:9 cannot be reached/);
      await fails(["supernode", `--chains=${chainId}`, `--l1=${devnet.chain(1).url}`, "--rpc.port=0", `--vn.${chainId}.rollup.config=${rollupConfig}`, `--vn.${chainId}.l2.genesis=${genesis}`], /L1 has chain id 902, the rollup configuration says 900/);
    } finally {
      await devnet.stop();
    }
  });
});
