import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { l2ToL2CrossDomainMessengerAbi } from "@eth-optimism/viem/abis";
import { encodeFunctionData } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, Devnet, publicClient, rpc, rpcBatch, viemChain, walletClient } from "./support/devnet.ts";
import { announced, blockAt, execute, explain, type Forced, force, forceAt, MESSENGER, nonceOf, send, type SentLog, sentLog, signExecution, signKnownLog, superRoot, untilReplaced, upcoming } from "./support/messages.ts";
import { until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

const A = 0;
const B = 1;
const C = 2;
const APART = 3;

interface InvalidMessage extends Forced {
  readonly transactionHash: `0x${string}`;
}

describe("a block with a message that does not hold", () => {
  let devnet: Devnet;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pangaea-invalid-"));
    const file = join(folder, "dependency-set.json");
    await writeFile(file, JSON.stringify({ dependencies: { 901: { accepts: [902, 903, 904] }, 902: { accepts: [901, 903] }, 903: { accepts: [902] }, 904: { accepts: [] } } }));
    devnet = await Devnet.start([CALLDATA, "--chains=901,902,903,904", "--relay=none", `--interop.dependency-set=${file}`]);
    await send(devnet, C, 0);
  });
  afterAll(async () => {
    await devnet.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const fault = <T>(method: string, ...params: readonly unknown[]): Promise<T> => rpc<T>(devnet.ready.supernode.url, `devnet_${method}`, params);
  const invalid = (index: number, field: string) => fault<InvalidMessage>("sendInvalidMessage", devnet.chain(index).chainId, field, 903);

  /** The block has given way to one without user transactions, its transaction is gone, and all can be told why. */
  async function expectReplaced(index: number, fallen: Forced & { readonly transactionHash?: `0x${string}` }): Promise<void> {
    const block = await untilReplaced(devnet, index, fallen);
    expect(block.transactions, "deposits alone").toHaveLength(1);
    const { chainId, url } = devnet.chain(index);
    for (const hash of [fallen.transactionHash, ...(fallen.transactionHashes ?? [])]) if (hash !== undefined) expect(await rpc(url, "eth_getTransactionReceipt", [hash]), `chain ${chainId}`).toBe(null);
    const explained = await explain(devnet, index, fallen.blockNumber);
    expect([explained.block.hash, explained.denied.map(({ hash }) => hash)]).toEqual([block.hash, [fallen.blockHash]]);
    const { data, optimistic_at_timestamp } = await superRoot(devnet.ready.supernode.url, Number(block.timestamp));
    const optimistic = optimistic_at_timestamp[chainId];
    expect(optimistic?.output.blockHash, "what was derived first is the optimistic block").toBe(fallen.blockHash);
    expect(data?.super.chains.map(({ Output }) => Output)).not.toContain(optimistic?.output_root);
  }

  it.each([
    ["origin", "block number"],
    ["log index", "timestamp"],
    ["chain id", "payload"],
  ])("whose %s or %s is wrong is replaced by its deposits alone, on two chains at once", async (first, second) => {
    const camel = (words: string) => words.replace(/ (\w)/, (_, letter: string) => letter.toUpperCase());
    const [onA, onB] = await Promise.all([invalid(A, camel(first)), invalid(B, camel(second))]);
    await Promise.all([expectReplaced(A, onA), expectReplaced(B, onB)]);
  });

  it("takes with it the blocks of two other chains that rest on it, and leaves one alone that does not", async () => {
    const ids = [B, C, A].map((index) => devnet.chain(index).chainId);
    for (const id of ids) await fault("withholdBatch", id, 20);
    const apart = (await devnet.status(APART)).unsafe_l2;
    // A message that does not hold and one that is sent, both in one block of B; C executes what B sent, A what C sent.
    const genuine = await send(devnet, C, 1);
    const nonce = await nonceOf(devnet, B, 1);
    const wrong = await signExecution(devnet, B, 1, { id: genuine.id, payload: `${genuine.payload}00` }, { nonce });
    const { raw: sending } = await signSend(B, 1, nonce + 1);
    const onB = await force(devnet, B, wrong, sending);
    const receiptOf = async (index: number, hash: `0x${string}`) => publicClient(devnet.chain(index).chainId, devnet.chain(index).url).getTransactionReceipt({ hash });
    const fromB = await sentLog(devnet, B, await receiptOf(B, onB.transactionHashes[1]!), 0);
    const onC = await execute(devnet, C, 1, fromB);
    const fromC = await sentLog(devnet, C, onC, 0);
    const onA = await execute(devnet, A, 1, fromC);
    for (const id of ids) await fault("withholdBatch", id, 0);
    await expectReplaced(B, onB);
    await expectReplaced(C, { blockNumber: Number(onC.blockNumber), blockHash: onC.blockHash, transactionHashes: [onC.transactionHash] });
    await expectReplaced(A, { blockNumber: Number(onA.blockNumber), blockHash: onA.blockHash, transactionHashes: [onA.transactionHash] });
    await devnet.untilSafe(APART, apart.number);
    expect(await devnet.blockHash(APART, apart.number)).toBe(apart.hash);
    expect(devnet.program.stderr).not.toMatch(/chain=904.*(denied|goes back)/);
  });

  async function signSend(index: number, sender: number, nonce: number): Promise<{ readonly raw: `0x${string}` }> {
    const { chainId, url } = devnet.chain(index);
    const wallet = walletClient(chainId, url, sender);
    const request = await wallet.prepareTransactionRequest({ to: MESSENGER, data: encodeFunctionData({ abi: l2ToL2CrossDomainMessengerAbi, functionName: "sendMessage", args: [903n, `0x${"ab".repeat(20)}`, "0x"] }), gas: 300_000n, nonce, chain: viemChain(chainId, url) });
    return { raw: await wallet.signTransaction(request) };
  }

  describe("of its own second that all rest on each other", () => {
    const ALL = [A, B, C, APART] as const;

    /** Puts transactions into one block of all chains: each chain's own log, and executions of logs that the others are still to emit, by place. */
    async function together(sender: number, contents: (log: (index: number, at: number) => Pick<SentLog, "id" | "payload">) => Readonly<Record<number, readonly ("log" | Pick<SentLog, "id" | "payload">)[]>>): Promise<readonly Forced[]> {
      const nonces = await Promise.all(ALL.map((index) => nonceOf(devnet, index, sender)));
      const sample = await signKnownLog(devnet, A, sender, nonces[0]!);
      const block = await upcoming(devnet, ALL, 5);
      const blocks = contents((index, at) => announced(devnet, index, sample, block, at));
      return Promise.all(ALL.map(async (index) => {
        const raws = (blocks[index] ?? []).map((content, i) => (content === "log" ? signKnownLog(devnet, index, sender, nonces[index]! + i).then(({ raw }) => raw) : signExecution(devnet, index, sender, content, { nonce: nonces[index]! + i })));
        return forceAt(devnet, index, block.number, ...(await Promise.all(raws)));
      }));
    }
    /** The rule by which each chain's block has fallen. */
    const rulesOf = (fallen: readonly Forced[]) => Promise.all(ALL.map(async (index) => {
      expect((await untilReplaced(devnet, index, fallen[index]!)).transactions, "deposits alone").toHaveLength(1);
      const { denied } = await explain(devnet, index, fallen[index]!.blockNumber);
      expect(denied.map(({ hash }) => hash)).toEqual([fallen[index]!.blockHash]);
      return denied[0]?.reason.split(":")[0];
    }));

    it("is replaced on three chains, and on one that executes its own log before it emits it", async () => {
      const fallen = await together(7, (log) => ({ [A]: [log(C, 1), "log"], [B]: [log(A, 1), "log"], [C]: [log(B, 1), "log"], [APART]: [log(APART, 1), "log"] }));
      expect(await rulesOf(fallen)).toEqual(["cycle", "cycle", "cycle", "cycle"]);
    });

    it("is replaced on two chains, at once with one on which they rest, and then on one that rests on them", async () => {
      const fallen = await together(8, (log) => ({ [A]: [log(APART, 2), log(B, 1), "log"], [B]: [log(A, 2), "log"], [C]: [log(B, 1)], [APART]: ["log", log(APART, 0), "log"] }));
      expect(await rulesOf(fallen)).toEqual(["cycle", "cycle", "identity", "cycle"]);
    });
  });

  it("from a chain that is not accepted is replaced, and on two other chains one that names the last block or the last second there can be; the other direction holds", async () => {
    const [fromA, fromC] = await Promise.all([send(devnet, A, 2), send(devnet, C, 9)]);
    const changed = (id: Partial<SentLog["id"]>) => ({ id: { ...fromC.id, ...id }, payload: fromC.payload });
    const [onA, onB, onC] = await Promise.all([
      force(devnet, A, await signExecution(devnet, A, 9, changed({ blockNumber: 2n ** 64n - 1n, logIndex: 2n ** 32n - 1n }))),
      force(devnet, B, await signExecution(devnet, B, 9, changed({ timestamp: 2n ** 64n - 1n }))),
      force(devnet, C, await signExecution(devnet, C, 2, fromA)),
    ]);
    const fallen = [[A, onA, /^identity: /], [B, onB, /^timestamp: /], [C, onC, /dependency/]] as const;
    await Promise.all(fallen.map(([index, block]) => expectReplaced(index, block)));
    for (const [index, { blockNumber }, rule] of fallen) expect((await explain(devnet, index, blockNumber)).denied[0]?.reason).toMatch(rule);
    const right = await execute(devnet, A, 2, await send(devnet, C, 3));
    await devnet.untilSafe(A, Number(right.blockNumber));
    expect(await devnet.blockHash(A, Number(right.blockNumber))).toBe(right.blockHash);
  });

  it("of a block that the sequencer told of and did not post is replaced", async () => {
    const log = await signKnownLog(devnet, A, 3, await nonceOf(devnet, A, 3));
    const { blockNumber } = await fault<{ blockNumber: number }>("equivocate", devnet.chain(A).chainId, log.raw);
    const timestamp = Number((await blockAt(devnet, A, blockNumber))!.timestamp);
    const message = { id: { origin: log.origin, blockNumber: BigInt(blockNumber), logIndex: 0n, timestamp: BigInt(timestamp), chainId: 901n }, payload: log.payload };
    await expectReplaced(B, await force(devnet, B, await signExecution(devnet, B, 3, message)));
  });

  it.each<["first" | "amid" | "last", number]>([["first", 4], ["amid", 5], ["last", 6]])("which is %s of the blocks that are batched together is replaced", async (place, sender) => {
    const { chainId } = devnet.chain(B);
    await fault("stop", chainId, "sequencer");
    const { unsafe_l2 } = await devnet.status(B);
    await devnet.untilSafe(B, unsafe_l2.number);
    await fault("withholdBatch", chainId, 30);
    const head = (await devnet.status(B)).unsafe_l2.number;
    const raw = await signExecution(devnet, B, sender, { ...(await send(devnet, A, sender)), payload: "0x1234" });
    const more = (count: number) => until("more blocks", async () => (await devnet.status(B)).unsafe_l2.number >= head + count, 20);
    let fallen: Forced;
    if (place === "first") {
      // In one request, so that the transaction is there before the first block is begun.
      [fallen] = await rpcBatch<[Forced, unknown]>(devnet.ready.supernode.url, ["devnet_forceTransaction", [chainId, raw]], ["devnet_start", [chainId, "sequencer"]]);
    } else {
      await fault("start", chainId, "sequencer");
      await more(3);
      fallen = await force(devnet, B, raw);
    }
    if (place !== "last") await more(6);
    await fault("stop", chainId, "sequencer");
    const last = (await devnet.status(B)).unsafe_l2.number;
    if (place === "first") expect(fallen.blockNumber).toBe(head + 1);
    if (place === "last") expect(last - fallen.blockNumber).toBeLessThanOrEqual(1);
    await fault("withholdBatch", chainId, 0);
    await until("it is denied", async () => (await explain(devnet, B, fallen.blockNumber)).denied.length > 0, 40, () => devnet.program.stderr);
    await fault("start", chainId, "sequencer");
    await expectReplaced(B, fallen);
  });

  it("was never there for a node that starts from nothing: it derives the same blocks and the same super roots", async () => {
    const heads = await Promise.all(devnet.ready.chains.map((_, i) => devnet.status(i)));
    const upTo = Math.min(...heads.map(({ safe_l2 }) => safe_l2.timestamp));
    const second = await Secondary.start(devnet);
    try {
      for (const [i] of devnet.ready.chains.entries()) await second.untilSafe(i, heads[i]!.safe_l2.number, 120);
      for (const [i, { safe_l2 }] of heads.entries()) expect(await second.blockHash(i, safe_l2.number)).toBe(await devnet.blockHash(i, safe_l2.number));
      const genesis = Number((await blockAt(devnet, A, 0))!.timestamp);
      for (let timestamp = upTo; timestamp > genesis; timestamp -= 7) {
        const [ours, theirs] = await Promise.all([superRoot(devnet.ready.supernode.url, timestamp), superRoot(second.url, timestamp)]);
        expect(ours.data, `super root at ${timestamp}`).toBeDefined();
        expect(theirs.data).toEqual(ours.data);
      }
    } finally {
      await second.stop();
    }
  });
});
