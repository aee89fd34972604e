import { type DependencySet, INTEROP_PREDEPLOYS } from "@pangaea/config";
import { CriticalError, silentLogger } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { afterEach, describe, expect, it } from "vitest";
import { Relayer } from "../src/index.ts";
import { Cluster, type ClusterOptions, executions, SIGNER } from "./support/cluster.ts";
import { MemoryRelayChain, storageKeys } from "./support/memory-relay-chain.ts";
import { MESSENGER, sentLog } from "./support/messages.ts";

let cluster: Cluster;
const start = (options: ClusterOptions = {}): Cluster => {
  cluster = new Cluster(options);
  return cluster;
};
afterEach(() => cluster.stop());

describe("the relayer", () => {
  it("executes a message on its destination in the block after the one in which it was sent", async () => {
    const { chains: [a, b] } = start();
    await cluster.seconds(3);
    const hash = a!.post({ destination: 902 });
    await cluster.seconds(2);
    const sentIn = a!.blocks.find(({ logs }) => logs.length > 0)!;
    const executedIn = b!.blocks.find(({ relayed }) => relayed.includes(hash))!;
    expect(executedIn.timestamp - sentIn.timestamp).toBe(1);
    await cluster.seconds(5);
    expect([executions(b!, hash), a!.relayed]).toEqual([1, []]);
  });

  it("names the message to pools and CrossL2Inbox by an access list of its place and checksum", async () => {
    const { chains: [a, b] } = start();
    a!.post({ destination: 902 });
    await cluster.until("a transaction", () => b!.taken.length > 0);
    const [transaction] = b!.taken;
    expect(transaction!.to).toBe(INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger);
    expect(transaction!.accessList.map(({ address }) => address)).toEqual([INTEROP_PREDEPLOYS.crossL2Inbox]);
    expect(storageKeys(transaction!).map((key) => key.slice(0, 4))).toEqual(["0x01", "0x03"]);
  });

  it("gives a transaction more gas than the estimate, by the margin", async () => {
    const { chains: [a, b] } = start({ options: { gasMarginPercent: 50 } });
    a!.post({ destination: 902 });
    await cluster.until("a transaction", () => b!.taken.length > 0);
    expect(b!.taken[0]!.gas).toBe(150_000);
  });

  it("watches every pair of chains", async () => {
    const { chains } = start({ chainIds: [901, 902, 903] });
    const sent = chains.flatMap((source) => chains.filter((chain) => chain !== source).map((destination) => ({ destination, hash: source.post({ destination: destination.chainId }) })));
    await cluster.seconds(3);
    expect(sent.map(({ destination, hash }) => executions(destination, hash))).toEqual(Array(6).fill(1));
    expect(cluster.relayer.status().account).toBe(SIGNER.address);
  });

  it("relays only the pairs of its policy", async () => {
    const { chains: [a, b, c] } = start({ chainIds: [901, 902, 903], options: { policy: { kind: "pairs", pairs: [{ source: 901, destination: 902 }] } } });
    const wanted = a!.post({ destination: 902 });
    a!.post({ destination: 903 });
    b!.post({ destination: 901 });
    await cluster.seconds(5);
    expect([a!.relayed, b!.relayed, c!.relayed]).toEqual([[], [wanted], []]);
    expect([b!.ranges, c!.ranges]).toEqual([[], []]);
  });

  it("leaves pairs alone that the dependency set does not allow", async () => {
    const dependencySet: DependencySet = { chains: [901, 902], accepts: new Map([[901, new Set([901, 902])], [902, new Set([902])]]), messageExpiryWindow: 604_800 };
    const { chains: [a, b] } = start({ dependencySet });
    a!.post({ destination: 902 });
    const wanted = b!.post({ destination: 901 });
    await cluster.seconds(4);
    expect([a!.relayed, b!.relayed]).toEqual([[wanted], []]);
  });

  it("does nothing at all by the policy none", async () => {
    const { chains: [a, b] } = start({ options: { policy: { kind: "none" } } });
    a!.post({ destination: 902 });
    await cluster.seconds(3);
    expect([a!.ranges, b!.taken, cluster.relayer.status().chains]).toEqual([[], [], []]);
  });

  it("passes over logs that are not messages for the destination, and those that the messenger cannot have emitted", async () => {
    const { chains: [a, b] } = start();
    a!.postLog({ address: new Uint8Array(20), topics: sentLog({ destination: 902, nonce: 9 }).topics, data: new Uint8Array(0) });
    a!.postLog(sentLog({ destination: 903, nonce: 9 }));
    a!.postLog({ address: MESSENGER, topics: sentLog({ destination: 902, nonce: 9 }).topics, data: new Uint8Array(7) });
    const wanted = a!.post({ destination: 902 });
    await cluster.seconds(3);
    expect(b!.relayed).toEqual([wanted]);
    expect(cluster.logged("cannot be read").map(({ level }) => level)).toEqual(["warn"]);
  });

  it("relays the messages of several sources with nonces in a row, by the time of their blocks and their place in them", async () => {
    const { chains: [a, b, c] } = start({ chainIds: [901, 902, 903] });
    c!.isDown = true;
    const first = [a!.post({ destination: 903 }), b!.post({ destination: 903 }), a!.post({ destination: 903 }), b!.post({ destination: 903 })];
    await cluster.seconds();
    const second = [b!.post({ destination: 903 }), a!.post({ destination: 903 })];
    await cluster.seconds(2);
    c!.isDown = false;
    await cluster.until("all are executed", () => c!.relayed.length === 6);
    expect(c!.relayed).toEqual([first[0], first[1], first[2], first[3], second[1], second[0]]);
    expect(c!.included.map(({ nonce }) => nonce)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("executes a message only once that was sent again with resendMessage", async () => {
    const { chains: [a, b] } = start();
    const hash = a!.post({ destination: 902, nonce: 7 });
    a!.post({ destination: 902, nonce: 7 });
    await cluster.seconds();
    a!.post({ destination: 902, nonce: 7 });
    await cluster.seconds(6);
    expect(executions(b!, hash)).toBe(1);
    expect(b!.included.map(({ status }) => status)).toEqual([1]);
    expect(cluster.pending(901, 902)).toBe(0);
  });

  it("notices a message that somebody else relayed, and pays nothing for it", async () => {
    const { chains: [a, b] } = start();
    const hash = a!.post({ destination: 902 });
    b!.relayByOther(hash);
    await cluster.seconds(4);
    expect([executions(b!, hash), b!.taken, cluster.pending(901, 902)]).toEqual([1, [], 0]);
    expect(await cluster.metric("relayer_messages_relayed_total", 901, 902)).toBe(0);
  });

  it("is overtaken by somebody else while its own transaction is under way: the message counts as executed", async () => {
    const { chains: [a, b] } = start();
    const hash = a!.post({ destination: 902 });
    await cluster.until("its transaction is in the pool", () => b!.pool.length > 0);
    b!.relayByOther(hash);
    await cluster.seconds(5);
    expect(b!.included.map(({ status }) => status)).toEqual([0]);
    expect([executions(b!, hash), cluster.pending(901, 902)]).toEqual([1, 0]);
  });

  it("relays what a message's execution sends in its turn, back and on to a third chain", async () => {
    const { chains: [a, b, c] } = start({ chainIds: [901, 902, 903] });
    const first = a!.post({ destination: 902 });
    b!.replies.set(first, { destination: 901, nonce: 100 });
    await cluster.seconds(3);
    const back = a!.relayed[0]!;
    a!.replies.set(back, { destination: 903, nonce: 100 });
    await cluster.until("the first is executed", () => executions(b!, first) === 1);
    expect(a!.relayed).toEqual([back]);
    const other = a!.post({ destination: 902 });
    b!.replies.set(other, { destination: 903, nonce: 101 });
    await cluster.until("its reply is executed on the third chain", () => c!.relayed.length > 0);
    expect(c!.included.map(({ status }) => status)).toEqual([1]);
  });

  it("waits for a message that another one requires, whichever comes first", async () => {
    const { chains: [a, b, c] } = start({ chainIds: [901, 902, 903] });
    const dependant = a!.post({ destination: 903 });
    await cluster.seconds(4);
    const required = b!.post({ destination: 903 });
    c!.requires.set(dependant, required);
    await cluster.restart();
    const passed = await cluster.until("both are executed", () => c!.relayed.includes(required) && c!.relayed.includes(dependant));
    expect(passed).toBeLessThan(30);
  });

  it("does not pay for a message whose required message is not executed yet, and executes it soon after", async () => {
    const { chains: [a, b, c] } = start({ chainIds: [901, 902, 903] });
    const dependant = a!.post({ destination: 903 });
    const required = b!.post({ destination: 903, nonce: 50 });
    c!.requires.set(dependant, required);
    b!.isDown = true;
    await cluster.seconds(10);
    expect([c!.taken, c!.estimates.includes(dependant)]).toEqual([[], true]);
    b!.isDown = false;
    await cluster.until("both are executed", () => c!.relayed.length === 2, 60);
    expect(c!.relayed).toEqual([required, dependant]);
    expect(c!.included.map(({ status }) => status)).toEqual([1, 1]);
  });

  it("begins as many blocks before the head as it is told when it knows nothing", async () => {
    const { chains: [a, b] } = start({ length: 2_500, options: { lookbackBlocks: 2_200 } });
    await cluster.seconds(3);
    expect(a!.ranges[0]![0]).toBe(2_499 - 2_200 + 1);
    expect(cluster.cursor(901, 902)).toBe(a!.newest.number);
    const wanted = a!.post({ destination: 902 });
    await cluster.seconds(2);
    expect(b!.relayed).toEqual([wanted]);
  });

  it("asks for fewer blocks at once from an endpoint that bounds them, and reads every block all the same", async () => {
    const { chains: [a, b] } = start({ length: 3, options: { lookbackBlocks: 10_000 } });
    const early = a!.post({ destination: 902 });
    a!.mine();
    for (let i = 0; i < 900; i++) a!.mine();
    for (const chain of cluster.chains) chain.maxRange = 100;
    await cluster.until("the message is executed", () => b!.relayed.includes(early), 200);
    expect(a!.ranges.every(([from, to]) => from <= to)).toBe(true);
    expect(Math.min(...a!.ranges.map(([from, to]) => to - from + 1))).toBeLessThanOrEqual(100);
  });
});

describe("a relayer that cannot be right", () => {
  it("is refused: two chains of one id", () => {
    const { clock } = start();
    const chains = [new MemoryRelayChain(901, { clock }), new MemoryRelayChain(901, { clock }), new MemoryRelayChain(902, { clock })];
    const dependencySet: DependencySet = { chains: [901, 902], accepts: new Map([[901, new Set([901, 902])], [902, new Set([901, 902])]]), messageExpiryWindow: 60 };
    const create = () => new Relayer({ chains, dependencySet, signer: SIGNER, store: new MemoryStore(), clock, random: { bytes: (length) => new Uint8Array(length) }, log: silentLogger }, { policy: { kind: "all" } });
    expect(create).toThrow(CriticalError);
    expect(create).toThrow("two chains of the relayer have the same id");
  });
});
