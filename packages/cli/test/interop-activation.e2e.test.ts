import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, Devnet, rpc } from "./support/devnet.ts";
import { blockAt, execute, explain, type Forced, forceAt, nonceOf, offer, send, type SentLog, signExecution, signKnownLog, untilReplaced } from "./support/messages.ts";
import { until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

const A = 0;
const B = 1;
/** Seconds, and with blocks of a second blocks, from genesis to activation. */
const ACTIVATION = 22;
/** L1 blocks within which a chain's data must come. */
const WINDOW = 20;

describe("interop that activates later, with short sequencing windows", () => {
  let devnet: Devnet;
  let genesis: number;

  beforeAll(async () => {
    devnet = await Devnet.start([CALLDATA, "--relay=none", `--interop.activation=${ACTIVATION}`, `--seq-window=${WINDOW}`, "--batcher.sub-safety-margin=2", "--interop.failsafe-on-invalidation"]);
    genesis = Number((await blockAt(devnet, A, 0))!.timestamp);
  });
  afterAll(() => devnet.stop());

  const head = async (index: number) => (await devnet.status(index)).unsafe_l2.number;
  const logOfA = (log: { readonly origin: `0x${string}`; readonly payload: `0x${string}` }, block: number): SentLog => ({ id: { origin: log.origin, blockNumber: BigInt(block), logIndex: 0n, timestamp: BigInt(genesis + block), chainId: 901n }, payload: log.payload, transactionHash: "0x" });

  async function expectStands(index: number, { blockNumber, blockHash }: Pick<Forced, "blockNumber" | "blockHash">): Promise<void> {
    await devnet.untilSafe(index, blockNumber);
    expect(await devnet.blockHash(index, blockNumber)).toBe(blockHash);
  }

  it("does not judge messages before that; from the block after the activation block on, on both sides, it does", async () => {
    expect(await head(B), "the devnet came up in time").toBeLessThan(ACTIVATION - 10);
    const start = await nonceOf(devnet, A, 1);
    const [before, first] = [await signKnownLog(devnet, A, 1, start), await signKnownLog(devnet, A, 1, start + 1)];
    const nonce = await nonceOf(devnet, B, 1);
    const early = await signExecution(devnet, B, 1, logOfA(before, ACTIVATION - 4), { nonce });
    const late = await signExecution(devnet, B, 2, logOfA(before, ACTIVATION - 4));
    const right = await signExecution(devnet, B, 3, logOfA(first, ACTIVATION + 1));
    const [, , executedBefore, executedLate] = await Promise.all([
      forceAt(devnet, A, ACTIVATION - 4, before.raw),
      forceAt(devnet, A, ACTIVATION + 1, first.raw),
      forceAt(devnet, B, ACTIVATION - 2, early),
      forceAt(devnet, B, ACTIVATION + 1, late),
    ]);
    await expectStands(B, executedBefore);
    const activation = (await blockAt(devnet, B, ACTIVATION))!;
    expect(activation.transactions.length, "the activation block has deposits and upgrade transactions alone").toBeGreaterThanOrEqual(1);
    await untilReplaced(devnet, B, executedLate);
    expect((await explain(devnet, B, executedLate.blockNumber)).denied[0]?.reason).toMatch(/^initiation-activation: /);
    expect(await offer(devnet, B, right), "the replacement has switched the failsafe on").toMatch(/-320602 failsafe is enabled: block \d+ of chain 902/);
    await rpc(devnet.ready.supernode.url, "admin_setFailsafeEnabled", [false]);
    // After the replacement the chain has begun again behind the block before it.
    const hash = await until("B takes it", async () => {
      const answer = await offer(devnet, B, right);
      return /^0x[0-9a-f]{64}$/.test(answer) && answer;
    }, 30);
    const { block } = await until("it is in a block", () => explain(devnet, B, hash), 20);
    await expectStands(B, { blockNumber: block.number, blockHash: block.hash });
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

  it("is derived the same by a node that starts from nothing", async () => {
    const heads = [await devnet.status(A), await devnet.status(B)];
    const second = await Secondary.start(devnet);
    try {
      for (const index of [A, B]) {
        await second.untilSafe(index, heads[index]!.safe_l2.number);
        expect(await second.blockHash(index, heads[index]!.safe_l2.number)).toBe(heads[index]!.safe_l2.hash);
      }
    } finally {
      await second.stop();
    }
  });
});
