import { FORKS } from "@pangaea/config";
import { parseEther, toHex } from "viem";
import { walletActionsL1 } from "viem/op-stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, Devnet, publicClient, rpc, viemChain, walletClient } from "./support/devnet.ts";
import { until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

/** Seconds from one activation to the next, and so L1 blocks and L2 blocks. */
const INTERVAL = 3;
const LATER = FORKS.slice(1);
const forkFlag = LATER.map((fork, i) => `${fork}=${INTERVAL * (i + 2)}`).join(",");
const end = INTERVAL * (LATER.length + 3);

describe("a devnet that starts at Bedrock and activates every fork", () => {
  let devnet: Devnet;
  beforeAll(async () => {
    devnet = await Devnet.start(["--chains=901", "--l2.block-time=1", `--fork=${forkFlag}`]);
  });
  afterAll(() => devnet.stop());

  const block = (number: number) => rpc<{ hash: string; transactions: readonly string[]; timestamp: string }>(devnet.chain(0).url, "eth_getBlockByNumber", [toHex(number), false]);

  it("takes transfers and deposits all the way, and has all of it safe", async () => {
    const { chainId, url, contracts } = devnet.chain(0);
    const [user, l2] = [walletClient(chainId, url, 1), publicClient(chainId, url)];
    const depositor = walletClient(900, devnet.ready.l1.url, 2).extend(walletActionsL1());
    let sent = 0;
    for (let reached = 0; reached < end; sent++) {
      const hash = await user.sendTransaction({ chain: viemChain(chainId, url), to: account(9).address, value: 1n });
      if (sent % 4 === 0) await depositor.depositTransaction({ portalAddress: contracts.optimismPortal, targetChain: undefined, chain: null, request: { to: account(8).address, mint: parseEther("2"), value: parseEther("1"), gas: 100_000n }, gas: 300_000n } as never);
      const receipt = await l2.waitForTransactionReceipt({ hash });
      expect(receipt.status).toBe("success");
      reached = Number(receipt.blockNumber);
    }
    await devnet.untilSafe(0, end);
    const before = await l2.getBalance({ address: account(9).address });
    expect(before).toBe(parseEther("10000") + BigInt(sent));
    await until("deposits have arrived", async () => (await l2.getBalance({ address: account(8).address })) > parseEther("10000"));
    expect(devnet.program.stderr).not.toMatch(/starts over|does not hold|ERROR/);
  });

  it("has the upgrade transactions of each fork in its first block", async () => {
    const counts = await Promise.all(LATER.map(async (fork, i) => [fork, (await block(INTERVAL * (i + 2))).transactions.length] as const));
    const least = { ecotone: 7, fjord: 4, isthmus: 9, jovian: 6, karst: 32, lagoon: 29 };
    for (const [fork, count] of counts) expect(count).toBeGreaterThanOrEqual(fork in least ? least[fork as keyof typeof least] : 1);
  });

  it("is derived from L1 by another node to the same blocks", async () => {
    const second = await Secondary.start(devnet);
    try {
      await second.untilSafe(0, end);
      for (let number = 1; number <= end; number++) expect(await second.blockHash(0, number)).toBe(await devnet.blockHash(0, number));
      expect(second.program.stderr).not.toMatch(/starts over|does not hold|ERROR/);
    } finally {
      await second.stop();
    }
  });
});
