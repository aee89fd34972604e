import { l2ToL2CrossDomainMessengerAbi } from "@eth-optimism/viem/abis";
import { encodeFunctionData, type Hex } from "viem";
import { walletActionsL1 } from "viem/op-stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, Devnet, publicClient, rpc, walletClient } from "./support/devnet.ts";
import { announced, blockAt, execute, explain, type Forced, forceAt, MESSENGER, nonceOf, send, type SentLog, sentLog, signExecution, signKnownLog, untilReplaced } from "./support/messages.ts";
import { until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

const A = 0;
const B = 1;
const C = 2;
const D = 3;
/** Seconds from genesis to each chain's activation. A makes a block each second; the others each other one, so that B's activation lies between two blocks. */
const ACTIVATION_A = 32;
const ACTIVATION_B = 35;
const ACTIVATION_CD = 24;
/** L1 blocks within which a chain's data must come. */
const WINDOW = 10;
const ETH_LIQUIDITY = "0x4200000000000000000000000000000000000025";

describe("interop that activates later, at other times on other chains, with short sequencing windows", () => {
  let devnet: Devnet;
  let genesis: number;
  /** A supernode that begins before B activates, and the seconds from genesis at which it did. */
  let watching: Promise<{ readonly node: Secondary; readonly since: number }> | undefined;
  /** What C's and D's sequencers put into their activation blocks: a transfer, and the execution of a message. */
  let ofActivation: readonly Promise<Forced>[];

  beforeAll(async () => {
    devnet = await Devnet.start([CALLDATA, "--chains=901,902,903,904", "--relay=none", "--l1.block-time=2", "--l2.block-time=1,2,2,2", `--interop.activation=${ACTIVATION_A},${ACTIVATION_B},${ACTIVATION_CD},${ACTIVATION_CD}`, `--seq-window=${WINDOW}`, "--batcher.sub-safety-margin=2", "--interop.failsafe-on-invalidation"]);
    genesis = Number((await blockAt(devnet, A, 0))!.timestamp);
    const transfer = await signKnownLog(devnet, C, 1, 0);
    const execution = await signExecution(devnet, D, 1, await send(devnet, A, 9), { nonce: 0 });
    ofActivation = [forceAt(devnet, C, at(C, ACTIVATION_CD), transfer.raw), forceAt(devnet, D, at(D, ACTIVATION_CD), execution)];
  });
  afterAll(async () => {
    await (await watching)?.node.stop();
    await devnet.stop();
  });

  const head = async (index: number) => (await devnet.status(index)).unsafe_l2.number;
  const blockTime = [1, 2, 2, 2];
  /** The number of a chain's block at so many seconds after genesis. */
  const at = (index: number, seconds: number) => seconds / blockTime[index]!;
  const logOf = (index: number, { origin, payload }: { readonly origin: Hex; readonly payload: Hex }, seconds: number, logIndex = 0): SentLog =>
    announced(devnet, index, { origin, payload }, { number: at(index, seconds), timestamp: genesis + seconds }, logIndex);

  async function expectStands(index: number, { blockNumber, blockHash }: Pick<Forced, "blockNumber" | "blockHash">): Promise<void> {
    await devnet.untilSafe(index, blockNumber);
    expect(await devnet.blockHash(index, blockNumber)).toBe(blockHash);
  }

  /** Deposits to B that emit a log, in one L1 block after the other, so that each of its blocks has one until a time. */
  async function depositLogs(sender: number, until_: number): Promise<void> {
    const l1 = publicClient(900, devnet.ready.l1.url);
    const wallet = walletClient(900, devnet.ready.l1.url, sender).extend(walletActionsL1());
    for (let time = 0; time < until_; ) {
      const hash = await wallet.depositTransaction({ portalAddress: devnet.chain(B).contracts.optimismPortal, targetChain: undefined, chain: null, request: { to: MESSENGER, data: encodeFunctionData({ abi: l2ToL2CrossDomainMessengerAbi, functionName: "sendMessage", args: [901n, `0x${"ab".repeat(20)}`, "0x"] }), value: 0n, gas: 500_000n }, gas: 600_000n } as never);
      const { blockHash } = await l1.waitForTransactionReceipt({ hash, pollingInterval: 100 });
      time = Number((await l1.getBlock({ blockHash })).timestamp) - genesis;
    }
  }

  it("does not judge messages before that; from the block after a chain's activation block on, on both sides, it does", async () => {
    expect((await head(B)) * 2, "the devnet came up in time").toBeLessThan(ACTIVATION_A - 12);
    watching = Secondary.start(devnet).then(async (node) => ({ node, since: (await head(B)) * 2 }));
    watching.catch(() => {});
    const start = await nonceOf(devnet, A, 1);
    const [before, first] = [await signKnownLog(devnet, A, 1, start), await signKnownLog(devnet, A, 1, start + 1)];
    const onB = await signKnownLog(devnet, B, 4, await nonceOf(devnet, B, 4));
    const early = await signExecution(devnet, B, 1, logOf(A, before, 24));
    const unjudged = await signExecution(devnet, B, 5, { ...logOf(A, before, 24), payload: "0x1234" });
    const right = await signExecution(devnet, B, 2, logOf(A, first, 37));
    const ofInactive = await signExecution(devnet, B, 6, logOf(B, onB, 34));
    const deposits = depositLogs(7, ACTIVATION_B);
    const forced = Promise.all([
      forceAt(devnet, A, at(A, 24), before.raw),
      forceAt(devnet, B, at(B, 28), early),
      // B is not active yet, A is: what B executes is not judged.
      forceAt(devnet, B, at(B, 34), onB.raw, unjudged),
      forceAt(devnet, A, at(A, 37), first.raw),
      forceAt(devnet, B, at(B, 38), right),
      forceAt(devnet, B, at(B, 46), ofInactive),
    ]);
    await deposits;
    const activationBlock = at(B, ACTIVATION_B + 1);
    await until("B has activated", async () => (await head(B)) >= activationBlock, 60);
    const client = publicClient(902, devnet.chain(B).url);
    const activation = await client.getBlock({ blockNumber: BigInt(activationBlock), includeTransactions: true });
    expect(activation.transactions.filter(({ to }) => to === ETH_LIQUIDITY), "the activation block of a chain in a cluster carries the funding of its liquidity").toHaveLength(1);
    const initiating = (await client.getLogs({ address: MESSENGER, blockHash: activation.hash }))[0];
    if (initiating === undefined) throw new Error("no deposit came into the activation block");
    const inActivation = await sentLog(devnet, B, await client.getTransactionReceipt({ hash: initiating.transactionHash }), 0);
    const late = await forceAt(devnet, A, at(A, 46), await signExecution(devnet, A, 3, inActivation));
    const [, executedEarly, executedUnjudged, , executedRight, executedOfInactive] = await forced;
    for (const executed of [executedEarly, executedUnjudged, executedRight]) await expectStands(B, executed);
    for (const [index, executed] of [[A, late], [B, executedOfInactive]] as const) {
      await untilReplaced(devnet, index, executed);
      expect((await explain(devnet, index, executed.blockNumber)).denied[0]?.reason).toMatch(/^initiation-activation: /);
    }
    const next = await execute(devnet, B, 8, await send(devnet, A, 8)).catch((error: Error) => error.message);
    expect(next, "the replacement has switched the failsafe on").toMatch(/failsafe is enabled: block \d+ of chain 90[12]/);
    await rpc(devnet.ready.supernode.url, "admin_setFailsafeEnabled", [false]);
    // After the replacement the chain has begun again behind the block before it.
    const { blockNumber, blockHash } = await execute(devnet, B, 8, await send(devnet, A, 8));
    await expectStands(B, { blockNumber: Number(blockNumber), blockHash });
  });

  it("drops a batch that has user transactions in a chain's activation block, executions among them; the chain comes back without them at the end of the window", async () => {
    for (const [i, { blockNumber, blockHash, transactionHashes }] of (await Promise.all(ofActivation)).entries()) {
      const index = [C, D][i]!;
      const { chainId, url } = devnet.chain(index);
      expect(blockNumber).toBe(at(index, ACTIVATION_CD));
      await devnet.untilSafe(index, blockNumber);
      const client = publicClient(chainId, url);
      const { hash, transactions } = await client.getBlock({ blockNumber: BigInt(blockNumber), includeTransactions: true });
      expect(hash).not.toBe(blockHash);
      expect(transactions.map(({ typeHex }) => typeHex), "the attributes of L1 and the upgrade").toEqual(Array.from({ length: transactions.length }, () => "0x7e"));
      expect(transactions.length).toBeGreaterThan(1);
      const receipt = () => rpc<{ readonly blockNumber: Hex } | null>(url, "eth_getTransactionReceipt", transactionHashes);
      // The pool has taken both back: the transfer comes in a later block, the execution of a log from before the activation in none.
      if (index === C) expect(Number((await until("the transfer is included", async () => (await receipt()) ?? undefined)).blockNumber)).toBeGreaterThan(blockNumber);
      const { denied, status } = await explain(devnet, index, blockNumber);
      expect([denied, status], "derivation has dropped it: no message was judged").toEqual([[], expect.stringMatching(/safe|finalized/)]);
      const next = await send(devnet, index, 2);
      await expectStands(index, { blockNumber: Number(next.id.blockNumber), blockHash: (await devnet.blockHash(index, Number(next.id.blockNumber))) as Hex });
      if (index === D) expect(await receipt()).toBe(null);
    }
  });

  it("tells of super roots before that, from what was derived", async () => {
    const { data, optimistic_at_timestamp } = await rpc<{ data?: { super: { chains: readonly { Output: string }[] } }; optimistic_at_timestamp: Record<string, { output_root: string }> }>(devnet.ready.supernode.url, "superroot_atTimestamp", [`0x${(genesis + 5).toString(16)}`]);
    expect(data?.super.chains.map(({ Output }) => Output)).toEqual(Object.values(optimistic_at_timestamp).map(({ output_root }) => output_root));
  });

  it("replaces blocks that rest on one whose data did not come within the window: the sequencer had told of it, L1 does not have it", async () => {
    const { chainId } = devnet.chain(A);
    await rpc(devnet.ready.supernode.url, "devnet_withholdBatch", [chainId, 60]);
    const message = await send(devnet, A, 4);
    const executing = await execute(devnet, B, 4, message);
    const lost = await devnet.blockHash(A, Number(message.id.blockNumber));
    await until("the window has ended", async () => (await devnet.blockHash(A, Number(message.id.blockNumber))) !== lost, 60, () => devnet.program.stderr);
    const block = await untilReplaced(devnet, B, { blockNumber: Number(executing.blockNumber), blockHash: executing.blockHash });
    expect(block.transactions).toHaveLength(1);
    await rpc(devnet.ready.supernode.url, "devnet_withholdBatch", [chainId, 0]);
    await devnet.untilSafe(A, (await head(A)) + 2, 90);
  });

  it("is derived the same by a node that was there before, and by one that starts from nothing", async () => {
    const heads = await Promise.all([A, B, C, D].map((index) => devnet.status(index)));
    const expectSame = async (node: Secondary) => {
      for (const index of [A, B, C, D]) {
        await node.untilSafe(index, heads[index]!.safe_l2.number);
        expect(await node.blockHash(index, heads[index]!.safe_l2.number)).toBe(heads[index]!.safe_l2.hash);
      }
    };
    const { node, since } = (await watching)!;
    expect(since).toBeLessThan(ACTIVATION_B);
    const fresh = await Secondary.start(devnet);
    try {
      await Promise.all([expectSame(node), expectSame(fresh)]);
    } finally {
      await fresh.stop();
    }
  });
});
