import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { createPublicClient, encodeFunctionData, type Hex, parseAbi, parseEther, parseEventLogs, webSocket } from "viem";
import { getL2TransactionHash, getWithdrawals, publicActionsL1, publicActionsL2, walletActionsL1, walletActionsL2 } from "viem/op-stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, account, Devnet, type Head, publicClient, rpc, type Status, viemChain, walletClient } from "./support/devnet.ts";
import { until } from "./support/program.ts";

const MESSAGE_PASSER = "0x4200000000000000000000000000000000000016";
const WETH = "0x4200000000000000000000000000000000000006";
const WETH_ABI = parseAbi(["function deposit() payable", "function transfer(address,uint256) returns (bool)", "event Transfer(address indexed src, address indexed dst, uint256 wad)"]);

describe("public clients, unchanged, against a devnet's ports", () => {
  let devnet: Devnet;
  let url = "";
  let node = "";

  beforeAll(async () => {
    devnet = await Devnet.start([CALLDATA]);
    ({ url, node } = devnet.chain(0));
  });
  afterAll(() => devnet.stop());

  const l2 = () => publicClient(901, url).extend(publicActionsL2());
  const chain = () => viemChain(901, url);

  it("viem's op-stack actions price a transaction: what L1, the operator and execution cost", async () => {
    const client = l2();
    const request = { account: account(4), to: account(5).address, value: 1n, chain: null, gasPriceOracleAddress: "0x420000000000000000000000000000000000000F", l1BlockAddress: "0x4200000000000000000000000000000000000015" } as const;
    const [l1Fee, l1Gas, operatorFee, totalFee, totalGas, l1BaseFee] = await Promise.all([
      client.estimateL1Fee(request), client.estimateL1Gas(request), client.estimateOperatorFee(request), client.estimateTotalFee(request), client.estimateTotalGas(request), client.getL1BaseFee({ chain: null, gasPriceOracleAddress: request.gasPriceOracleAddress }),
    ]);
    expect(l1Fee).toBeGreaterThan(0n);
    expect(l1Gas).toBeGreaterThan(0n);
    expect(operatorFee).toBe(0n);
    expect(totalFee).toBeGreaterThan(l1Fee);
    expect(totalGas).toBeGreaterThanOrEqual(21_000n);
    expect(l1BaseFee).toBeGreaterThan(0n);
    const call = { ...request, address: WETH, abi: WETH_ABI, functionName: "deposit", value: 1n } as const;
    expect(await client.estimateContractL1Fee(call)).toBeGreaterThan(0n);
    expect(await client.estimateContractL1Gas(call)).toBeGreaterThan(0n);
    expect(await client.estimateContractTotalFee(call)).toBeGreaterThan(0n);
    expect(await client.estimateContractTotalGas(call)).toBeGreaterThan(21_000n);
  });

  it("viem's op-stack actions build a deposit, estimate it and follow it to L2", async () => {
    const { contracts } = devnet.chain(0);
    const l1 = publicClient(900, devnet.ready.l1.url).extend(publicActionsL1());
    const wallet = walletClient(900, devnet.ready.l1.url, 3).extend(walletActionsL1());
    const deposit = await l2().buildDepositTransaction({ account: account(3), chain: null, mint: parseEther("1"), to: account(9).address });
    const gas = await l1.estimateDepositTransactionGas({ account: account(3), portalAddress: contracts.optimismPortal, request: deposit.request } as never);
    const hash = await wallet.depositTransaction({ ...deposit, portalAddress: contracts.optimismPortal, chain: null, gas: gas * 2n } as never);
    const { logs } = await l1.waitForTransactionReceipt({ hash });
    const [log] = parseEventLogs({ abi: parseAbi(["event TransactionDeposited(address indexed from, address indexed to, uint256 indexed version, bytes opaqueData)"]), logs });
    const receipt = await l2().waitForTransactionReceipt({ hash: getL2TransactionHash({ log: log as never }) });
    expect(receipt.status).toBe("success");
    expect(await l2().getTransaction({ hash: receipt.transactionHash })).toMatchObject({ typeHex: "0x7e" });
  });

  it("viem's op-stack actions begin a withdrawal, whose proof the output root commits to", async () => {
    const client = l2();
    const wallet = walletClient(901, url, 3).extend(walletActionsL2());
    const request = await publicClient(900, devnet.ready.l1.url).extend(publicActionsL1()).buildInitiateWithdrawal({ account: account(3), chain: null, to: account(3).address, value: 5n });
    expect(await client.estimateInitiateWithdrawalGas({ ...request, account: account(3) } as never)).toBeGreaterThan(21_000n);
    const receipt = await client.waitForTransactionReceipt({ hash: await wallet.initiateWithdrawal({ ...request, chain: chain() } as never) });
    const [withdrawal] = getWithdrawals(receipt);
    expect(withdrawal).toMatchObject({ value: 5n, target: account(3).address });
    const output = await rpc<{ outputRoot: Hex; withdrawalStorageRoot: Hex }>(node, "optimism_outputAtBlock", [`0x${receipt.blockNumber.toString(16)}`]);
    const proof = await client.getProof({ address: MESSAGE_PASSER, storageKeys: [], blockNumber: receipt.blockNumber });
    expect(proof.storageHash).toBe(output.withdrawalStorageRoot);
    const built = await client.buildProveWithdrawal({ withdrawal: withdrawal!, account: account(3), output: { l2BlockNumber: receipt.blockNumber, outputIndex: 0n, outputRoot: output.outputRoot, timestamp: 0n } } as never);
    expect(built.withdrawalProof.length).toBeGreaterThan(0);
    expect(built.outputRootProof.messagePasserStorageRoot).toBe(output.withdrawalStorageRoot);
  });

  it("viem hears of heads, logs and waiting transactions over WebSocket, on L2 and of heads on L1", async () => {
    const open = (port: string, chainId: number) => createPublicClient({ chain: viemChain(chainId, port), transport: webSocket(port.replace("http", "ws"), { reconnect: false }) });
    const [socket, l1] = [open(url, 901), open(devnet.ready.l1.url, 900)];
    const heard = { heads: 0, l1Heads: 0, transfers: [] as bigint[], waiting: [] as Hex[] };
    const stops = [
      socket.watchBlocks({ onBlock: () => void heard.heads++ }), l1.watchBlockNumber({ onBlockNumber: () => void heard.l1Heads++ }),
      socket.watchContractEvent({ address: WETH, abi: WETH_ABI, eventName: "Transfer", onLogs: (logs) => heard.transfers.push(...logs.map(({ args }) => args.wad!)) }),
      socket.watchPendingTransactions({ onTransactions: (hashes) => heard.waiting.push(...hashes) }),
    ];
    await socket.getBlockNumber();
    const wallet = walletClient(901, url, 6);
    await l2().waitForTransactionReceipt({ hash: await wallet.writeContract({ address: WETH, abi: WETH_ABI, functionName: "deposit", value: 10n, chain: chain() }) });
    const hash = await wallet.writeContract({ address: WETH, abi: WETH_ABI, functionName: "transfer", args: [account(7).address, 4n], chain: chain() });
    await until("all is heard", async () => heard.heads > 1 && heard.l1Heads > 0 && heard.transfers.length > 0 && heard.waiting.includes(hash));
    expect(heard.transfers).toEqual([4n]);
    for (const stop of stops) stop();
    for (const client of [socket, l1]) (await (client.transport as unknown as { getRpcClient(): Promise<{ close(): void }> }).getRpcClient()).close();
  });

  it("viem's public actions read blocks by every label, which are the node's", async () => {
    await devnet.untilFinalized(0, 1);
    const client = l2();
    const status = await devnet.status(0);
    const at = async (blockTag: "latest" | "safe" | "finalized" | "earliest" | "pending") => Number((await client.getBlock({ blockTag })).number);
    expect(await at("earliest")).toBe(0);
    expect(await at("finalized")).toBeGreaterThanOrEqual(status.finalized_l2.number);
    expect(await at("safe")).toBeGreaterThanOrEqual(status.safe_l2.number);
    expect(await at("latest")).toBeGreaterThanOrEqual(status.unsafe_l2.number);
    expect(await at("pending")).toBeGreaterThanOrEqual(status.unsafe_l2.number);
    expect((await client.getFeeHistory({ blockCount: 3, rewardPercentiles: [50] })).baseFeePerGas).toHaveLength(4);
    expect(await client.getBlockTransactionCount()).toBeGreaterThan(0);
  });

  it("the pool and traces answer where they are served, as geth does", async () => {
    const wallet = walletClient(901, url, 8);
    const ahead = await wallet.sendTransaction({ to: account(1).address, value: 1n, nonce: 7, gas: 21_000n, chain: chain() });
    expect(await rpc(url, "txpool_status")).toMatchObject({ queued: "0x1" });
    expect(await rpc(url, "txpool_contentFrom", [account(8).address])).toMatchObject({ queued: { 7: { hash: ahead, blockNumber: null } } });
    const hash = await wallet.sendTransaction({ to: WETH, data: encodeFunctionData({ abi: WETH_ABI, functionName: "deposit" }), value: 3n, nonce: 0, chain: chain() });
    const { gasUsed } = await l2().waitForTransactionReceipt({ hash });
    expect(await rpc(url, "debug_traceTransaction", [hash, { tracer: "callTracer" }])).toMatchObject({ type: "CALL", to: WETH, value: "0x3", gasUsed: `0x${gasUsed.toString(16)}` });
    const steps = await rpc<{ gas: number; structLogs: unknown[] }>(url, "debug_traceTransaction", [hash]);
    expect([steps.gas, steps.structLogs.length > 10]).toEqual([Number(gasUsed), true]);
    expect(await rpc(url, "debug_traceCall", [{ from: account(8).address, to: WETH, value: "0x1" }, "latest", { tracer: "callTracer" }])).toMatchObject({ to: WETH, value: "0x1" });
  });

  it("a page of another origin may ask the L2 port, and may not ask the node's", async () => {
    const preflight = (to: string) => fetch(to, { method: "OPTIONS", headers: { origin: "http://example.org", "access-control-request-method": "POST", "access-control-request-headers": "content-type" } });
    const headers = (await preflight(url)).headers;
    expect([headers.get("access-control-allow-origin"), headers.get("access-control-allow-headers")]).toEqual(["*", "content-type"]);
    expect((await preflight(node)).headers.get("access-control-allow-origin")).toBeNull();
  });

  it("cast sends on both L2s and on L1, and reads what it sent", async () => {
    const program = createRequire(import.meta.url).resolve("@foundry-rs/cast/package.json").replace(/package\.json$/, "bin.mjs");
    const cast = async (at: string, ...args: readonly string[]): Promise<string> => (await promisify(execFile)(process.execPath, [program, ...args, "--rpc-url", at])).stdout.trim();
    const key = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    for (const [at, chainId] of [[url, "901"], [devnet.chain(1).url, "902"], [devnet.ready.l1.url, "900"]] as const) {
      expect(await cast(at, "chain-id")).toBe(chainId);
      const sent = JSON.parse(await cast(at, "send", account(2).address, "--value", "1", "--private-key", key, "--json")) as { readonly status: Hex; readonly transactionHash: Hex };
      expect(sent.status).toBe("0x1");
      expect(await cast(at, "tx", sent.transactionHash, "value")).toBe("1");
    }
  });

  it("the node answers each of its methods as op-node does", async () => {
    const { safe_l2: safe } = await devnet.untilSafe(0, 3);
    const record = await rpc<{ l1Block: { hash: Hex; number: number }; safeHead: { hash: Hex; number: number } }>(node, "optimism_safeHeadAtL1Block", [`0x${(await devnet.status(0)).current_l1.number.toString(16)}`]);
    expect([Object.keys(record.l1Block), Object.keys(record.safeHead)]).toEqual([["number", "hash"], ["hash", "number"]]);
    expect(record.safeHead.hash).toBe(await devnet.blockHash(0, record.safeHead.number));
    const output = await rpc<{ version: Hex; blockRef: Head; syncStatus: Status }>(node, "optimism_outputAtBlock", [`0x${safe.number.toString(16)}`]);
    expect(Object.keys(output).sort()).toEqual(["blockRef", "outputRoot", "stateRoot", "syncStatus", "version", "withdrawalStorageRoot"]);
    expect(output.blockRef).toEqual(safe);
    expect(await rpc(node, "optimism_rollupConfig")).toMatchObject({ l2_chain_id: 901, l1_chain_id: 900, genesis: { system_config: { batcherAddr: devnet.chain(0).contracts.batcher } } });
    expect(await rpc(node, "optimism_version")).toMatch(/^\d+\.\d+\.\d+/);
  });

  it("admin methods stop and start the sequencer on its head, refuse what is no unsafe block and set the log level", async () => {
    expect(await rpc(node, "admin_sequencerActive")).toBe(true);
    await expect(rpc(node, "admin_startSequencer", [`0x${"00".repeat(32)}`])).rejects.toThrow("sequencer already running");
    const head = await rpc<Hex>(node, "admin_stopSequencer");
    expect(await devnet.blockHash(0, (await devnet.status(0)).unsafe_l2.number)).toBe(head);
    await expect(rpc(node, "admin_stopSequencer")).rejects.toThrow("sequencer not running");
    await expect(rpc(node, "admin_startSequencer", [`0x${"00".repeat(32)}`])).rejects.toThrow(`block hash does not match: head ${head}`);
    await expect(rpc(node, "admin_postUnsafePayload", [{ executionPayload: {} }])).rejects.toThrow(/execution payload/);
    expect(await rpc(node, "admin_setRecoverMode", [true])).toBeNull();
    expect(await rpc(node, "admin_setRecoverMode", [false])).toBeNull();
    await until("the sequencer starts on the unsafe head", async () => (await rpc(node, "admin_startSequencer", [(await devnet.status(0)).unsafe_l2.hash])) === null);
    expect(await rpc(node, "admin_resetDerivationPipeline")).toBeNull();

    expect(devnet.program.stderr).not.toContain("DEBUG");
    expect(await rpc(node, "admin_setLogLevel", ["DEBUG"])).toBeNull();
    await until("what the sequencer does is logged", async () => devnet.program.stderr.includes("DEBUG sequenced chain=901"));
    await expect(rpc(node, "admin_setLogLevel", ["loud"])).rejects.toThrow('there is no log level "loud"; the levels are debug, info, warn, error');
    await rpc(node, "admin_setLogLevel", ["warn"]);
    await devnet.untilSafe(0, (await devnet.status(0)).unsafe_l2.number + 1);
  });

  it("each chain's readiness says what it lacks, the whole's says of whom, and an unknown chain has none", async () => {
    const { url: supernode } = devnet.ready.supernode;
    const ready = async (path: string) => {
      const response = await fetch(`${supernode}${path}`);
      return [response.status, response.headers.get("content-type")?.startsWith("application/json") === true ? await response.json() : await response.text()];
    };
    expect(await ready("/readyz/901")).toEqual([200, { ready: true, missing: [] }]);
    expect(await ready("/readyz/77")).toEqual([404, expect.stringContaining("/readyz/77")]);
    await rpc(supernode, "devnet_stop", [902, "execution"]);
    expect(await until("the node has stopped", async () => {
      const answer = await ready("/readyz/902");
      return JSON.stringify(answer).includes("paused") && answer;
    })).toEqual([503, { ready: false, missing: ["the node is paused"] }]);
    expect(await ready("/readyz")).toEqual([503, { ready: false, missing: expect.arrayContaining(["chain 902: the node is paused"]) }]);
    expect(await ready("/readyz/901")).toEqual([200, { ready: true, missing: [] }]);
    const metrics = await (await fetch(`${supernode}/metrics`)).text();
    expect(metrics).toMatch(/^pangaea_l2_head_number\{label="safe",chain="901"\} \d+$/m);
    expect(metrics).not.toMatch(/pangaea_l2_head_number\{.*chain="902"/);
    await rpc(supernode, "devnet_start", [902, "execution"]);
    await until("all is ready again", async () => (await ready("/readyz"))[0] === 200);
  });
});
