import { encodeFunctionData, parseEther, parseGwei, type Hex } from "viem";
import { getL2TransactionHashes, publicActionsL1, publicActionsL2, walletActionsL1 } from "viem/op-stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, Devnet, publicClient, rpc, type Status, viemChain, walletClient } from "./support/devnet.ts";
import { Program, until } from "./support/program.ts";

/** Creates a contract whose code is a lone STOP. */
const CREATE_STOP: Hex = "0x6001600c60003960016000f300";
/** Init code that reverts. */
const CREATE_REVERT: Hex = "0x60006000fd";

describe("a cluster of two chains, from nothing", () => {
  let devnet: Devnet;

  beforeAll(async () => {
    devnet = await Devnet.start();
  });
  afterAll(() => devnet.stop());

  /** Transactions of every kind on one chain; gives the number of the block that holds the last. */
  async function traffic(index: number, sender: number): Promise<number> {
    const { chainId, url } = devnet.chain(index);
    const client = publicClient(chainId, url);
    const wallet = walletClient(chainId, url, sender);
    const chain = viemChain(chainId, url);
    const fees = { maxFeePerGas: parseGwei("5"), maxPriorityFeePerGas: parseGwei("0.001"), chain };
    const hashes = [
      await wallet.sendTransaction({ ...fees, to: account(9).address, value: parseEther("1") }),
      await wallet.sendTransaction({ ...fees, data: CREATE_STOP, gas: 200_000n }),
      await wallet.sendTransaction({ ...fees, data: CREATE_REVERT, gas: 100_000n }),
      await wallet.sendTransaction({ ...fees, to: account(8).address, value: 1n, gas: 60_000n, accessList: [{ address: account(8).address, storageKeys: [`0x${"11".repeat(32)}`] }] }),
      await wallet.sendTransaction({ chain, to: account(7).address, value: 2n, gasPrice: parseGwei("3"), type: "legacy" }),
    ];
    const authorization = await wallet.signAuthorization({ account: wallet.account, contractAddress: account(6).address, executor: "self" });
    hashes.push(await wallet.sendTransaction({ ...fees, to: account(5).address, gas: 120_000n, authorizationList: [authorization] }));
    const receipts = await Promise.all(hashes.map((hash) => client.waitForTransactionReceipt({ hash })));
    expect(receipts.map(({ status }) => status)).toEqual(["success", "success", "reverted", "success", "success", "success"]);
    expect((await client.getCode({ address: wallet.account.address }))?.slice(0, 8)).toBe("0xef0100");
    return Math.max(...receipts.map(({ blockNumber }) => Number(blockNumber)));
  }

  it("takes transactions of every kind on both chains; safe passes them, then finalized", async () => {
    const blocks = await Promise.all([traffic(0, 1), traffic(1, 2)]);
    await Promise.all(blocks.map((block, i) => devnet.untilSafe(i, block)));
    await Promise.all(blocks.map((block, i) => devnet.untilFinalized(i, block)));
  });

  it("includes a deposit from L1, and one that fails mints all the same", async () => {
    const { chainId, url, contracts } = devnet.chain(0);
    const l1 = publicClient(900, devnet.ready.l1.url).extend(publicActionsL1());
    const wallet = walletClient(900, devnet.ready.l1.url, 3).extend(walletActionsL1());
    const l2 = publicClient(chainId, url);
    const to = "0x00000000000000000000000000000000000d0001";
    const hash = await wallet.depositTransaction({ portalAddress: contracts.optimismPortal, targetChain: undefined, chain: null, request: { to, mint: parseEther("2"), value: parseEther("1"), gas: 100_000n }, gas: 300_000n } as never);
    const receipt = await l1.waitForTransactionReceipt({ hash });
    expect(receipt.status).toBe("success");
    const [l2Hash] = getL2TransactionHashes({ logs: receipt.logs });
    const l2Receipt = await l2.waitForTransactionReceipt({ hash: l2Hash! });
    expect(l2Receipt.status).toBe("success");
    expect(await l2.getBalance({ address: to })).toBe(parseEther("1"));

    const before = await l2.getBalance({ address: account(3).address });
    const failing = await wallet.depositTransaction({ portalAddress: contracts.optimismPortal, chain: null, request: { to, mint: parseEther("1"), value: parseEther("50000"), gas: 100_000n }, gas: 300_000n } as never);
    const [failedHash] = getL2TransactionHashes({ logs: (await l1.waitForTransactionReceipt({ hash: failing })).logs });
    expect((await l2.waitForTransactionReceipt({ hash: failedHash! })).status).toBe("reverted");
    expect(await l2.getBalance({ address: account(3).address })).toBe(before + parseEther("1"));
  });

  it("answers viem's op-stack actions: L1 fees are estimated and charged", async () => {
    const { chainId, url } = devnet.chain(1);
    const l2 = publicClient(chainId, url).extend(publicActionsL2());
    const request = { account: account(4), to: account(5).address, value: 1n, data: encodeFunctionData({ abi: [{ type: "function", name: "f", inputs: [{ type: "bytes32" }], outputs: [], stateMutability: "nonpayable" }], args: [`0x${"ab".repeat(32)}`] }) };
    expect(await l2.estimateL1Fee({ ...request, chain: null, gasPriceOracleAddress: "0x420000000000000000000000000000000000000F" })).toBeGreaterThan(0n);
  });

  it("gives a second supernode with empty stores, which has only L1, the same chains block for block", async () => {
    const flags = devnet.ready.chains.flatMap(({ chainId, rollupConfig, genesis }) => [`--vn.${chainId}.rollup.config=${rollupConfig}`, `--vn.${chainId}.l2.genesis=${genesis}`, `--vn.${chainId}.l2.rpc.port=0`]);
    const second = new Program(["supernode", `--chains=${devnet.ready.chains.map(({ chainId }) => chainId).join(",")}`, `--l1=${devnet.ready.l1.url}`, `--l1.beacon=${devnet.ready.l1.beacon}`, "--rpc.port=0", "--l1.http-poll-interval=200", ...flags]);
    try {
      const { url } = JSON.parse(await second.line((line) => line.startsWith("{"))) as { url: string };
      const [lastA, lastB] = await Promise.all([traffic(0, 4), traffic(1, 4)]);
      for (const [index, last] of [[0, lastA], [1, lastB]] as const) {
        const reached = await until(`the second supernode's safe head of chain ${devnet.chain(index).chainId} reaches ${last}`, async () => {
          const status = await rpc<Status>(`${url}/${devnet.chain(index).chainId}/`, "optimism_syncStatus");
          return status.safe_l2.number >= last && status;
        });
        expect(reached.safe_l2.hash).toBe(await devnet.blockHash(index, reached.safe_l2.number));
      }
    } finally {
      await second.stop();
    }
  });

  it("goes back and comes again when an L1 reorg takes batches away", async () => {
    const before = await devnet.untilSafe(0, (await devnet.status(0)).safe_l2.number + 1);
    const { oldHead } = await rpc<{ oldHead: { hash: string; number: number } }>(devnet.ready.supernode.url, "devnet_reorgL1", [3]);
    await until("L1 has other blocks", async () => (await devnet.l1<{ hash: string } | null>("eth_getBlockByNumber", [`0x${oldHead.number.toString(16)}`, false]))?.hash !== oldHead.hash);
    const target = before.unsafe_l2.number + 5;
    for (const index of [0, 1]) {
      const after = await devnet.untilSafe(index, target, 90);
      const l1Block = await devnet.l1<{ hash: string }>("eth_getBlockByNumber", [`0x${after.safe_l2.l1origin.number.toString(16)}`, false]);
      expect(after.safe_l2.l1origin.hash).toBe(l1Block.hash);
      expect(after.finalized_l2.number).toBeLessThanOrEqual(after.safe_l2.number);
      expect(after.safe_l2.number).toBeLessThanOrEqual(after.unsafe_l2.number);
    }
    expect(await (await fetch(`${devnet.ready.supernode.url}/metrics`)).text(), "no node was started again").not.toMatch(/virtual_node_restarts_total\{.*\} [1-9]/);
  });

  it("tells its health, readiness and metrics", async () => {
    const { url } = devnet.ready.supernode;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true, missing: [] });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/pangaea_l2_head_number\{label="safe",chain="902"\} \d+/);
    expect(await rpc(url, "heartbeat_check")).toMatch(/^0x[0-9a-f]{8}$/);
    expect(await rpc<{ chain_ids: string[] }>(url, "supernode_syncStatus")).toMatchObject({ chain_ids: ["901", "902"] });
  });
});
