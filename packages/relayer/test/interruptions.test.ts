import { TemporaryError } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { Cluster, type ClusterOptions, executions } from "./support/cluster.ts";

let cluster: Cluster;
const start = (options: ClusterOptions = {}): Cluster => {
  cluster = new Cluster(options);
  return cluster;
};
afterEach(() => cluster.stop());

describe("a message that does not get through", () => {
  it("is tried again after waits that double, then rarely, and gets through when its target lets it", async () => {
    const { chains: [a, b] } = start({ options: { retryDelayMs: 1_000, maxRetryDelayMs: 8_000, maxAttempts: 6, longWaitMs: 50_000 } });
    const hash = a!.post({ destination: 902 });
    b!.failing.add(hash);
    const times: number[] = [];
    b!.refuseEstimate = () => void times.push(cluster.clock.now()) as undefined;
    await cluster.seconds(90);
    const waits = times.slice(1).map((time, i) => Math.round((time - times[i]!) / 1_000));
    expect(waits).toEqual([1, 2, 4, 8, 8, 50]);
    expect(cluster.logged("failed often").map(({ level }) => level)).toEqual(["warn"]);
    expect([b!.taken, await cluster.metric("relayer_failed_attempts_total", 901, 902)]).toEqual([[], 7]);
    b!.failing.clear();
    await cluster.until("it is executed", () => executions(b!, hash) === 1, 60);
  });

  it("does not keep those behind it", async () => {
    const { chains: [a, b] } = start();
    b!.failing.add(a!.post({ destination: 902 }));
    const second = a!.post({ destination: 902 });
    await cluster.seconds(2);
    expect(b!.relayed).toEqual([second]);
  });

  it.each([
    ["when it is looked at", (cluster: Cluster, hash: string) => void (cluster.chain(902).refuseEstimate = (asked) => (asked === hash ? new TemporaryError("eth_estimateGas did not answer within 20 s") : undefined))],
    ["when it is sent", (cluster: Cluster) => void (cluster.chain(902).refuseSend = ({ gas }) => (gas > 0 && cluster.chain(902).taken.length === 0 && cluster.chain(902).estimates.length < 2 ? new RpcError(-32_000, "insufficient funds for gas * price + value") : undefined))],
  ])("does not keep those behind it even when the endpoint fails at it each time %s", async (_, fail) => {
    const { chains: [a, b] } = start({ options: { maxInFlight: 1 } });
    const first = a!.post({ destination: 902 });
    fail(cluster, first);
    const others = Array.from({ length: 5 }, () => a!.post({ destination: 902 }));
    await cluster.until("the others are executed", () => others.every((hash) => b!.relayed.includes(hash)), 60);
  });

  it("takes more gas than the relayer pays for is left for its sender to relay, others go; it goes too when it comes to take less", async () => {
    const { chains: [a, b] } = start({ options: { maxGas: 240_000, gasMarginPercent: 20 } });
    const [most, dear] = [a!.post({ destination: 902 }), a!.post({ destination: 902 })];
    b!.gasOf = (hash) => (hash === most ? 200_000 : 200_001);
    await cluster.seconds(3);
    expect(b!.relayed).toEqual([most]);
    expect(cluster.logged("could not be relayed")[0]?.fields).toMatchObject({ error: "it takes 240002 gas, more than the 240000 of --relayer.max-gas" });
    b!.gasOf = () => 100_000;
    await cluster.until("it is executed", () => executions(b!, dear) === 1, 60);
  });

  it("reverts in a block after all: that is a failed attempt, and it is tried again", async () => {
    const { chains: [a, b] } = start({ options: { retryDelayMs: 2_000 } });
    const hash = a!.post({ destination: 902 });
    b!.afterSend = () => {
      b!.failing.add(hash);
      return undefined;
    };
    await cluster.until("its transaction is in a block", () => b!.included.length === 1);
    b!.failing.clear();
    b!.afterSend = () => undefined;
    await cluster.until("it is executed", () => executions(b!, hash) === 1, 10);
    expect(b!.included.map(({ status }) => status)).toEqual([0, 1]);
    expect(await cluster.metric("relayer_failed_attempts_total", 901, 902)).toBe(1);
  });

  it("waits while its block is not known at its destination, which is no failed attempt", async () => {
    const { chains: [a, b] } = start();
    b!.isBehind = true;
    const hash = a!.post({ destination: 902 });
    await cluster.seconds(20);
    expect([b!.taken, b!.estimates.length > 2, await cluster.metric("relayer_failed_attempts_total", 901, 902)]).toEqual([[], true, 0]);
    b!.isBehind = false;
    await cluster.until("it is executed", () => executions(b!, hash) === 1, 7);
  });

  it("is not tried before its destination has come to the time of its block", async () => {
    const { chains: [a, b] } = start();
    const hash = a!.post({ destination: 902 });
    await cluster.seconds(5, [a!]);
    expect(b!.estimates).toEqual([]);
    await cluster.seconds(3);
    expect(executions(b!, hash)).toBe(1);
  });

  it("is refused as contradicting its source: it is tried again, as the source may come back to it", async () => {
    const { chains: [a, b] } = start();
    let refusals = 0;
    b!.refuseSend = () => (++refusals <= 3 ? new RpcError(-320_600, "conflicting data: no such log") : undefined);
    const hash = a!.post({ destination: 902 });
    await cluster.until("it is executed", () => executions(b!, hash) === 1, 20);
    expect(await cluster.metric("relayer_failed_attempts_total", 901, 902)).toBe(3);
  });
});

describe("a message that expires", () => {
  it("is skipped and counted, without a transaction for it", async () => {
    const { chains: [a, b] } = start({ expiryWindow: 30 });
    const hash = a!.post({ destination: 902 });
    b!.failing.add(hash);
    await cluster.seconds(28);
    expect([cluster.pending(901, 902), await cluster.metric("relayer_messages_expired_total", 901, 902)]).toEqual([1, 0]);
    await cluster.seconds(5);
    expect([cluster.pending(901, 902), await cluster.metric("relayer_messages_expired_total", 901, 902), b!.taken]).toEqual([0, 1, []]);
    expect(cluster.logged("expired before").map(({ fields }) => fields.messageHash)).toEqual([hash]);
    const asked = b!.estimates.length;
    await cluster.restart();
    await cluster.seconds(3);
    expect([cluster.pending(901, 902), b!.estimates.length]).toEqual([0, asked]);
  });

  it("is executed in the last second of the window", async () => {
    const { chains: [a, b] } = start({ expiryWindow: 5, options: { notYetDelayMs: 100 } });
    b!.isDown = true;
    const hash = a!.post({ destination: 902 });
    await cluster.seconds(4);
    b!.isDown = false;
    for (const chain of cluster.chains) chain.mine();
    await cluster.clock.run(9_000);
    b!.mine();
    const sentAt = a!.blocks.find(({ logs }) => logs.length > 0)!.timestamp;
    expect(b!.blocks.at(-2)!.timestamp - sentAt).toBeLessThan(5);
    expect(executions(b!, hash)).toBe(1);
  });

  it("frees the nonce of its transaction when it is stuck in the pool", async () => {
    const { chains: [a, b] } = start({ expiryWindow: 10 });
    a!.post({ destination: 902 });
    b!.isStuck = true;
    await cluster.seconds(14);
    b!.isStuck = false;
    await cluster.seconds(2);
    expect(b!.included.map(({ to, data }) => [to, data.length])).toEqual([[b!.taken[0]!.from, 0]]);
    const next = a!.post({ destination: 902 });
    await cluster.seconds(3);
    expect(executions(b!, next)).toBe(1);
  });
});

describe("a chain that is down", () => {
  it("harms only its own pairs, and its messages go on when it is back", async () => {
    const { chains: [a, b, c] } = start({ chainIds: [901, 902, 903] });
    await cluster.seconds(2);
    c!.isDown = true;
    const toDown = a!.post({ destination: 903 });
    const others = [a!.post({ destination: 902 }), b!.post({ destination: 901 })];
    const fromDown = c!.post({ destination: 901 });
    await cluster.seconds(3);
    expect([executions(b!, others[0]!), executions(a!, others[1]!), c!.relayed.length, a!.relayed.includes(fromDown)]).toEqual([1, 1, 0, false]);
    expect(cluster.relayer.status().chains.map(({ chainId, problem }) => [chainId, problem === undefined])).toEqual([[901, true], [902, true], [903, false]]);
    await cluster.seconds(60);
    c!.isDown = false;
    await cluster.until("what waited is executed", () => executions(c!, toDown) === 1 && executions(a!, fromDown) === 1, 15);
    expect(cluster.relayer.status().chains.every(({ problem }) => problem === undefined)).toBe(true);
    expect([cluster.logged("cannot use a chain").length, cluster.logged("can use a chain again").length]).toEqual([1, 1]);
  });

  it("may take a transaction and fail to say so: the message is executed once", async () => {
    const { chains: [a, b] } = start();
    b!.afterSend = () => new TemporaryError("socket hang up");
    const hash = a!.post({ destination: 902 });
    await cluster.seconds(5);
    expect([executions(b!, hash), b!.included.length, cluster.pending(901, 902)]).toEqual([1, 1, 0]);
  });
});

describe("a reorg of a source", () => {
  it("takes its messages back, and those of the new blocks are relayed", async () => {
    const { chains: [a, b] } = start();
    b!.isBehind = true;
    const gone = a!.post({ destination: 902, message: Uint8Array.of(1) });
    await cluster.seconds(4);
    expect(cluster.pending(901, 902)).toBe(1);
    a!.reorg(4);
    b!.isBehind = false;
    const kept = a!.post({ destination: 902, message: Uint8Array.of(2) });
    await cluster.seconds(4);
    expect(b!.relayed).toEqual([kept]);
    expect([executions(b!, gone), cluster.pending(901, 902), cluster.cursor(901, 902)]).toEqual([0, 0, a!.newest.number]);
  });

  it("however deep is gone back to by its depth and little more, not to the beginning", async () => {
    const { chains: [a, b] } = start({ length: 600 });
    await cluster.seconds(200);
    a!.ranges = [];
    a!.reorg(190);
    const kept = a!.post({ destination: 902 });
    await cluster.seconds(4);
    expect(b!.relayed).toEqual([kept]);
    expect(cluster.logged("reorg of a source")).toHaveLength(1);
    const common = 800 - 190;
    const [from] = a!.ranges[0]!;
    expect(from).toBeLessThanOrEqual(common);
    expect(from).toBeGreaterThan(common - 65);
  });

  it.each([
    ["the last of which is the head", 20],
    ["more than may wait", 2],
  ])("while blocks are being read, %s: no message of the new blocks is passed over", async (_, maxQueued) => {
    const { chains: [a, b] } = start({ options: { maxQueued } });
    await cluster.seconds(2);
    const old = a!.post({ destination: 902, message: Uint8Array.of(1) });
    await cluster.seconds();
    await cluster.stop();
    expect(cluster.cursor(901, 902)).toBe(3);
    for (let i = 0; i < 3; i++) {
      a!.post({ destination: 902, message: Uint8Array.of(1) });
      a!.mine();
    }
    a!.beforeLogs = () => {
      a!.beforeLogs = () => {};
      a!.reorg(5, { sendings: Array.from({ length: 4 }, (_, i) => ({ destination: 902, nonce: 100 + i, message: Uint8Array.of(2) })) });
    };
    await cluster.restart();
    await cluster.until("all messages of the new blocks are executed", () => b!.relayed.filter((hash) => hash !== old).length === 4, 30);
  });

  it("has its messages forgotten for good: a restart does not bring them back", async () => {
    const { chains: [a, b] } = start();
    b!.isBehind = true;
    a!.post({ destination: 902 });
    await cluster.seconds(4);
    a!.reorg(4);
    await cluster.seconds();
    const asked = b!.estimates.length;
    await cluster.restart();
    expect(cluster.pending(901, 902)).toBe(0);
    await cluster.seconds(8);
    expect(b!.estimates).toHaveLength(asked);
  });

  it("keeps a message that is in the new blocks as well, with their times and places", async () => {
    const { chains: [a, b] } = start();
    b!.isBehind = true;
    const hash = a!.post({ destination: 902 });
    await cluster.seconds(3);
    a!.reorg(3, { keepLogs: true });
    b!.isBehind = false;
    await cluster.until("it is executed", () => executions(b!, hash) === 1, 10);
    await cluster.seconds(5);
    expect(executions(b!, hash)).toBe(1);
  });

  it("replaces a transaction under way whose message is gone, so that those behind it move on", async () => {
    const { chains: [a, b] } = start();
    b!.isStuck = true;
    a!.post({ destination: 902, message: Uint8Array.of(1) });
    await cluster.seconds(2);
    a!.reorg(2);
    const kept = a!.post({ destination: 902, message: Uint8Array.of(2) });
    await cluster.seconds(2);
    b!.isStuck = false;
    await cluster.seconds(2);
    expect(b!.included.map(({ nonce, data }) => [nonce, data.length > 0])).toEqual([[0, false], [1, true]]);
    expect(b!.relayed).toEqual([kept]);
  });
});

describe("a reorg of a destination", () => {
  it("takes an execution out: the message is relayed again", async () => {
    const { chains: [a, b] } = start();
    const hash = a!.post({ destination: 902 });
    await cluster.until("it is executed", () => executions(b!, hash) === 1);
    b!.reorg(2, { keepTransactions: false });
    expect(executions(b!, hash)).toBe(0);
    await cluster.until("it is executed again", () => executions(b!, hash) === 1, 5);
    expect(cluster.logged("reorg took out the execution")).toHaveLength(1);
  });

  it("leaves it to the pool that kept the transaction: it is executed once", async () => {
    const { chains: [a, b] } = start();
    const hash = a!.post({ destination: 902 });
    await cluster.until("it is executed", () => executions(b!, hash) === 1);
    b!.reorg(2);
    await cluster.seconds(8);
    expect([executions(b!, hash), b!.included.length]).toEqual([1, 1]);
  });

  it("is not looked for any more once the execution is in a safe block", async () => {
    const { chains: [a, b] } = start();
    const hash = a!.post({ destination: 902 });
    await cluster.until("it is executed", () => executions(b!, hash) === 1);
    expect([...cluster.store.entries()].length).toBeGreaterThan(1);
    b!.safe = b!.newest.number;
    await cluster.seconds(40);
    expect([...cluster.store.entries()].map(([key]) => key[0])).toEqual([0, 0]);
  });

  it("leaves a gap of nonces, which the message that was executed there takes again", async () => {
    const { chains: [a, b] } = start({ options: { resubmissionTimeoutMs: 3_000 } });
    const first = a!.post({ destination: 902 });
    await cluster.until("the first is executed", () => executions(b!, first) === 1);
    b!.isStuck = true;
    const second = a!.post({ destination: 902 });
    await cluster.until("the second is in the pool", () => b!.pool.length === 1);
    b!.reorg(3, { keepTransactions: false });
    b!.isStuck = false;
    await cluster.until("both are executed", () => executions(b!, first) === 1 && executions(b!, second) === 1, 4);
    expect(b!.included.map(({ nonce }) => nonce)).toEqual([0, 1]);
    expect(b!.included.every(({ status }) => status === 1)).toBe(true);
  });
});

describe("a restart", () => {
  it("goes on from what is stored without repeating anything", async () => {
    const { chains: [a, b] } = start();
    const first = a!.post({ destination: 902 });
    await cluster.seconds(3);
    await cluster.stop();
    const second = a!.post({ destination: 902 });
    await cluster.seconds(40);
    a!.ranges = [];
    await cluster.restart();
    await cluster.seconds(4);
    expect([executions(b!, first), executions(b!, second), b!.included.length]).toEqual([1, 1, 2]);
    expect(a!.ranges[0]![0]).toBeGreaterThan(1);
  });

  it("after a kill between sending and anything else: the message is executed once", async () => {
    const { chains: [a, b] } = start();
    let left = cluster.snapshot();
    const hash = a!.post({ destination: 902 });
    b!.afterSend = () => {
      left = cluster.snapshot();
      return undefined;
    };
    await cluster.until("it is in the pool", () => b!.pool.length === 1);
    b!.afterSend = () => undefined;
    await cluster.restart({}, left);
    await cluster.seconds(6);
    expect([executions(b!, hash), b!.included.length, cluster.pending(901, 902)]).toEqual([1, 1, 0]);
  });

  it("after a kill before the last blocks read were taken down: they are read again, nothing is executed twice", async () => {
    const { chains: [a, b] } = start();
    await cluster.seconds();
    const old = cluster.snapshot();
    const hashes = [a!.post({ destination: 902 }), a!.post({ destination: 902 })];
    await cluster.seconds(4);
    await cluster.restart({}, old);
    await cluster.seconds(4);
    expect([b!.relayed, b!.included.length]).toEqual([hashes, 2]);
  });

  it("waits for transactions of the earlier run, but not for ever", async () => {
    const { chains: [a, b] } = start({ options: { pendingTimeoutMs: 5_000 } });
    b!.isStuck = true;
    const hash = a!.post({ destination: 902 });
    await cluster.until("it is in the pool", () => b!.pool.length === 1);
    await cluster.restart();
    b!.market = { baseFee: 2_000n, priorityFee: 200n };
    await cluster.seconds(4);
    expect(b!.taken).toHaveLength(1);
    await cluster.seconds(4);
    expect(b!.taken.map(({ nonce }) => nonce)).toEqual([0, 0]);
    b!.isStuck = false;
    await cluster.seconds(3);
    expect([executions(b!, hash), b!.included.length]).toEqual([1, 1]);
  });

  it("on a source that is another chain below what was read: it reads that from the last common block", async () => {
    const { chains: [a, b] } = start();
    await cluster.seconds(5);
    await cluster.stop();
    a!.reorg(4);
    const hash = a!.post({ destination: 902 });
    await cluster.seconds(2);
    await cluster.restart();
    await cluster.seconds(3);
    expect(b!.relayed).toEqual([hash]);
  });
});

describe("bounds", () => {
  it("pause reading while as many messages wait as may, and go on block by block", async () => {
    const { chains: [a, b] } = start({ options: { maxQueued: 3 } });
    await cluster.seconds();
    b!.isBehind = true;
    const hashes: string[] = [];
    for (let i = 0; i < 5; i++) {
      hashes.push(a!.post({ destination: 902 }), a!.post({ destination: 902 }));
      await cluster.seconds();
    }
    expect(cluster.pending(901, 902)).toBeLessThanOrEqual(4);
    const asked = a!.ranges.filter(([, , destination]) => destination === 902).length;
    await cluster.seconds(5);
    expect(a!.ranges.filter(([, , destination]) => destination === 902)).toHaveLength(asked);
    b!.isBehind = false;
    await cluster.until("all are executed", () => hashes.every((hash) => b!.relayed.some((one) => one === hash)), 60);
    expect(b!.relayed).toHaveLength(10);
  });

  it("read whole blocks only, of a long range too, and never more messages than may wait by more than a block's", async () => {
    const { chains: [a, b] } = start({ options: { maxQueued: 4 } });
    b!.isBehind = true;
    for (let block = 0; block < 20; block++) {
      for (let i = 0; i < 3; i++) a!.post({ destination: 902 });
      a!.mine();
    }
    await cluster.seconds(3);
    expect(cluster.pending(901, 902)).toBe(6);
    b!.isBehind = false;
    await cluster.until("all are executed", () => b!.relayed.length === 60, 120);
    expect(new Set(b!.relayed).size).toBe(60);
  });

  it("keep no more transactions under way than may be", async () => {
    const { chains: [a, b] } = start({ options: { maxInFlight: 2 } });
    for (let i = 0; i < 7; i++) a!.post({ destination: 902 });
    let most = 0;
    for (let i = 0; i < 8; i++) {
      await cluster.seconds();
      most = Math.max(most, b!.pool.length, cluster.relayer.status().chains.find(({ chainId }) => chainId === 902)!.inFlight);
    }
    expect([most, b!.relayed.length]).toEqual([2, 7]);
  });

  it("keep no more executed messages than may wait, while no block becomes safe", async () => {
    const { chains: [a, b] } = start({ options: { maxQueued: 5 } });
    for (let i = 0; i < 12; i++) {
      a!.post({ destination: 902 });
      await cluster.seconds();
    }
    await cluster.seconds(3);
    expect(b!.relayed).toHaveLength(12);
    expect([...cluster.store.entries()].filter(([key]) => key[0] === 1)).toHaveLength(5);
  });
});
