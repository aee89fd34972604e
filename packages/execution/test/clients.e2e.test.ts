import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { bytesToHex, type Hex } from "@pangaea/primitives";
import { type Account, type Chain, createPublicClient, createWalletClient, defineChain, http, parseEther, parseGwei, type PublicClient, type Transport, webSocket, type WalletClient } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { chainConfig } from "viem/op-stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExecutionService, startExecutionService } from "../src/index.ts";
import { alice, bob, CHAIN_ID, extend, testConfig, testGenesis, TOOL } from "./support/chain.ts";

const WORD: Hex = `0x${"01".repeat(32)}`;

describe("clients that others wrote, unchanged, against the served execution layer", () => {
  let service: ExecutionService;
  let url: string;
  let wallet: WalletClient<Transport, Chain, Account>;
  let client: PublicClient<Transport, Chain>;
  let chain: Chain;

  beforeAll(async () => {
    service = await startExecutionService({ config: testConfig(), genesis: testGenesis(), rpc: { host: "127.0.0.1", port: 0 } });
    url = `http://127.0.0.1:${service.rpcPort}`;
    chain = defineChain({ ...chainConfig, id: CHAIN_ID, name: "test", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: [url] } } });
    client = createPublicClient({ chain, transport: http(), pollingInterval: 20 });
    wallet = createWalletClient({ chain, transport: http(), account: privateKeyToAccount(bytesToHex(alice.key)) });
    // Every transaction that enters the pool gets a block of its own.
    service.layer.pool.onAdded(() => queueMicrotask(() => void extend(service.layer)));
  });
  afterAll(() => service.close());

  it("viem sends, waits for the receipt, and reads it all back", async () => {
    const hash = await wallet.sendTransaction({ to: bob.address, value: parseEther("1") });
    const receipt = await client.waitForTransactionReceipt({ hash });
    expect(receipt).toMatchObject({ status: "success", from: alice.address, type: "eip1559" });
    expect(await client.getTransaction({ hash })).toMatchObject({ hash, value: parseEther("1"), blockNumber: receipt.blockNumber });
    expect((await client.getBlock({ includeTransactions: true })).transactions.map((one) => one.hash)).toContain(hash);
    expect(await client.getTransactionConfirmations({ hash })).toBeGreaterThan(0n);
    expect(await client.getBalance({ address: bob.address })).toBe(parseEther("101"));
  });

  it("viem sends every type of transaction that L2 takes", async () => {
    const accessList = [{ address: TOOL, storageKeys: [`0x${"01".padStart(64, "0")}`] }] as const;
    for (const send of [
      () => wallet.sendTransaction({ to: TOOL, data: WORD, type: "legacy" }),
      () => wallet.sendTransaction({ to: TOOL, data: WORD, gasPrice: parseGwei("5"), accessList, type: "eip2930" }),
      () => wallet.sendTransaction({ to: TOOL, data: WORD, accessList, type: "eip1559" }),
      async () => wallet.sendTransaction({ to: wallet.account.address, data: WORD, authorizationList: [await wallet.signAuthorization({ contractAddress: TOOL, executor: "self" })], type: "eip7702" }),
      () => wallet.deployContract({ abi: [], bytecode: "0x60015f5360015ff3" }),
    ]) {
      const receipt = await client.waitForTransactionReceipt({ hash: await send() });
      expect(receipt.status).toBe("success");
    }
    expect(await client.getCode({ address: alice.address })).toBe(`0xef0100${TOOL.slice(2)}`);
  });

  it("viem calls, estimates, simulates, proves and reads logs and fees", async () => {
    expect((await client.call({ to: TOOL, data: WORD })).data).toBe(WORD);
    await expect(client.call({ to: TOOL })).rejects.toThrow(/reverted.*no/s);
    expect(await client.estimateGas({ account: bob.address, to: `0x${"99".repeat(20)}`, value: 1n })).toBe(21_000n);
    expect((await client.createAccessList({ to: TOOL, data: WORD })).accessList).toHaveLength(1);
    expect((await client.getProof({ address: TOOL, storageKeys: [WORD] })).accountProof.length).toBeGreaterThan(0);
    expect((await client.getLogs({ address: TOOL, fromBlock: "earliest" })).length).toBeGreaterThan(0);
    const fees = await client.estimateFeesPerGas();
    expect(fees.maxFeePerGas).toBeGreaterThan(fees.maxPriorityFeePerGas);
    expect((await client.getFeeHistory({ blockCount: 4, rewardPercentiles: [25, 75] })).reward).toHaveLength(4);
    const filter = await client.createEventFilter({ address: TOOL });
    expect(await client.getFilterChanges({ filter })).toEqual([]);
    await client.uninstallFilter({ filter });
    expect(await client.request({ method: "web3_clientVersion" } as never)).toMatch(/pangaea/);
  });

  it("viem's op-stack formatters read deposits and L1 fees", async () => {
    const block = await client.getBlock({ blockNumber: 1n, includeTransactions: true });
    expect(block.transactions[0]).toMatchObject({ type: "deposit", typeHex: "0x7e" });
    const receipt = await client.getTransactionReceipt({ hash: block.transactions[1]!.hash });
    expect(receipt).toMatchObject({ l1Fee: expect.any(BigInt), l1GasPrice: expect.any(BigInt) });
  });

  it("viem subscribes over WebSocket", async () => {
    const socket = createPublicClient({ chain, transport: webSocket(url.replace("http", "ws"), { reconnect: false }) });
    const heads: bigint[] = [];
    const logs: unknown[] = [];
    const stopHeads = socket.watchBlockNumber({ onBlockNumber: (number) => heads.push(number) });
    const stopLogs = socket.watchEvent({ address: TOOL, onLogs: (found) => logs.push(...found) });
    await socket.getBlockNumber();
    await client.waitForTransactionReceipt({ hash: await wallet.sendTransaction({ to: TOOL, data: WORD }) });
    await expect.poll(() => [heads.length > 0, logs.length]).toEqual([true, 1]);
    stopHeads();
    stopLogs();
    const transport = await (socket.transport as unknown as { getRpcClient(): Promise<{ close(): void }> }).getRpcClient();
    transport.close();
  });

  it("cast sends, reads, traces and computes", async () => {
    const manifest = createRequire(import.meta.url).resolve("@foundry-rs/cast/package.json");
    const program = manifest.replace(/package\.json$/, "bin.mjs");
    const cast = async (...args: readonly string[]): Promise<string> => (await promisify(execFile)(process.execPath, [program, ...args, "--rpc-url", url])).stdout.trim();
    expect(await cast("chain-id")).toBe("901");
    expect(await cast("balance", bob.address)).toMatch(/^\d+$/);
    const sent = JSON.parse(await cast("send", bob.address, "--value", "1", "--private-key", bytesToHex(bob.key), "--json")) as { readonly status: Hex; readonly transactionHash: Hex };
    expect(sent.status).toBe("0x1");
    expect(await cast("tx", sent.transactionHash, "nonce")).toBe("0");
    expect(await cast("receipt", sent.transactionHash, "status")).toMatch(/^(1|true)/);
    expect(await cast("block", "latest", "--field", "gasLimit")).toBe("30000000");
    expect(await cast("call", TOOL, WORD)).toBe(WORD);
    expect(await cast("storage", TOOL, "1")).toBe(WORD);
  });
});
