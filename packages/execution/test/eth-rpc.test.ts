import { PREDEPLOYS } from "@pangaea/config";
import { bytesToHex, type Hex, hexToBytes, keccak256Hex, NotFoundError, toQuantity, transactionHash, ZERO_HASH } from "@pangaea/primitives";
import { blockFromJson, receiptsFromJson, type RpcContext, transactionFromJson } from "@pangaea/rpc";
import { describe, expect, it } from "vitest";
import { type EmbeddedExecutionLayer, executionMethods } from "../src/index.ts";
import { alice, attributesAfter, bob, build, carol, creation, deposit, ETHER, extend, GWEI, signed, testLayer, TOOL } from "./support/chain.ts";

type Json = Readonly<Record<string, unknown>>;
const ONES = new Uint8Array(32).fill(1);
const TOPIC: Hex = `0x${"77".padStart(64, "0")}`;

interface Chain {
  readonly layer: EmbeddedExecutionLayer;
  call<T = Json>(method: string, ...params: readonly unknown[]): Promise<T>;
}

function open(): Chain {
  const layer = testLayer();
  const methods = executionMethods(layer);
  return { layer, call: async <T>(method: string, ...params: readonly unknown[]) => (await methods[method]!(params, {})) as T };
}

/** A chain whose block 1 holds a deposit, a call that logs, one that reverts and a creation. */
async function withBlock(): Promise<Chain & { readonly hashes: readonly Hex[] }> {
  const chain = open();
  for (const encoded of [signed(alice, 0, { to: TOOL, data: ONES }), signed(alice, 1, { to: TOOL }), creation(alice, 2, hexToBytes("0x60015f5360015ff3"))]) chain.layer.pool.add(encoded);
  const { payload } = await extend(chain.layer);
  return { ...chain, hashes: payload.transactions.map(transactionHash) };
}

describe("eth_* on blocks and transactions", () => {
  it("gives a block from whose fields its hash, transactions and receipts root can be made again", async () => {
    const { call, layer, hashes } = await withBlock();
    const full = await call("eth_getBlockByNumber", "0x1", true);
    const { header, transactions } = blockFromJson(full);
    expect(transactions.map((one) => transactionHash(transactionFromJson(one)))).toEqual(hashes);
    expect(header.number).toBe(1);
    expect((await call("eth_getBlockByHash", layer.chain.head.hash, false)).transactions).toEqual(hashes);
    expect(Number(full.size)).toBe(((await call<string>("debug_getRawBlock", "latest")).length - 2) / 2);
    expect(keccak256Hex(hexToBytes(await call<string>("debug_getRawHeader", "latest")))).toBe(full.hash);
  });

  it("finds blocks by tag, number and object, and none beyond the head", async () => {
    const { call, layer } = await withBlock();
    for (const tag of ["latest", "pending", "0x1"]) expect((await call("eth_getBlockByNumber", tag, false)).number).toBe("0x1");
    for (const tag of ["safe", "finalized", "earliest"]) expect((await call("eth_getBlockByNumber", tag, false)).number).toBe("0x0");
    expect(await call("eth_getBlockByNumber", "0x2", false)).toBeNull();
    expect(await call("eth_getBlockByHash", ZERO_HASH, false)).toBeNull();
    const genesisHash = layer.chain.genesisHash;
    expect(await call("eth_getBalance", alice.address, { blockHash: genesisHash, requireCanonical: true })).toBe(toQuantity(100n * ETHER));
    await expect(call("eth_getBalance", alice.address, "0x9")).rejects.toBeInstanceOf(NotFoundError);
    await expect(call("eth_getBlockByNumber", "newest", false)).rejects.toThrow(/block number is not a hex quantity: newest/);
  });

  it("refuses a block that a reorg has left when it is asked to be canonical", async () => {
    const { call, layer } = await withBlock();
    const left = layer.chain.head.hash;
    const { payload: genesis } = await layer.payloadByNumber(0);
    const other = await build(layer, genesis, attributesAfter(genesis, { noTxPool: true }));
    await layer.forkchoiceUpdated({ head: other.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
    expect(await call("eth_getTransactionCount", alice.address, { blockHash: left })).toBe("0x3");
    await expect(call("eth_getTransactionCount", alice.address, { blockHash: left, requireCanonical: true })).rejects.toThrow(/not currently canonical/);
  });

  it("gives a transaction by hash and by place, waiting or mined", async () => {
    const { call, layer, hashes } = await withBlock();
    expect(await call("eth_getTransactionByHash", hashes[1])).toMatchObject({ hash: hashes[1], from: alice.address, to: TOOL, blockNumber: "0x1", transactionIndex: "0x1", type: "0x2", nonce: "0x0", gasPrice: toQuantity(layer.chain.head.header.baseFeePerGas! + GWEI) });
    expect(await call("eth_getTransactionByHash", hashes[0])).toMatchObject({ type: "0x7e", sourceHash: ZERO_HASH, from: carol.address, nonce: "0x0", depositReceiptVersion: "0x1" });
    expect(await call("eth_getTransactionByBlockNumberAndIndex", "0x1", "0x3")).toMatchObject({ hash: hashes[3], to: null });
    expect(await call("eth_getTransactionByBlockNumberAndIndex", "0x1", "0x4")).toBeNull();
    expect(await call("eth_getBlockTransactionCountByNumber", "0x1")).toBe("0x4");
    const waiting = layer.pool.add(signed(carol, 1));
    expect(await call("eth_getTransactionByHash", waiting)).toMatchObject({ hash: waiting, blockHash: null, blockNumber: null });
    expect(await call("eth_getTransactionReceipt", waiting)).toBeNull();
  });

  it("gives receipts with the L1 fee, operator fee and deposit fields", async () => {
    const { call, hashes, layer } = await withBlock();
    const [first, second, third, fourth] = await call<readonly Json[]>("eth_getBlockReceipts", "latest");
    expect(first).toMatchObject({ type: "0x7e", status: "0x1", depositNonce: "0x0", depositReceiptVersion: "0x1", effectiveGasPrice: "0x0" });
    expect(first).not.toHaveProperty("l1Fee");
    expect(second).toMatchObject({ status: "0x1", effectiveGasPrice: toQuantity(layer.chain.head.header.baseFeePerGas! + GWEI), l1GasPrice: toQuantity(2n * GWEI), l1BaseFeeScalar: toQuantity(1_368), l1BlobBaseFee: "0x1", l1BlobBaseFeeScalar: toQuantity(810_949), operatorFeeScalar: "0x0", operatorFeeConstant: "0x7", daFootprintGasScalar: toQuantity(400), l1GasUsed: toQuantity(1_600), blobGasUsed: toQuantity(40_000) });
    // A transaction below 100 estimated bytes counts as 100: 100e6 · (16 · 2 gwei · 1,368 + 1 · 810,949) / 1e12.
    expect(second!.l1Fee).toBe(toQuantity((100_000_000n * (16n * 2n * GWEI * 1_368n + 810_949n)) / 1_000_000_000_000n));
    expect(third).toMatchObject({ status: "0x0", logs: [] });
    expect(fourth).toMatchObject({ status: "0x1", to: null });
    expect(await call("eth_getCode", fourth!.contractAddress, "latest")).toBe("0x01");
    expect(receiptsFromJson([second])[0]!.logs[0]!.data).toEqual(ONES);
    expect((await call("eth_getTransactionReceipt", hashes[1])).logs).toMatchObject([{ address: TOOL, topics: [TOPIC], logIndex: "0x0", transactionIndex: "0x1", blockNumber: "0x1", removed: false }]);
  });
});

describe("eth_* on state", () => {
  it("reads balance, nonce, code and storage at the block asked for", async () => {
    const { call } = await withBlock();
    expect(await call("eth_getStorageAt", TOOL, "0x1", "latest")).toBe(bytesToHex(ONES));
    expect(await call("eth_getStorageAt", TOOL, "0x1", "earliest")).toBe(ZERO_HASH);
    expect([await call("eth_getTransactionCount", alice.address, "latest"), await call("eth_getTransactionCount", alice.address, "0x0")]).toEqual(["0x3", "0x0"]);
    expect(await call("eth_getCode", alice.address, "latest")).toBe("0x");
    await expect(call("eth_getBalance", "0x12", "latest")).rejects.toThrow(/malformed address/);
  });

  it("counts a sender's waiting transactions for the pending nonce", async () => {
    const { call, layer } = open();
    layer.pool.add(signed(alice, 0));
    layer.pool.add(signed(alice, 1));
    expect([await call("eth_getTransactionCount", alice.address, "pending"), await call("eth_getTransactionCount", alice.address, "latest")]).toEqual(["0x2", "0x0"]);
  });

  it("calls, and gives a revert with its reason and data as code 3", async () => {
    const { call } = open();
    expect(await call("eth_call", { to: TOOL, data: bytesToHex(ONES) }, "latest")).toBe(bytesToHex(ONES));
    await expect(call("eth_call", { to: TOOL, input: "0x" }, "latest")).rejects.toMatchObject({ code: 3, message: "execution reverted: no", data: expect.stringMatching(/^0x08c379a0/) });
    await expect(call("eth_call", { to: TOOL, from: bob.address, value: toQuantity(200n * ETHER), data: bytesToHex(ONES) }, "latest")).rejects.toThrow(/insufficient funds/);
    await expect(call("eth_call", { to: "0x12" }, "latest")).rejects.toThrow(/malformed transaction: to is not 20 bytes of hex/);
  });

  it("calls on a state with overrides of balance, nonce, code and storage", async () => {
    const { call } = open();
    const poor: Hex = `0x${"99".repeat(20)}`;
    // PUSH1 1, SLOAD, SELFBALANCE, ADD, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
    const code = "0x60015447015f5260205ff3";
    const slot = `0x${"01".padStart(64, "0")}`;
    const total = async (overrides: Json) => BigInt(await call<Hex>("eth_call", { from: poor, to: TOOL, value: "0x5" }, "latest", { [poor]: { balance: "0x5" }, ...overrides }));
    expect(await total({ [TOOL]: { code, balance: "0x64", stateDiff: { [slot]: "0x7" } } })).toBe(112n);
    expect(await total({ [TOOL]: { code, state: { [slot]: "0x3" } } })).toBe(8n);
    await expect(total({ [TOOL]: { code: "zz" } })).rejects.toThrow(/malformed state overrides/);
    expect(await call("eth_getStorageAt", TOOL, slot, "latest"), "the chain itself is as it was").toBe(ZERO_HASH);
  });

  it("estimates gas with which the transaction then succeeds, and not far above what it uses", async () => {
    const { call, layer } = open();
    const request = { from: alice.address, to: TOOL, data: bytesToHex(ONES) };
    const estimate = Number(await call<Hex>("eth_estimateGas", request));
    layer.pool.add(signed(alice, 0, { to: TOOL, data: ONES, value: 0n, gas: estimate }));
    await extend(layer);
    const [, receipt] = await call<readonly { readonly status: Hex; readonly gasUsed: Hex }[]>("eth_getBlockReceipts", "latest");
    expect(receipt!.status).toBe("0x1");
    expect(estimate / Number(receipt!.gasUsed)).toBeLessThan(1.02);
    expect(await call("eth_estimateGas", { from: alice.address, to: bob.address, value: "0x1" })).toBe(toQuantity(21_000));
    await expect(call("eth_estimateGas", { from: alice.address, to: TOOL })).rejects.toMatchObject({ code: 3 });
  });

  it("makes the access list that a call needs", async () => {
    const { call } = open();
    const result = await call("eth_createAccessList", { from: alice.address, to: TOOL, data: bytesToHex(ONES) }, "latest");
    expect(result).toMatchObject({ accessList: [{ address: TOOL, storageKeys: [`0x${"01".padStart(64, "0")}`] }] });
  });

  it("proves accounts and storage", async () => {
    const { call } = open();
    const proof = await call<{ readonly storageHash: Hex; readonly storageProof: readonly Json[] }>("eth_getProof", PREDEPLOYS.l2ToL1MessagePasser, ["0x0", "0x1"], "latest");
    expect(proof.storageHash).toBe((await call("eth_getBlockByNumber", "latest", false)).withdrawalsRoot);
    expect(proof.storageProof).toMatchObject([{ key: "0x0", value: "0x5" }, { key: "0x1", value: "0x0" }]);
  });

  it("gives the fees of blocks past and of the one to come", async () => {
    const { call } = await withBlock();
    const history = await call<{ readonly baseFeePerGas: readonly Hex[]; readonly reward: readonly (readonly Hex[])[] }>("eth_feeHistory", "0x2", "latest", [0, 100]);
    expect(history).toMatchObject({ oldestBlock: "0x0", gasUsedRatio: [0, expect.any(Number)] });
    expect(history.baseFeePerGas).toHaveLength(3);
    expect(history.reward[1]).toHaveLength(2);
    expect(BigInt(await call<Hex>("eth_gasPrice"))).toBeGreaterThan(BigInt(history.baseFeePerGas[2]!));
  });

  it("says why it will not take a transaction", async () => {
    const { call } = open();
    await expect(call("eth_sendRawTransaction", bytesToHex(deposit()))).rejects.toMatchObject({ code: -32000, message: expect.stringContaining("not supported") });
    await expect(call("eth_sendRawTransaction", 5)).rejects.toThrow(/in hex/);
  });
});

describe("logs, filters and subscriptions", () => {
  const filters: readonly (readonly [string, Json, number])[] = [
    ["nothing in particular", {}, 1], ["the address", { address: TOOL }, 1], ["one of several addresses", { address: [bob.address, TOOL] }, 1], ["another address", { address: bob.address }, 0],
    ["the topic", { topics: [TOPIC] }, 1], ["one of several topics", { topics: [[ZERO_HASH, TOPIC]] }, 1], ["any first topic", { topics: [null] }, 1], ["a second topic", { topics: [null, ZERO_HASH] }, 0], ["other blocks", { fromBlock: "0x0", toBlock: "0x0" }, 0],
  ];
  it.each(filters)("finds logs by %s", async (_, filter, count) => {
    const { call } = await withBlock();
    expect(await call("eth_getLogs", { fromBlock: "earliest", toBlock: "latest", ...filter })).toHaveLength(count);
  });

  it("gives a filter's news once, and nothing when it is gone", async () => {
    const { call, layer } = open();
    const [logs, blocks, waiting] = [await call("eth_newFilter", { address: TOOL }), await call("eth_newBlockFilter"), await call("eth_newPendingTransactionFilter")];
    const hash = layer.pool.add(signed(alice, 0, { to: TOOL, data: ONES }));
    const { payload } = await extend(layer);
    expect(await call("eth_getFilterChanges", logs)).toMatchObject([{ transactionHash: hash }]);
    expect(await call("eth_getFilterChanges", logs)).toEqual([]);
    expect(await call("eth_getFilterLogs", logs)).toHaveLength(1);
    expect([await call("eth_getFilterChanges", blocks), await call("eth_getFilterChanges", waiting)]).toEqual([[payload.blockHash], [hash]]);
    expect(await call("eth_uninstallFilter", logs)).toBe(true);
    await expect(call("eth_getFilterChanges", logs)).rejects.toThrow("filter not found");
  });

  it("tells subscribers of heads, logs and waiting transactions, of removed logs too, until they leave", async () => {
    const layer = testLayer();
    const methods = executionMethods(layer);
    const heard: unknown[] = [];
    const closers: (() => void)[] = [];
    const socket: RpcContext = { notify: (_, params) => heard.push((params as { result: unknown }).result), onClose: (listener) => void closers.push(listener) };
    const ids = [methods.eth_subscribe!(["newHeads"], socket), methods.eth_subscribe!(["logs", { address: TOOL }], socket), methods.eth_subscribe!(["newPendingTransactions"], socket)];
    const hash = layer.pool.add(signed(alice, 0, { to: TOOL, data: ONES }));
    const { payload } = await extend(layer);
    expect(heard).toEqual([hash, expect.objectContaining({ hash: payload.blockHash, number: "0x1" }), expect.objectContaining({ transactionHash: hash, removed: false })]);
    heard.length = 0;
    await layer.forkchoiceUpdated({ head: payload.parentHash, safe: ZERO_HASH, finalized: ZERO_HASH });
    expect(heard).toContainEqual(expect.objectContaining({ transactionHash: hash, removed: true }));
    expect(methods.eth_unsubscribe!([ids[0]], {}), "another socket's subscription").toBe(false);
    expect(methods.eth_unsubscribe!([ids[0]], socket)).toBe(true);
    for (const close of closers) close();
    heard.length = 0;
    await extend(layer);
    expect(heard).toEqual([]);
  });

  it("bounds the subscriptions of a socket, and has none without one", () => {
    const methods = executionMethods(testLayer());
    const socket: RpcContext = { notify: () => {}, onClose: () => {} };
    for (let i = 0; i < 128; i++) methods.eth_subscribe!(["newHeads"], socket);
    expect(() => methods.eth_subscribe!(["newHeads"], socket)).toThrow(/128 subscriptions/);
    expect(() => methods.eth_subscribe!(["newHeads"], {})).toThrow(/WebSocket/);
  });
});

describe("txpool_* and debug_*", () => {
  it("shows what waits by sender and nonce, apart what waits for a lower nonce", async () => {
    const { call, layer } = open();
    for (const nonce of [0, 1, 3]) layer.pool.add(signed(alice, nonce));
    expect(await call("txpool_status")).toEqual({ pending: "0x2", queued: "0x1" });
    expect(await call("txpool_content")).toMatchObject({ pending: { [alice.address]: { 0: { nonce: "0x0" }, 1: { nonce: "0x1" } } }, queued: { [alice.address]: { 3: { nonce: "0x3" } } } });
    expect(await call("txpool_contentFrom", bob.address)).toEqual({ pending: {}, queued: {} });
    expect(await call("txpool_inspect")).toMatchObject({ queued: { [alice.address]: { 3: `${bob.address}: 1 wei + 200000 gas × ${10n * GWEI} wei` } } });
  });

  it("traces a transaction as a tree of calls, with logs, revert reason and the gas of its receipt", async () => {
    const { call, hashes } = await withBlock();
    const receipts = await call<readonly Json[]>("eth_getBlockReceipts", "latest");
    const good = await call("debug_traceTransaction", hashes[1], { tracer: "callTracer", tracerConfig: { withLog: true } });
    expect(good).toMatchObject({ type: "CALL", from: alice.address, to: TOOL, value: "0x1", gas: toQuantity(200_000), gasUsed: receipts[1]!.gasUsed, output: bytesToHex(ONES), logs: [{ address: TOOL, topics: [TOPIC], data: bytesToHex(ONES) }] });
    const bad = await call("debug_traceTransaction", hashes[2], { tracer: "callTracer", tracerConfig: { withLog: true } });
    expect(bad).toMatchObject({ error: "execution reverted", revertReason: "no", gasUsed: receipts[2]!.gasUsed });
    expect(bad).not.toHaveProperty("logs");
    expect(await call("debug_traceTransaction", hashes[3], { tracer: "callTracer" })).toMatchObject({ type: "CREATE", to: receipts[3]!.contractAddress, output: "0x01" });
  });

  it("traces a deposit that could not run", async () => {
    const { call, layer } = open();
    const { payload } = await extend(layer, { transactions: [deposit({ value: 10n ** 30n })] });
    expect(await call("debug_traceTransaction", transactionHash(payload.transactions[0]!), { tracer: "callTracer" })).toMatchObject({ type: "CALL", from: carol.address, to: bob.address, error: "failed deposit", gasUsed: toQuantity(100_000) });
  });

  it("traces nested calls from the account whose code runs", async () => {
    const { call } = open();
    const outer: Hex = `0x${"99".repeat(20)}`;
    // DELEGATECALL(gas, TOOL, 0, 32, 0, 0) with the call data copied to memory.
    const code = `0x5f355f525f5f60205f73${TOOL.slice(2)}5af4`;
    const trace = await call("debug_traceCall", { from: alice.address, to: outer, data: bytesToHex(ONES) }, "latest", { tracer: "callTracer", stateOverrides: { [outer]: { code } } });
    expect(trace).toMatchObject({ to: outer, calls: [{ type: "DELEGATECALL", from: outer, to: TOOL, output: bytesToHex(ONES) }] });
    expect(await call("debug_traceCall", { to: outer, data: bytesToHex(ONES) }, "latest", { tracer: "callTracer", tracerConfig: { onlyTopCall: true }, stateOverrides: { [outer]: { code } } })).not.toHaveProperty("calls");
  });

  it("records steps whose costs add up to the gas that the code used", async () => {
    const { call, hashes } = await withBlock();
    const trace = await call<{ readonly gas: number; readonly failed: boolean; readonly structLogs: readonly { readonly op: string; readonly gas: number; readonly gasCost: number; readonly depth: number; readonly stack: readonly Hex[]; readonly storage?: Json; readonly memory?: readonly string[] }[] }>("debug_traceTransaction", hashes[1], { enableMemory: true });
    expect(trace.failed).toBe(false);
    expect(trace.structLogs.map(({ op }) => op).slice(0, 3)).toEqual(["PUSH0", "CALLDATALOAD", "DUP1"]);
    for (const [i, step] of trace.structLogs.slice(1).entries()) expect(step.gas).toBe(trace.structLogs[i]!.gas - trace.structLogs[i]!.gasCost);
    const store = trace.structLogs.find(({ op }) => op === "SSTORE");
    expect(store).toMatchObject({ depth: 1, gasCost: 22_100, storage: { ["01".padStart(64, "0")]: "01".repeat(32) } });
    expect(trace.structLogs.at(-1)).toMatchObject({ op: "RETURN", memory: ["01".repeat(32)] });
    expect(((await call("debug_traceTransaction", hashes[1], { limit: 2, disableStack: true })).structLogs as unknown[])).toHaveLength(2);
  });

  it("traces every transaction of a block, and says what it cannot trace", async () => {
    const { call, hashes } = await withBlock();
    expect(await call<readonly Json[]>("debug_traceBlockByNumber", "0x1", { tracer: "callTracer" })).toMatchObject(hashes.map((txHash) => ({ txHash, result: expect.any(Object) })));
    await expect(call("debug_traceTransaction", ZERO_HASH)).rejects.toThrow(/not found/);
    await expect(call("debug_traceBlockByNumber", "0x0")).rejects.toThrow(/genesis is not traceable/);
    await expect(call("debug_traceTransaction", hashes[0], { tracer: "prestateTracer" })).rejects.toThrow(/use callTracer/);
  });
});
