import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, Devnet, publicClient, rpc, viemChain, walletClient } from "./support/devnet.ts";
import { announced, blockAt, execute, explain, type Forced, forceAt, nonceOf, offer, send, signExecution, signKnownLog, untilReplaced, upcoming } from "./support/messages.ts";
import { until } from "./support/program.ts";

const A = 0;
const B = 1;
/** How long a message can be executed in this cluster, seconds. */
const WINDOW = 15;

describe("the time between a message and its execution", () => {
  let devnet: Devnet;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pangaea-times-"));
    const file = join(folder, "dependency-set.json");
    await writeFile(file, JSON.stringify({ dependencies: { 901: {}, 902: {} }, overrideMessageExpiryWindow: WINDOW }));
    devnet = await Devnet.start([CALLDATA, "--relay=none", "--interop.same-timestamp", `--interop.dependency-set=${file}`]);
  });
  afterAll(async () => {
    await devnet.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const head = async (index: number) => (await devnet.status(index)).unsafe_l2;
  const timeOf = async (index: number, { blockNumber }: Forced) => Number((await blockAt(devnet, index, blockNumber))!.timestamp);

  async function expectStands(index: number, { blockNumber, blockHash }: Forced): Promise<void> {
    await devnet.untilSafe(index, blockNumber);
    expect(await devnet.blockHash(index, blockNumber)).toBe(blockHash);
  }

  it.concurrent.each([
    ["a second less than the window", WINDOW - 1, true, 2],
    ["the whole window", WINDOW, true, 3],
    ["a second more than the window", WINDOW + 1, false, 4],
  ])("may be %s: %d s after, holds is %s", async (_, delay, holds, sender) => {
    const message = await send(devnet, A, sender);
    const forced = await forceAt(devnet, B, Number(message.id.blockNumber) + delay, await signExecution(devnet, B, sender, message));
    expect(await timeOf(B, forced)).toBe(Number(message.id.timestamp) + delay);
    if (holds) return expectStands(B, forced);
    const block = await untilReplaced(devnet, B, forced);
    expect(block.transactions).toHaveLength(1);
    expect((await explain(devnet, B, forced.blockNumber)).denied[0]?.reason).toMatch(/^expiry: /);
  });

  it.concurrent("that is over is told at the pool", async () => {
    const message = await send(devnet, A, 5);
    await until("the message has expired", async () => (await head(B)).timestamp > Number(message.id.timestamp) + WINDOW, WINDOW + 10);
    expect(await offer(devnet, B, await signExecution(devnet, B, 5, message))).toMatch(/-320600 conflicting data: expiry/);
  });

  it.concurrent("that is over when its transaction's turn comes is dropped by the builder, though the pool took it", async () => {
    const { chainId, url } = devnet.chain(B);
    const message = await send(devnet, A, 0);
    const nonce = await nonceOf(devnet, B, 0);
    const late = await signExecution(devnet, B, 0, message, { nonce: nonce + 1 });
    const hash = await until("the pool takes it", async () => {
      const answer = await offer(devnet, B, late);
      return /^0x/.test(answer) && answer;
    }, 10);
    await until("the message has expired", async () => (await head(B)).timestamp > Number(message.id.timestamp) + WINDOW, WINDOW + 10);
    expect(await rpc(url, "eth_getTransactionByHash", [hash]), "it waits for the nonce before it").not.toBeNull();
    const first = await walletClient(chainId, url, 0).sendTransaction({ to: `0x${"ab".repeat(20)}`, value: 1n, nonce, chain: viemChain(chainId, url) });
    const { blockNumber } = await publicClient(chainId, url).waitForTransactionReceipt({ hash: first });
    await until("the builder has had its chance", async () => (await head(B)).number >= Number(blockNumber) + 2, 10);
    expect(await rpc(url, "eth_getTransactionByHash", [hash])).toBeNull();
  });

  it("must not be negative: a message of the next second does not hold", async () => {
    const log = await signKnownLog(devnet, A, 6, await nonceOf(devnet, A, 6));
    const block = await upcoming(devnet, [A, B]);
    const raw = await signExecution(devnet, B, 6, announced(devnet, A, log, block, 0));
    const [early, source] = await Promise.all([forceAt(devnet, B, block.number - 1, raw), forceAt(devnet, A, block.number, log.raw)]);
    expect((await untilReplaced(devnet, B, early)).transactions).toHaveLength(1);
    expect((await explain(devnet, B, early.blockNumber)).denied[0]?.reason).toMatch(/^timestamp: /);
    await expectStands(A, source);
  });

  it("may be none: messages of the same second hold both ways and to the chain itself, each after what it rests on, beside an older one", async () => {
    const older = await send(devnet, A, 7);
    const [nonceA, nonceB] = [await nonceOf(devnet, A, 7), await nonceOf(devnet, B, 7)];
    const [logA, logB] = [await signKnownLog(devnet, A, 7, nonceA), await signKnownLog(devnet, B, 7, nonceB)];
    const block = await upcoming(devnet, [A, B]);
    const [ofA, ofB] = [announced(devnet, A, logA, block, 0), announced(devnet, B, logB, block, 0)];
    const onA = [await signExecution(devnet, A, 7, ofB, { nonce: nonceA + 1 }), await signExecution(devnet, A, 7, ofA, { nonce: nonceA + 2 })];
    const onB = [await signExecution(devnet, B, 7, ofA, { nonce: nonceB + 1 }), await signExecution(devnet, B, 7, older, { nonce: nonceB + 2 })];
    const [a, b] = await Promise.all([forceAt(devnet, A, block.number, logA.raw, ...onA), forceAt(devnet, B, block.number, logB.raw, ...onB)]);
    await Promise.all([expectStands(A, a), expectStands(B, b)]);
    expect((await explain(devnet, A, a.blockNumber)).messages.map(({ verdict }) => verdict)).toEqual(["valid", "valid"]);
    expect((await explain(devnet, B, b.blockNumber)).messages.map(({ verdict }) => verdict)).toEqual(["valid", "valid"]);
  });

  it("may be none by way of the pool, where the policy allows it: the transaction waits for its second, and its block for the other's", async () => {
    const log = await signKnownLog(devnet, A, 8, await nonceOf(devnet, A, 8));
    const block = await upcoming(devnet, [A, B]);
    const raw = await signExecution(devnet, B, 8, announced(devnet, A, log, block, 0));
    const [, hash] = await Promise.all([forceAt(devnet, A, block.number, log.raw), offer(devnet, B, raw)]);
    const { block: executing } = await until("it is in a block", () => explain(devnet, B, hash), 20);
    expect(executing.number).toBe(block.number);
    await expectStands(B, { blockNumber: executing.number, blockHash: executing.hash, transactionHashes: [] });
  });

  it("may not be none all the way round: messages of one second that rest on each other fall, on both chains", async () => {
    const [nonceA, nonceB] = [await nonceOf(devnet, A, 9), await nonceOf(devnet, B, 9)];
    // On each chain first the execution of the other's log, at place 1, then the own log.
    const [logA, logB] = [await signKnownLog(devnet, A, 9, nonceA + 1), await signKnownLog(devnet, B, 9, nonceB + 1)];
    const block = await upcoming(devnet, [A, B]);
    const executesB = await signExecution(devnet, A, 9, announced(devnet, B, logB, block, 1), { nonce: nonceA });
    const executesA = await signExecution(devnet, B, 9, announced(devnet, A, logA, block, 1), { nonce: nonceB });
    const [a, b] = await Promise.all([forceAt(devnet, A, block.number, executesB, logA.raw), forceAt(devnet, B, block.number, executesA, logB.raw)]);
    expect([(await untilReplaced(devnet, A, a)).transactions.length, (await untilReplaced(devnet, B, b)).transactions.length]).toEqual([1, 1]);
    expect((await explain(devnet, A, a.blockNumber)).denied[0]?.reason).toMatch(/cycle/);
  });

  it("leaves others alone: a plain message still goes through", async () => {
    expect((await execute(devnet, A, 1, await send(devnet, B, 1))).status).toBe("success");
  });
});
