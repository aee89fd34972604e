import { bytesToHex, type Hex, TemporaryError, transactionHash, ZERO_HASH } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import { MemoryStore } from "@pangaea/store";
import { describe, expect, it } from "vitest";
import { Blockchain, EmbeddedExecutionLayer, executionMethods, MessageGate, type MessageGateOptions, MessageRefusedError, TransactionPool } from "../src/index.ts";
import { alice, attributesAfter, bob, build, carol, ETHER, extend, GENESIS_TIME, GWEI, signed, testConfig, testGenesis, testLayer } from "./support/chain.ts";
import { keptLines, entry, executing, REFUSED, ScriptedFilter, StoppedClock, WAIT } from "./support/messages.ts";

function open(options: MessageGateOptions = {}) {
  const filter = new ScriptedFilter();
  const clock = new StoppedClock();
  const log = keptLines();
  const chain = new Blockchain({ config: testConfig(), genesis: testGenesis(), store: new MemoryStore() });
  const pool = new TransactionPool(chain, { log, messages: new MessageGate({ filter, clock, log }, options) });
  const layer = new EmbeddedExecutionLayer(chain, pool);
  const methods = executionMethods(layer);
  const call = async (method: string, ...params: readonly unknown[]) => methods[method]!(params, {});
  /** The pool's transactions of the next block, by hash. */
  const next = async (): Promise<readonly Hex[]> => (await extend(layer, { transactions: [] })).payload.transactions.map(transactionHash);
  return { filter, clock, log, chain, pool, layer, call, next };
}

const never = () => new Promise<never>(() => {});
const tip = (gwei: bigint) => ({ maxPriorityFeePerGas: gwei * GWEI, maxFeePerGas: gwei * GWEI + 5n * GWEI });
/** Lets what is under way go as far as it can without the clock. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("entry of a transaction with CrossL2Inbox entries", () => {
  it("asks the filter with all its entries in order, for the next block's time, and lets it in", async () => {
    const { filter, pool } = open({ timeout: 30 });
    const encoded = executing(alice, 0, [entry(2), entry(1)]);
    await expect(pool.admit(encoded)).resolves.toBe(transactionHash(encoded));
    expect(filter.asked).toEqual([{ checks: [expect.objectContaining({ hash: transactionHash(encoded), entries: [entry(2), entry(1)] })], descriptor: { timestamp: GENESIS_TIME + 1, timeout: 30 } }]);
    expect(pool.size).toBe(1);
  });

  it.each([["refuses", REFUSED], ["has to wait for", WAIT]] as const)("fails with the filter's code and words when the filter %s its message", async (_, result) => {
    const { filter, pool, call } = open();
    filter.script.set(entry(1), result);
    const encoded = executing(alice, 0, [entry(1)]);
    await expect(pool.admit(encoded)).rejects.toThrow(MessageRefusedError);
    const error: unknown = await call("eth_sendRawTransaction", bytesToHex(encoded)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject(result.kind === "ok" ? {} : { code: result.code, message: result.message });
    expect(pool.size).toBe(0);
  });

  it("may come before its message where the chain lets it wait, and not where the message does not hold", async () => {
    const { filter, pool } = open({ admitsWaiting: true });
    filter.script.set(entry(1), WAIT).set(entry(2), REFUSED);
    await expect(pool.admit(executing(alice, 0, [entry(1)]))).resolves.toMatch(/^0x/);
    await expect(pool.admit(executing(bob, 0, [entry(2)]))).rejects.toThrow(MessageRefusedError);
    expect(pool.size).toBe(1);
  });

  it("leaves no timer behind when the filter has answered", async () => {
    const { pool, clock, next } = open();
    await pool.admit(executing(alice, 0, [entry(1)]));
    await next();
    expect(clock.sleeping).toEqual([]);
  });

  it.each<readonly [string, () => Promise<never> | Promise<[]>, RegExp]>([
    ["fails", () => Promise.reject(new Error("index closed")), /could not be checked \(index closed\); retry later/],
    ["gives too few answers", () => Promise.resolve([]), /gave 0 answers to 1 checks/],
  ])("is temporarily refused when the filter %s", async (_, instead, why) => {
    const { filter, pool } = open();
    filter.instead = instead;
    const refused: unknown = await Promise.resolve(pool.admit(executing(alice, 0, [entry(1)]))).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TemporaryError);
    expect((refused as Error).message).toMatch(why);
    expect(pool.size).toBe(0);
  });

  it("is temporarily refused when the filter takes too long, and a late yes does not let it in", async () => {
    const { filter, pool, clock } = open({ admissionMs: 1_500 });
    let answer: (results: readonly []) => void = () => {};
    filter.instead = () => new Promise((resolve) => (answer = resolve));
    const admitted = Promise.resolve(pool.admit(executing(alice, 0, [entry(1)]))).catch((error: unknown) => error);
    expect(clock.sleeping).toEqual([1_500]);
    clock.pass();
    expect(String(await admitted)).toMatch(/took longer than 1500 ms/);
    answer([]);
    await settle();
    expect([pool.size, clock.sleeping]).toEqual([0, []]);
  });

  it("is refused when so many are being checked, and admitted again after", async () => {
    const { filter, pool, clock } = open({ maxAdmissions: 1 });
    filter.instead = never;
    const first = Promise.resolve(pool.admit(executing(alice, 0, [entry(1)]))).catch(() => "timed out");
    await expect(pool.admit(executing(bob, 0, [entry(1)]))).rejects.toThrow(/1 transactions wait for their messages to be checked/);
    clock.pass();
    expect(await first).toBe("timed out");
    filter.instead = undefined;
    await expect(pool.admit(executing(bob, 0, [entry(1)]))).resolves.toMatch(/^0x/);
  });

  it("asks nothing about one that the pool's own rules refuse", async () => {
    const { filter, pool } = open();
    await expect((async () => pool.admit(executing(alice, 0, [entry(1)], { gas: 21_000 })))()).rejects.toThrow(/intrinsic gas too low/);
    await expect(pool.admit(executing(alice, 0, [entry(1)], { value: 101n * ETHER }))).rejects.toThrow(/insufficient funds/);
    expect(filter.asked).toEqual([]);
  });

  it("checks the pool's own rules again when the answer comes: one that came twice enters once", async () => {
    const { pool } = open();
    const encoded = executing(alice, 0, [entry(1)]);
    const both = await Promise.allSettled([pool.admit(encoded), pool.admit(encoded)]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(pool.size).toBe(1);
  });

  it("is at once, without a question, for one without such entries", () => {
    const { filter, pool } = open();
    const other = signed(alice, 0, { accessList: [{ address: bob.address, storageKeys: [entry(1)] }] });
    expect(pool.admit(other)).toBe(transactionHash(other));
    expect(pool.admit(signed(alice, 1))).toMatch(/^0x/);
    expect(filter.asked).toEqual([]);
  });

  it("is at once on a chain without a filter, and blocks take it", async () => {
    const layer = testLayer();
    const encoded = executing(alice, 0, [entry(1)]);
    expect(layer.pool.admit(encoded)).toBe(transactionHash(encoded));
    expect((await extend(layer)).payload.transactions.slice(1)).toEqual([encoded]);
  });
});

describe("a block from a pool that holds transactions with messages", () => {
  it("asks about all of them in one question for the block's time, those that tip most first, and takes them by tip among the others", async () => {
    const { filter, pool, next } = open();
    const low = pool.add(executing(alice, 0, [entry(1)], tip(1n)));
    const middle = pool.add(signed(bob, 0, tip(2n)));
    const high = pool.add(executing(carol, 0, [entry(3)], tip(3n)));
    expect(await next()).toEqual([high, middle, low]);
    expect(filter.asked).toEqual([{ checks: [{ hash: high, entries: [entry(3)] }, { hash: low, entries: [entry(1)] }], descriptor: { timestamp: GENESIS_TIME + 1, timeout: 0 } }]);
  });

  it("asks nothing when none is there, or when the block takes none", async () => {
    const { filter, pool, layer, next } = open();
    pool.add(signed(alice, 0));
    await next();
    pool.add(executing(bob, 0, [entry(1)]));
    await extend(layer, { noTxPool: true });
    expect(filter.asked).toEqual([]);
  });

  it("asks about no more than so many, and leaves the rest for the next block", async () => {
    const { pool, next } = open({ maxPerBlock: 1 });
    const low = pool.add(executing(alice, 0, [entry(1)], tip(1n)));
    const high = pool.add(executing(bob, 0, [entry(2)], tip(3n)));
    const middle = pool.add(executing(carol, 0, [entry(3)], tip(2n)));
    for (const hash of [high, middle, low]) expect(await next()).toEqual([hash]);
  });

  it("asks about none that cannot stand in it: a nonce that is not reached, a fee below the base fee", async () => {
    const { filter, pool, next } = open();
    pool.add(executing(alice, 1, [entry(1)]));
    pool.add(executing(bob, 0, [entry(2)], { maxFeePerGas: 1_000n, maxPriorityFeePerGas: 1n }));
    expect(await next()).toEqual([]);
    expect(filter.asked).toEqual([]);
  });

  it("asks about one that pays the base fee and no more, and not about one that pays a wei less", async () => {
    const { filter, pool, layer, next } = open();
    const { payload: head } = await layer.payloadByLabel("latest");
    const { baseFeePerGas } = (await build(layer, head, attributesAfter(head))).payload;
    const exact = pool.add(executing(alice, 0, [entry(1)], { maxFeePerGas: baseFeePerGas, maxPriorityFeePerGas: 0n }));
    pool.add(executing(bob, 0, [entry(2)], { maxFeePerGas: baseFeePerGas - 1n, maxPriorityFeePerGas: 0n }));
    expect(await next()).toEqual([exact]);
    expect(filter.asked.map(({ checks }) => checks.map(({ hash }) => hash))).toEqual([[exact]]);
  });

  it("drops those that the filter refuses and says why; what follows them stays", async () => {
    const { filter, pool, next, log } = open();
    const refused = pool.add(executing(alice, 0, [entry(1)]));
    const follower = pool.add(signed(alice, 1));
    const other = pool.add(executing(bob, 0, [entry(2)]));
    filter.script.set(entry(1), REFUSED);
    expect(await next()).toEqual([other]);
    expect([pool.get(refused), pool.get(follower)?.hash]).toEqual([undefined, follower]);
    expect(log.lines).toContainEqual({ message: "the pool drops a transaction", fields: { hash: refused, why: "conflicting data" } });
  });

  it("does without those that wait, shown as queued with what follows them, and takes them when their time has come", async () => {
    const { filter, pool, next, call } = open();
    const waiting = pool.add(executing(alice, 0, [entry(1)]));
    const follower = pool.add(signed(alice, 1));
    expect(await call("txpool_status")).toEqual({ pending: "0x2", queued: "0x0" });
    filter.script.set(entry(1), WAIT);
    expect(await next()).toEqual([]);
    expect(await call("txpool_status")).toEqual({ pending: "0x0", queued: "0x2" });
    expect(await call("eth_getTransactionCount", alice.address, "pending")).toBe("0x2");
    filter.script.clear();
    expect(await next()).toEqual([waiting, follower]);
    expect(pool.size).toBe(0);
  });

  it("drops one that has waited for so many seconds of block time, and not one second before", async () => {
    const { filter, pool, next, log } = open({ maxWait: 3 });
    const waiting = pool.add(executing(alice, 0, [entry(1)]));
    filter.script.set(entry(1), WAIT);
    for (let i = 0; i < 3; i++) await next();
    expect(pool.get(waiting)).toBeDefined();
    await next();
    expect(pool.get(waiting)).toBeUndefined();
    expect(log.lines).toContainEqual({ message: "the pool drops a transaction", fields: { hash: waiting, why: "it has waited 3 s for its messages: skipped data" } });
  });

  it("counts the wait anew after a block could have taken it", async () => {
    const { filter, pool, layer, next } = open({ maxWait: 2 });
    const waiting = pool.add(executing(alice, 0, [entry(1)]));
    filter.script.set(entry(1), WAIT);
    await next();
    filter.script.clear();
    const { payload: head } = await layer.payloadByLabel("latest");
    await build(layer, head, attributesAfter(head, { gasLimit: 1_000_000 }));
    filter.script.set(entry(1), WAIT);
    await next();
    await next();
    expect(pool.get(waiting)).toBeDefined();
  });

  it("counts the wait anew for one that left the pool and comes again, which waits for nothing until a block had to do without it", async () => {
    const { filter, pool, next, call } = open({ maxWait: 2 });
    const encoded = executing(alice, 0, [entry(1)]);
    const waiting = pool.add(encoded);
    filter.script.set(entry(1), WAIT);
    await next();
    filter.script.set(entry(1), REFUSED);
    await next();
    expect(pool.get(waiting)).toBeUndefined();
    filter.script.set(entry(1), WAIT);
    pool.add(encoded);
    expect(await call("txpool_status")).toEqual({ pending: "0x1", queued: "0x0" });
    await next();
    await next();
    expect(pool.get(waiting)).toBeDefined();
  });

  it.each<readonly [string, () => Promise<never> | Promise<[]>, string]>([
    ["fails", () => Promise.reject(new Error("index closed")), "index closed"],
    ["gives too few answers", () => Promise.resolve([]), "the message filter gave 0 answers to 1 checks"],
  ])("does without all of them, keeps them, and says so, when the filter %s", async (_, instead, error) => {
    const { filter, pool, next, log } = open();
    const held = pool.add(executing(alice, 0, [entry(1)]));
    const plain = pool.add(signed(bob, 0));
    filter.instead = instead;
    expect(await next()).toEqual([plain]);
    expect(log.lines).toContainEqual({ message: "transactions with messages are left out of a block: their messages could not be checked", fields: { transactions: 1, timestamp: GENESIS_TIME + 1, error } });
    filter.instead = undefined;
    expect(await next()).toEqual([held]);
  });

  it("is built without all of them when the filter has not answered in time", async () => {
    const { filter, pool, clock, next } = open({ blockMs: 150 });
    pool.add(executing(alice, 0, [entry(1)]));
    const plain = pool.add(signed(bob, 0));
    filter.instead = never;
    const building = next();
    await settle();
    expect(clock.sleeping).toEqual([150]);
    clock.pass();
    expect(await building).toEqual([plain]);
  });

  it("leaves what enters after the question for the next block, and takes other transactions until it is assembled", async () => {
    const { filter, pool, layer, next } = open();
    const first = pool.add(executing(alice, 0, [entry(1)], tip(3n)));
    const late: Hex[] = [];
    filter.instead = async () => {
      filter.instead = undefined;
      late.push(pool.add(executing(bob, 0, [entry(2)], tip(2n))), pool.add(signed(carol, 0, tip(1n))));
      return [{ kind: "ok" }];
    };
    expect(await next()).toEqual([first, late[1]]);
    expect(await next()).toEqual([late[0]]);
    expect(layer.pool.size).toBe(0);
  });

  it("is one block however often it is fetched while the filter is asked", async () => {
    const { filter, pool, layer } = open();
    pool.add(executing(alice, 0, [entry(1)]));
    const { payload: head } = await layer.payloadByLabel("latest");
    const { payloadId } = await layer.forkchoiceUpdated({ head: head.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH }, attributesAfter(head));
    const [one, two] = await Promise.all([layer.getPayload(payloadId!), layer.getPayload(payloadId!)]);
    expect(one).toEqual(two);
    expect(one.payload.transactions).toHaveLength(2);
    expect(filter.asked).toHaveLength(1);
  });

  it("takes back what a reorg removes without a question, and asks before the next block", async () => {
    const { filter, pool, layer, next } = open();
    const { payload: genesis } = await layer.payloadByNumber(0);
    const hash = pool.add(executing(alice, 0, [entry(1)]));
    expect(await next()).toEqual([hash]);
    const other = await build(layer, genesis, attributesAfter(genesis, { noTxPool: true }));
    await layer.newPayload(other);
    await layer.forkchoiceUpdated({ head: other.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
    expect([pool.get(hash)?.hash, filter.asked.length]).toEqual([hash, 1]);
    filter.script.set(entry(1), REFUSED);
    expect(await next()).toEqual([]);
    expect(pool.size).toBe(0);
  });
});
