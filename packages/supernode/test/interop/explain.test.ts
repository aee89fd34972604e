import { inboxEntriesOf, meshOf } from "@pangaea/interop";
import { type Hex, toQuantity } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { until } from "../../../node/test/support/manual-clock.ts";
import { at, Cluster } from "../support/cluster.ts";
import { transactionOf } from "../support/fake-chain.ts";
import { word } from "../support/fake-l1.ts";
import { changed, checksumOf, executes, messageOf, says, type SentMessage } from "../support/messages.ts";

const two = () => new Cluster({ chains: [{}, {}], set: meshOf([901, 902], 100) });
const call = async ({ interop }: Cluster, method: string, ...params: readonly unknown[]): Promise<unknown> => JSON.parse(JSON.stringify(await interop.rpcMethods[method]!(params, {})));
const explain = (cluster: Cluster, chainId: unknown, which: unknown) => call(cluster, "interop_explain", chainId, which);
const json = ({ identifier }: SentMessage) => ({ ...identifier, chainId: identifier.chainId.toString() });

describe("interop_explain", () => {
  it("tells a block's certainty, its L1 block and each of its messages with what was found", async () => {
    const cluster = two();
    const sent = cluster.chain(0).block([says(1)]).message(0);
    cluster.chain(1).fill(at(1));
    cluster.chain(1).block([executes(sent)]);
    cluster.fillAndPost(4);
    await cluster.settle();
    expect(await explain(cluster, 902, 2)).toEqual({
      chainId: 902, block: { number: 2, hash: cluster.chain(1).at(2).ref.hash, timestamp: at(2) }, status: "safe", requiredL1: { number: 1, hash: cluster.l1.block(1)!.hash }, denied: [],
      messages: [{ verdict: "valid", reason: `log 0 of block 1 (${cluster.chain(0).at(1).ref.hash}) of chain 901 has the claimed checksum`, logIndex: 0, identifier: json(sent), payloadHash: sent.payloadHash, checksum: checksumOf(sent) }],
    });
  });

  it.each<readonly [string, (hash: Hex) => unknown]>([["number", () => 2], ["quantity", () => "0x2"], ["decimal text", () => "2"], ["hash", (hash) => hash], ["hash in capitals", (hash) => `0x${hash.slice(2).toUpperCase()}`], ["label", () => "safe"], ["another label", () => "local-safe"], ["the label between", () => "cross-unsafe"]])("takes a block by %s", async (_, which) => {
    const cluster = two();
    cluster.fillAndPost(2);
    await cluster.settle();
    for (const chainId of [902, "902", "0x386"]) expect(await explain(cluster, chainId, which(cluster.chain(1).at(2).ref.hash))).toMatchObject({ chainId: 902, block: { number: 2 } });
  });

  const LABELS = [["unsafe", 10], ["latest", 10], ["cross-unsafe", 8], ["local-safe", 6], ["safe", 4], ["finalized", 2]] as const;
  const CERTAINTY = ["finalized", "finalized", "safe", "safe", "local-safe", "local-safe", "cross-unsafe", "cross-unsafe", "unsafe", "unsafe"];

  it("takes each label for the head of that name, the cross-unsafe one as it is known here, and says of each block how certain it is", async () => {
    const cluster = two();
    const [a, b] = cluster.chains;
    for (const [first, second] of [[2, 2], [6, 4]] as const) {
      a!.fill(at(first));
      b!.fill(at(second));
      cluster.post();
    }
    await cluster.settle();
    cluster.l1.finalized = 1;
    for (const chain of cluster.chains) chain.authorityMoved();
    await cluster.settle();
    a!.fill(at(10));
    b!.fill(at(8));
    await a!.run();
    a!.stalled = true;
    await cluster.settle();
    expect(a!.heads()?.crossUnsafe.number, "the node has not taken it up yet").toBeLessThan(8);
    const heads = async (labels: typeof LABELS) => Promise.all(labels.map(async ([label]) => ((await explain(cluster, 901, label)) as { block: { number: number } }).block.number));
    expect(await heads(LABELS)).toEqual(LABELS.map(([, number]) => number));
    for (const [i, status] of CERTAINTY.entries()) {
      const isSettled = status === "safe" || status === "finalized";
      expect(await explain(cluster, 901, i + 1)).toEqual(expect.objectContaining({ status, ...(isSettled ? {} : { waitsFor: expect.any(String) }) }));
      expect(Object.hasOwn((await explain(cluster, 901, i + 1)) as object, "waitsFor")).toBe(!isSettled);
    }
  });

  it("does not say that there is no such block when the execution layer fails", async () => {
    const cluster = two();
    cluster.fillAndPost(2);
    await cluster.settle();
    cluster.chain(0).fault = "unreachable";
    await expect(explain(cluster, 901, word(5))).rejects.toThrow("chain 901: the execution layer does not answer");
  });

  it("has no block before any is indexed, and says so", async () => {
    await expect(explain(two(), 901, 0)).rejects.toThrow("chain 901: block 0 is not in the message index, which holds no block yet");
  });

  it("has no block for a label while the chain's node does not run", async () => {
    const cluster = two();
    cluster.fillAndPost(2);
    await cluster.settle();
    cluster.chain(0).running = false;
    await expect(explain(cluster, 901, "safe")).rejects.toThrow("chain 901 has no safe block yet");
  });

  it("takes a transaction by its hash, and gives only its own messages", async () => {
    const cluster = two();
    const sent = cluster.chain(0).block([says(1)]).message(0);
    cluster.chain(1).fill(at(1));
    const { number } = cluster.chain(1).block([executes(sent)], [says(2)]);
    await cluster.settle();
    const [deposit, other] = [0, 1].map((i) => transactionOf(cluster.chain(1).at(number).ref.hash, i));
    expect(await explain(cluster, 902, deposit)).toMatchObject({ transactionHash: deposit, block: { number }, messages: [] });
    expect(await explain(cluster, 902, `0x${other!.slice(2).toUpperCase()}`)).toMatchObject({ transactionHash: other, block: { number }, messages: [{ logIndex: 1 }] });
  });

  it("says which rule a message breaks, with the values, and that the block waits for its replacement", async () => {
    const cluster = two();
    const sent = cluster.chain(0).block([says(1)]).message(0);
    cluster.chain(1).block([executes(changed(sent, { logIndex: 4 }))]);
    await cluster.settle();
    const broken = expect.stringMatching(/identity: .*block 1 has 1 logs, none with index 4$/);
    expect(await explain(cluster, 902, 1)).toMatchObject({ status: "unsafe", messages: [{ verdict: "invalid", reason: broken }], waitsFor: expect.stringMatching(/^its replacement: identity: /) });
  });

  it("names what fell at a height beside what stands there, and explains what fell by its hash", async () => {
    const cluster = two();
    cluster.chain(1).block([executes(cluster.chain(0).messageAt(0, 4, says(1)))]);
    const fallen = cluster.chain(1).at(1).ref.hash;
    cluster.fillAndPost(3);
    const onIt = cluster.chain(1).at(2).ref.hash;
    await cluster.settle();
    await expect(explain(cluster, 902, onIt), "a block on the one that fell").rejects.toThrow(`is not of the chain, ${cluster.chain(1).at(2).ref.hash} stands at its height: ask for block 2`);
    const denied = [{ number: 1, hash: fallen, decidedAt: at(1), reason: expect.stringMatching(/^initiation-activation: /) }];
    expect(await explain(cluster, 902, 1)).toMatchObject({ status: "safe", messages: [], denied });
    for (const hash of [fallen, `0x${fallen.slice(2).toUpperCase()}`]) expect(await explain(cluster, 902, hash)).toMatchObject({ status: "denied", block: { number: 1, hash: fallen, timestamp: at(1) }, denied });
  });

  it("says that a block waits for its data on L1, for another chain, or because verification has halted", async () => {
    const cluster = two();
    cluster.chain(0).fill(at(6));
    cluster.l1.mine(cluster.chain(0).unposted());
    cluster.chain(0).fill(at(9));
    cluster.chain(1).fill(at(9));
    await cluster.settle();
    expect(await explain(cluster, 901, 6)).toMatchObject({ status: "local-safe", waitsFor: "the other chains at timestamp 1001: chain 902: block 1 for timestamp 1001 is not local safe yet, block 0 is" });
    expect(await explain(cluster, 901, 8)).toMatchObject({ status: "cross-unsafe", waitsFor: "its data on L1: block 6 is the last that derivation has reached, reading L1 block 1" });
    expect(await explain(cluster, 901, 0)).toMatchObject({ requiredL1: cluster.chain(0).config.genesis.l1 });
  });

  it("says that a block waits for a message, when that is of a block that is not there yet", async () => {
    const cluster = two();
    const later = cluster.chain(0).messageAt(4, 0, says(1));
    cluster.chain(1).fill(at(3));
    const { number } = cluster.chain(1).block([executes(later)]);
    cluster.chain(0).fill(at(3));
    cluster.post();
    await cluster.settle();
    const waits = { messages: [{ verdict: "wait", reason: expect.stringMatching(/^identity: .*chain 901/) }] };
    expect(await explain(cluster, 902, number)).toMatchObject({ status: "local-safe", ...waits, waitsFor: expect.stringMatching(/^the other chains at timestamp 1004: chain 901: block 4 for timestamp 1004 is not local safe yet, block 3 is$/) });
  });

  it("says that a block waits because verification has halted, with the remedy", async () => {
    const cluster = two();
    const sent = cluster.chain(0).block([says(1)]).message(0);
    cluster.fillAndPost(8);
    await cluster.settle();
    cluster.interop.watched(901).index.prune(at(5));
    cluster.chain(1).block([executes(sent)]);
    cluster.fillAndPost(12);
    await expect(cluster.settle()).rejects.toThrow("backfill them");
    const pruned = expect.stringMatching(/^a message: identity: .*no longer/);
    expect(await explain(cluster, 902, 9)).toMatchObject({ status: "local-safe", messages: [{ verdict: "halt" }], waitsFor: pruned });
    const stop = new AbortController();
    const running = cluster.interop.start(stop.signal);
    await until(() => cluster.interop.halted !== undefined, cluster.clock);
    expect(await explain(cluster, 902, 10)).toMatchObject({ status: "local-safe", waitsFor: expect.stringMatching(/^interop has halted: .*backfill them/) });
    stop.abort();
    await running.catch(() => {});
  });

  it("says from which timestamp on a block waits for another chain, when none was verified yet", async () => {
    const cluster = new Cluster({ chains: [{ activation: 3 }, { activation: 3 }], set: meshOf([901, 902], 100) });
    cluster.chain(0).fill(at(6));
    cluster.post();
    await cluster.settle();
    expect(cluster.verified).toBeUndefined();
    expect(await explain(cluster, 901, 5)).toMatchObject({ status: "local-safe", waitsFor: expect.stringMatching(/^the other chains at timestamp 1003: chain 902: /) });
  });

  it("says that a block waits for its chain's node, when that does not run", async () => {
    const cluster = two();
    cluster.fillAndPost(2);
    await cluster.settle();
    cluster.chain(1).running = false;
    expect(await explain(cluster, 902, 2)).toMatchObject({ status: "unsafe", block: { number: 2 }, waitsFor: "its chain's node, which does not run or has not found its heads yet" });
  });

  it.each<readonly [string, unknown, unknown, string]>([
    ["a chain that is not run here", 903, 1, "chain 903 is not run here"], ["a block that is not there", 901, 77, "block 77 is not in the message index, which holds 0 to 2"], ["a hash that nothing has", 901, word(5), "has neither a block nor a transaction"],
    ["a word that every object has", 901, "constructor", "the second parameter wants a block number"], ["a part of a block", 901, 1.5, "block is not a hex quantity: 1.5"], ["a block below none", 901, -1, "block is not a hex quantity: -1"], ["a chain below none", -901, 1, "chain id is not a hex quantity: -901"],
    ["a quantity without digits", 901, "0x", "block is not a hex quantity"], ["a chain without digits", "", 1, "chain id is not a hex quantity"], ["a chain by a power", "9e2", 1, "chain id is not a hex quantity"],
    ["another word", 901, "newest", "the second parameter wants a block number"], ["nothing", 901, undefined, "block"], ["no chain", undefined, 1, "chain id"],
  ])("refuses %s", async (_, chainId, which, message) => {
    const cluster = two();
    cluster.fillAndPost(2);
    await cluster.settle();
    await expect(explain(cluster, chainId, which)).rejects.toThrow(message);
  });
});

describe("interop_messageStatus", () => {
  it("tells where a message is, how certain, until when it can be executed and what to list for it", async () => {
    const cluster = two();
    const sent = cluster.chain(0).block([says(1)]).message(0);
    cluster.fillAndPost(2);
    cluster.chain(0).block([says(2)]);
    cluster.chain(1).fill(at(3));
    await cluster.settle();
    expect(await call(cluster, "interop_messageStatus", json(sent), sent.payloadHash)).toEqual({
      found: "yes", checksum: checksumOf(sent), expiresAt: at(101), block: { number: 1, hash: cluster.chain(0).at(1).ref.hash, timestamp: at(1) }, safety: "safe", inboxEntries: inboxEntriesOf(sent),
    });
    const later = cluster.chain(0).messageAt(3, 0, says(2));
    expect(await call(cluster, "interop_messageStatus", { ...json(later), blockNumber: "0x3", chainID: "0x385", chainId: undefined }, later.payloadHash)).toMatchObject({ found: "yes", safety: "cross-unsafe" });
  });

  it("tells apart what is contradicted, what is not there yet and what is no longer kept", async () => {
    const cluster = two();
    const sent = cluster.chain(0).block([says(1)]).message(0);
    cluster.fillAndPost(5);
    await cluster.settle();
    const found = async (message: SentMessage) => (await call(cluster, "interop_messageStatus", json(message), message.payloadHash)) as { readonly found: string; readonly reason?: string };
    expect(await found(changed(sent, { logIndex: 1 }))).toMatchObject({ found: "contradiction", reason: "block 1 has 1 logs, none with index 1" });
    expect(await found(cluster.chain(0).messageAt(50, 0, says(1)))).toMatchObject({ found: "not-yet" });
    expect(await found(changed(sent, { chainId: 999n }))).toMatchObject({ found: "not-yet", reason: "chain 999 is not run here" });
    cluster.interop.watched(901).index.prune(at(3));
    expect(await found(sent)).toMatchObject({ found: "pruned" });
  });

  it("tells what a transaction sent and executed, whichever chain it is on", async () => {
    const cluster = two();
    const block = cluster.chain(0).block([says(1), says(2)]);
    const [other, sent] = [block.message(0), block.message(1)];
    cluster.chain(1).fill(at(1));
    const { number, message } = cluster.chain(1).block([executes(sent), says(5)], [says(6), executes(other)]);
    cluster.fillAndPost(3);
    await cluster.settle();
    const [first, second] = [0, 1].map((i) => transactionOf(cluster.chain(1).at(number).ref.hash, i)) as [Hex, Hex];
    expect(await call(cluster, "interop_messageStatus", second)).toMatchObject({
      chainId: 902, transactionHash: second, block: { number, timestamp: at(2) }, safety: "safe",
      sent: [{ found: "yes", identifier: { logIndex: 2 } }, { found: "yes", identifier: json(message(3)), payloadHash: message(3).payloadHash, checksum: checksumOf(message(3)) }],
      executed: [{ verdict: "valid", identifier: json(sent), logIndex: 2 }],
    });
    expect(await call(cluster, "interop_messageStatus", first)).toMatchObject({ sent: [{ identifier: { logIndex: 0 } }, { identifier: { logIndex: 1 } }], executed: [{ identifier: json(other), logIndex: 1 }] });
    for (const [hash, own] of [[first, { identifier: json(other) }], [second, { identifier: json(sent) }]] as const) expect(await explain(cluster, 902, hash)).toMatchObject({ messages: [own] });
    expect(await call(cluster, "interop_messageStatus", `0x${second.slice(2).toUpperCase()}`)).toMatchObject({ chainId: 902, transactionHash: second });
    await expect(call(cluster, "interop_messageStatus", word(9))).rejects.toThrow(`transaction ${word(9)} is in no block of the chains 901, 902`);
  });

  it.each<readonly [string, (message: SentMessage) => unknown]>([
    ["numbers", ({ identifier }) => ({ ...identifier, chainId: 901 })], ["decimal text for the chain", ({ identifier }) => ({ ...identifier, chainId: "901" })], ["a quantity for the chain, by its other name", ({ identifier }) => ({ ...identifier, chainId: undefined, chainID: "0x385" })],
    ["quantities", ({ identifier }) => ({ ...identifier, chainId: 901, blockNumber: "0x1", logIndex: "0x0", timestamp: toQuantity(identifier.timestamp) })], ["capitals", ({ identifier }) => ({ ...identifier, chainId: 901, origin: `0x${identifier.origin.slice(2).toUpperCase()}` })],
  ])("takes an identifier of %s", async (_, identifier) => {
    const cluster = two();
    const sent = messageOf({ ...says(1), address: new Uint8Array(20).fill(0xab) }, { blockNumber: 1, logIndex: 0, timestamp: at(1), chainId: 901n });
    cluster.chain(0).block([{ ...says(1), address: new Uint8Array(20).fill(0xab) }]);
    await cluster.settle();
    expect(await call(cluster, "interop_messageStatus", identifier(sent), sent.payloadHash)).toMatchObject({ found: "yes", checksum: checksumOf(sent) });
  });

  const GOOD = { origin: `0x${"07".repeat(20)}`, blockNumber: 1, logIndex: 0, timestamp: 1, chainId: 901 };
  it.each<readonly [string, unknown, string]>([
    ["a number", 5, "wanted a transaction hash, or an identifier"], ["nothing", null, "wanted a transaction hash, or an identifier"], ["another origin", { ...GOOD, origin: "0x01" }, "identifier: origin wants 20 bytes of hex (is \"0x01\")"], ["no origin", { ...GOOD, origin: undefined }, "identifier: origin"],
    ["a negative block", { ...GOOD, blockNumber: -1 }, "identifier: blockNumber"], ["a part of a log", { ...GOOD, logIndex: 1.5 }, "identifier: logIndex"], ["decimal text for the time", { ...GOOD, timestamp: "17" }, "identifier: timestamp"], ["no time", { ...GOOD, timestamp: undefined }, "identifier: timestamp"],
    ["a part of a chain", { ...GOOD, chainId: 1.5 }, "identifier: chainId"], ["a chain below none", { ...GOOD, chainId: -1 }, "identifier: chainId"], ["a chain beyond what a number holds", { ...GOOD, chainId: 2 ** 53 }, "identifier: chainId"], ["a chain of endless digits", { ...GOOD, chainId: "9".repeat(100_000) }, "identifier: chainId"],
    ["a chain without digits", { ...GOOD, chainId: "" }, "identifier: chainId"], ["no chain", { ...GOOD, chainId: undefined }, "identifier: chainId"],
  ])("refuses %s as an identifier, naming what is malformed", async (_, identifier, message) => {
    const refused = call(two(), "interop_messageStatus", identifier, word(1));
    await expect(refused).rejects.toMatchObject({ kind: "input", message: expect.stringContaining(message) });
  });

  it("knows nothing of a message of chain 0", async () => {
    expect(await call(two(), "interop_messageStatus", { ...GOOD, chainId: 0 }, word(1))).toMatchObject({ found: "not-yet", reason: "chain 0 is not run here" });
  });

  it("refuses an identifier without the message's payload hash", async () => {
    await expect(call(two(), "interop_messageStatus", GOOD, undefined)).rejects.toMatchObject({ kind: "input", message: expect.stringContaining("payload hash, 32 bytes of hex") });
  });
});
