import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { account, Devnet, publicClient, viemChain, walletClient } from "./support/devnet.ts";

const folder = mkdtempSync(join(tmpdir(), "pangaea-stand-ins-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WITHOUT_NATIVES = { NODE_OPTIONS: `--require=${fileURLToPath(new URL("./support/without-natives.cjs", import.meta.url))}` };

it("without its native libraries a devnet says so, puts its blobs on L1 all the same and goes on from its data", async () => {
  const start = () => Devnet.start(["--chains=901", "--l1.block-time=2", `--data-dir=${folder}`], WITHOUT_NATIVES);
  const first = await start();
  for (const missing of [/KZG runs in WebAssembly.*node-eth-kzg/, /stores are kept in memory and in a log.*lmdb/, /signatures are recovered in JavaScript.*secp256k1/]) expect(first.program.stderr).toMatch(missing);
  const { url } = first.chain(0);
  const hash = await walletClient(901, url, 1).sendTransaction({ chain: viemChain(901, url), to: account(2).address, value: 1n });
  const receipt = await publicClient(901, url).waitForTransactionReceipt({ hash });
  const { safe_l2: safe } = await first.untilSafe(0, Number(receipt.blockNumber), 120);
  await first.program.stop("SIGKILL");

  const second = await start();
  try {
    expect((await publicClient(901, second.chain(0).url).getTransactionReceipt({ hash })).blockHash).toBe(receipt.blockHash);
    await second.untilSafe(0, safe.number + 1, 120);
    expect(await second.blockHash(0, safe.number)).toBe(safe.hash);
  } finally {
    await second.stop();
  }
});
