import { getL2TransactionHashes, publicActionsL1, walletActionsL1 } from "viem/op-stack";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, Devnet, publicClient, rpc, viemChain, walletClient } from "./support/devnet.ts";
import { until } from "./support/program.ts";

/** L1 blocks. */
const WINDOW = 8;

describe("a chain whose sequencer and batcher stand still", () => {
  let devnet: Devnet;

  beforeAll(async () => {
    devnet = await Devnet.start([
      "--chains=901", `--seq-window=${WINDOW}`, "--batcher.sub-safety-margin=1", "--batcher.data-availability-type=calldata", "--batcher.poll-interval=100ms", "--batcher.txmgr.receipt-query-interval=100ms",
    ]);
  });
  afterAll(() => devnet.stop());

  it("takes a deposit from L1 when the sequencing window ends, and goes on when they start again", async () => {
    const { node, url, contracts } = devnet.chain(0);
    const l2 = publicClient(901, url);
    await rpc(node, "admin_stopSequencer");
    await rpc(node, "admin_stopBatcher");
    expect(await rpc(node, "admin_sequencerActive")).toBe(false);
    const stopped = (await devnet.status(0)).unsafe_l2;

    const l1 = publicClient(900, devnet.ready.l1.url).extend(publicActionsL1());
    const wallet = walletClient(900, devnet.ready.l1.url, 3).extend(walletActionsL1());
    const to = "0x00000000000000000000000000000000000d0002";
    const hash = await wallet.depositTransaction({ portalAddress: contracts.optimismPortal, chain: null, request: { to, mint: parseEther("1"), value: parseEther("1"), gas: 100_000n }, gas: 300_000n } as never);
    const deposited = await l1.waitForTransactionReceipt({ hash });
    expect(deposited.status).toBe("success");
    const [l2Hash] = getL2TransactionHashes({ logs: deposited.logs });
    const receipt = await l2.waitForTransactionReceipt({ hash: l2Hash!, timeout: 60_000 });
    expect([receipt.status, await l2.getBalance({ address: to })]).toEqual(["success", parseEther("1")]);

    const included = await devnet.untilSafe(0, Number(receipt.blockNumber));
    expect(included.current_l1.number).toBeGreaterThan(Number(deposited.blockNumber) + WINDOW - 1);
    expect(included.safe_l2.hash).toBe(await devnet.blockHash(0, included.safe_l2.number));
    for (let number = stopped.number + 1; number < Number(receipt.blockNumber); number++) {
      const block = await rpc<{ transactions: readonly unknown[] }>(url, "eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
      expect(block.transactions).toHaveLength(1);
    }

    await rpc(node, "admin_setRecoverMode", [true]);
    await until("the sequencer is started on the unsafe head", async () => (await rpc(node, "admin_startSequencer", [(await devnet.status(0)).unsafe_l2.hash])) === null);
    await rpc(node, "admin_startBatcher");
    const head = await devnet.untilSafe(0, included.safe_l2.number + 2 * WINDOW);
    await rpc(node, "admin_setRecoverMode", [false]);
    const transfer = await walletClient(901, url, 1).sendTransaction({ chain: viemChain(901, url), to: account(2).address, value: 1n });
    const { blockNumber } = await l2.waitForTransactionReceipt({ hash: transfer });
    expect(Number(blockNumber)).toBeGreaterThan(head.safe_l2.number);
    const safe = await devnet.untilSafe(0, Number(blockNumber));
    expect((await l2.getTransactionReceipt({ hash: transfer })).blockHash).toBe(await devnet.blockHash(0, Number(blockNumber)));
    expect(safe.safe_l2.timestamp).toBeGreaterThan(head.safe_l2.timestamp);
  });
});
