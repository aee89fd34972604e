import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, account, Devnet, rpc } from "./support/devnet.ts";
import { superRoot } from "./support/messages.ts";
import { type Finished, Program, until } from "./support/program.ts";

interface Explanation {
  readonly status: string;
  readonly waitsFor?: string;
  readonly block: { readonly hash: string };
  readonly denied: readonly { readonly hash: string; readonly reason: string }[];
}

interface BlockJson {
  readonly hash: string;
  readonly transactions: readonly { readonly type: string; readonly hash: string }[];
}

/** Blocks of the source chain by which it is seen to go on, or a part of it to stand still: more than a batch needs to L1 and back. */
const FAR = 4;

describe("faults on a running devnet", () => {
  let devnet: Devnet;
  const CHAINS = [901, 902] as const;

  beforeAll(async () => {
    devnet = await Devnet.start([CALLDATA]);
  });
  afterAll(() => devnet.stop());

  /** Runs `pangaea fault` on the devnet. */
  const command = (...argv: readonly string[]): Promise<Finished> => new Program(["fault", ...argv, `--rpc=${devnet.ready.supernode.url}`]).finished();

  async function fault<T>(...argv: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await command(...argv, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout) as T;
  }

  const explain = (chainId: number, block: number | string) => rpc<Explanation>(devnet.ready.supernode.url, "interop_explain", [chainId, block]);
  const block = (index: number, number: number) => rpc<BlockJson>(devnet.chain(index).url, "eth_getBlockByNumber", [`0x${number.toString(16)}`, true]);
  const receipt = (index: number, hash: string) => rpc<{ readonly blockHash: string } | null>(devnet.chain(index).url, "eth_getTransactionReceipt", [hash]);
  const sentBatches = async (index: number) => Number(await devnet.l1<string>("eth_getTransactionCount", [devnet.chain(index).contracts.batcher, "latest"]));
  const unsafe = async (index: number) => (await devnet.status(index)).unsafe_l2.number;
  const untilUnsafe = (index: number, number: number) => until(`chain ${CHAINS[index]}: unsafe reaches ${number}`, async () => (await unsafe(index)) >= number, 60, () => devnet.program.stderr);
  /** Waits until a chain has gone on by some blocks. */
  const goOn = async (index: number, blocks: number) => untilUnsafe(index, (await unsafe(index)) + blocks);

  it("a message with a wrong field is posted past the ingress check; its block is replaced by one of its deposits alone, and safe goes on on both chains", async () => {
    const posted = await fault<{ blockNumber: number; blockHash: string; transactionHash: string; field: string }>("invalid-message", "902", "--field=timestamp");
    const other = await devnet.blockHash(0, posted.blockNumber);
    const explained = await until("the block is denied and its replacement is safe", async () => {
      const found = await explain(902, posted.blockNumber);
      return /^(safe|finalized)$/.test(found.status) && found.denied.length > 0 && found;
    }, 60, () => devnet.program.stderr);
    expect(explained.denied).toEqual([expect.objectContaining({ hash: posted.blockHash, reason: expect.stringMatching(/^identity: .*block \d+ of chain 901 is at \d+, not at \d+/) })]);
    expect((await explain(902, posted.blockHash)).status).toBe("denied");
    const said = await Promise.all([posted.blockHash, String(posted.blockNumber)].map((which) => new Program(["explain", `--rpc=${devnet.ready.supernode.url}`, "902", which]).finished()));
    for (const [i, status] of ["denied", "safe|finalized"].entries()) expect(said[i]).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`^block ${posted.blockNumber} of chain 902, .*: (${status})\n[^]*was denied {3}${posted.blockHash}\n +identity: `)) });
    expect(posted.field).toBe("timestamp");
    const replacement = await block(1, posted.blockNumber);
    expect([replacement.hash, replacement.transactions.map(({ type }) => type)]).toEqual([explained.block.hash, ["0x7e"]]);
    expect(replacement.hash).not.toBe(posted.blockHash);
    expect(await receipt(1, posted.transactionHash)).toBeNull();
    const statuses = await Promise.all([0, 1].map((index) => devnet.untilSafe(index, posted.blockNumber + 2)));
    expect(statuses[1]!.safe_l2.hash).toBe(await devnet.blockHash(1, statuses[1]!.safe_l2.number));
    expect(await devnet.blockHash(0, posted.blockNumber)).toBe(other);
  });

  it("prints a line for each fact without --json", async () => {
    const { code, stdout } = await command("invalid-message", "901");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^chain id {10}901\ntransaction hash {2}0x[0-9a-f]{64}\nblock number .*\nblock hash .*\nidentifier {8}origin 0x[0-9a-f]{40}, block number \d+, log index \d+, timestamp \d+, chain id 902\npayload hash .*\nfield {13}payload$/);
    const number = Number(/block number +(\d+)/.exec(stdout)?.[1]);
    await until("the block is replaced", async () => (await explain(901, number)).denied.length > 0);
    await devnet.untilSafe(0, number);
  });

  it("any signed transaction goes into the next block", async () => {
    const raw = await account(5).signTransaction({ type: "eip1559", chainId: 901, nonce: 0, gas: 50_000n, maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 0n, to: account(6).address, value: 5n });
    const forced = await fault<{ transactionHashes: string[]; blockNumber: number; blockHash: string }>("force-transaction", "901", `--raw=${raw}`);
    expect((await receipt(0, forced.transactionHashes[0]!))?.blockHash).toBe(forced.blockHash);
    expect((await command("force-transaction", "901", `--raw=${raw}`)).stderr).toMatch(/nonce/);
  });

  it("a sequencer that equivocates tells of one block; the chain is built on its sibling, and that one is posted", async () => {
    const { blockNumber, toldHash, postedHash, transactionHashes } = await fault<{ blockNumber: number; toldHash: string; postedHash: string; transactionHashes: string[] }>("equivocate", "901");
    expect(toldHash).not.toBe(postedHash);
    expect(await devnet.blockHash(0, blockNumber)).toBe(postedHash);
    expect((await block(0, blockNumber)).transactions.map(({ type }) => type)).toEqual(["0x7e"]);
    await devnet.untilSafe(0, blockNumber + 1);
    expect(await devnet.blockHash(0, blockNumber)).toBe(postedHash);
    expect([toldHash, postedHash]).not.toContain((await receipt(0, transactionHashes[0]!))?.blockHash);
  });

  it("a batcher that withholds sends nothing while blocks go on; the other chain's unsafe and local safe go on, its safe waits; then all comes after", async () => {
    const { until: end } = await fault<{ until: number }>("withhold-batch", "901", "--seconds=600");
    expect(end).toBeGreaterThan((await devnet.status(0)).unsafe_l2.timestamp + 500);
    await goOn(0, FAR);
    const [sent, safe, other] = [await sentBatches(0), (await devnet.status(0)).local_safe_l2, await devnet.status(1)];
    await goOn(0, FAR);
    expect([await sentBatches(0), (await devnet.status(0)).local_safe_l2]).toEqual([sent, safe]);
    const later = await until("the other chain's local safe goes on", async () => {
      const status = await devnet.status(1);
      return status.local_safe_l2.number > other.local_safe_l2.number && status;
    });
    expect(later.unsafe_l2.number).toBeGreaterThan(other.unsafe_l2.number);
    expect(later.safe_l2.timestamp).toBeLessThanOrEqual(safe.timestamp);
    expect((await explain(902, later.local_safe_l2.number)).waitsFor).toMatch(/^the other chains at timestamp \d+: chain 901: block \d+ for timestamp \d+ is not local safe yet, block \d+ is$/);
    const { data, optimistic_at_timestamp } = await superRoot(devnet.ready.supernode.url, later.local_safe_l2.timestamp);
    expect([data, Object.keys(optimistic_at_timestamp)], "a super root of one chain alone is none").toEqual([undefined, ["902"]]);
    await fault("withhold-batch", "901", "--seconds=0");
    await devnet.untilSafe(0, safe.number + FAR);
    await devnet.untilSafe(1, later.local_safe_l2.number);
  });

  it("an L1 reorg gives other blocks, and the chains follow", async () => {
    await devnet.untilSafe(0, (await devnet.status(0)).safe_l2.number + 1);
    const { oldHead, newHead } = await fault<{ oldHead: { hash: string; number: number }; newHead: { hash: string; number: number } }>("l1-reorg", "--depth=3");
    expect(newHead.number).toBeGreaterThanOrEqual(oldHead.number);
    const there = await devnet.l1<{ hash: string }>("eth_getBlockByNumber", [`0x${oldHead.number.toString(16)}`, false]);
    expect(there.hash).not.toBe(oldHead.hash);
    const target = (await unsafe(0)) + 3;
    for (const index of [0, 1]) {
      const { safe_l2: safe } = await devnet.untilSafe(index, target);
      expect((await devnet.l1<{ hash: string }>("eth_getBlockByNumber", [`0x${safe.l1origin.number.toString(16)}`, false])).hash).toBe(safe.l1origin.hash);
    }
    const tooDeep = await command("l1-reorg", "--depth=10000");
    expect([tooDeep.code, tooDeep.stderr]).toEqual([1, expect.stringMatching(/depth wants at most \d+ now, not 10000: block \d+ of L1 is final/)]);
  });

  it("a batcher that is stopped sends nothing until it is started", async () => {
    expect(await fault("stop", "901", "batcher")).toEqual({ chainId: 901, part: "batcher", running: false });
    await goOn(0, FAR);
    const [sent, safe] = [await sentBatches(0), (await devnet.status(0)).local_safe_l2.number];
    await goOn(0, FAR);
    expect([await sentBatches(0), (await devnet.status(0)).local_safe_l2.number]).toEqual([sent, safe]);
    expect(await fault("start", "901", "batcher")).toEqual({ chainId: 901, part: "batcher", running: true });
    await devnet.untilSafe(0, safe + FAR);
  });

  it("a sequencer that is stopped leaves its chain where it is until it is started; the other goes on", async () => {
    for (let twice = 0; twice < 2; twice++) expect(await fault("stop", "902", "sequencer")).toMatchObject({ running: false });
    const head = (await devnet.status(1)).unsafe_l2;
    await goOn(0, 3);
    expect((await devnet.status(1)).unsafe_l2).toEqual(head);
    expect((await devnet.status(0)).cross_unsafe_l2.timestamp, "what others may rest on waits").toBeLessThanOrEqual(head.timestamp);
    for (let twice = 0; twice < 2; twice++) expect(await fault("start", "902", "sequencer")).toMatchObject({ running: true });
    await devnet.untilSafe(1, head.number + FAR);
  });

  it("an execution layer that is stopped takes its chain down until it is started, and nothing of the chain is lost; the other goes on", async () => {
    const { safe_l2: safe } = await devnet.status(1);
    expect(await fault("stop", "902", "execution")).toMatchObject({ running: false });
    expect((await fetch(`${devnet.ready.supernode.url}/readyz/902`)).status).toBe(503);
    await expect(devnet.blockHash(1, safe.number)).rejects.toThrow("fetch failed");
    const refused = await command("equivocate", "902");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("its node is paused")]);
    await goOn(0, 3);
    expect(await fault("start", "902", "execution")).toMatchObject({ running: true });
    expect(await devnet.blockHash(1, safe.number)).toBe(safe.hash);
    await Promise.all([0, 1].map(async (index) => devnet.untilSafe(index, (await unsafe(index)) + 1)));
  });

  it("a chain that is not there is answered with those that are", async () => {
    const { code, stderr } = await command("equivocate", "7");
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is no chain 7; the chains are 901, 902")]);
  });
});
