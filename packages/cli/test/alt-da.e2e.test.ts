import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, parseAbi, parseEther } from "viem";
import { afterAll, describe, expect, it } from "vitest";
import { account, Devnet, publicClient, rpc, viemChain, walletClient } from "./support/devnet.ts";
import { startGate } from "./support/gate.ts";
import { Program, until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

/** L1 blocks. */
const WINDOWS = { challenge: 30, resolve: 6, sequencing: 20 };
const FLAGS = ["--chains=901", "--interop.activation=never", "--alt-da.port=0"];
const ABI = parseAbi(["function challenge(uint256 challengedBlockNumber, bytes challengedCommitment) payable"]);
const BOND = parseEther("0.01");
const quantity = (number: number) => `0x${number.toString(16)}`;

interface L1Block {
  readonly transactions: readonly { readonly from: Hex; readonly to: Hex | null; readonly input: Hex }[];
}

/** What the batcher of a devnet's chain posted in an L1 block. */
async function posted(devnet: Devnet, number: number): Promise<readonly Hex[]> {
  const block = await devnet.l1<L1Block | null>("eth_getBlockByNumber", [quantity(number), true]);
  return block?.transactions.filter(({ to }) => to === devnet.chain(0).contracts.batchInbox).map(({ input }) => input) ?? [];
}

/** What the batcher posted first. */
async function firstPosted(devnet: Devnet): Promise<Hex | undefined> {
  const head = Number(await devnet.l1<Hex>("eth_blockNumber"));
  for (let number = 1; number <= head; number++) {
    const [first] = await posted(devnet, number);
    if (first !== undefined) return first;
  }
  return undefined;
}

interface SafeHead {
  readonly l1Block: { readonly number: number };
  readonly safeHead: { readonly number: number };
}

/** The L1 block that made an L2 block safe. */
async function madeSafeAt(devnet: Devnet, l2Number: number): Promise<number> {
  let found = Number(await devnet.l1<Hex>("eth_blockNumber")) + 1;
  for (;;) {
    // Before the first record there is none.
    const entry = await rpc<SafeHead>(devnet.chain(0).node, "optimism_safeHeadAtL1Block", [quantity(found - 1)]).catch(() => undefined);
    if (entry === undefined || entry.safeHead.number < l2Number) return found;
    found = entry.l1Block.number;
  }
}

describe("a devnet with keccak commitments", () => {
  it("is derived by a second supernode from L1 and the DA server, waits for the server, and loses on every node what a challenge took", async () => {
    const devnet = await Devnet.start([...FLAGS, "--l1.block-time=2", "--alt-da=keccak", `--alt-da.challenge-window=${WINDOWS.challenge}`, `--alt-da.resolve-window=${WINDOWS.resolve}`, `--seq-window=${WINDOWS.sequencing}`]);
    const gate = await startGate(devnet.ready.da?.url ?? "");
    let second: Secondary | undefined;
    try {
      second = await Secondary.start(devnet, ["--vn.all.altda.enabled", `--vn.all.altda.da-server=${gate.url}`]);
      const { number, hash } = (await devnet.untilSafe(0, 3)).safe_l2;
      await second.untilSafe(0, number);
      expect(await second.blockHash(0, number)).toBe(hash);
      expect(await firstPosted(devnet)).toMatch(/^0x0100[0-9a-f]{64}$/);

      // A server that is down is waited for.
      gate.isShut = true;
      const beyond = (await second.status(0)).safe_l2.number + 8;
      await devnet.untilSafe(0, beyond);
      expect((await second.status(0)).safe_l2.number).toBeLessThan(beyond);
      gate.isShut = false;
      await second.untilSafe(0, beyond);
      expect(await second.blockHash(0, beyond)).toBe(await devnet.blockHash(0, beyond));

      // Data that are challenged, and not shown on L1.
      const { chainId, url, node, contracts } = devnet.chain(0);
      const sent = await walletClient(chainId, url, 1).sendTransaction({ chain: viemChain(chainId, url), to: account(2).address, value: 1n });
      const receipt = await publicClient(chainId, url).waitForTransactionReceipt({ hash: sent });
      const lost = Number(receipt.blockNumber);
      await devnet.untilSafe(0, lost);
      await second.untilSafe(0, lost);
      const inclusion = await madeSafeAt(devnet, lost);
      const { l1 } = devnet.ready;
      for (const data of await posted(devnet, inclusion)) {
        const challenge = await walletClient(l1.chainId, l1.url, 3).writeContract({ chain: viemChain(l1.chainId, l1.url), address: contracts.dataAvailabilityChallenge!, abi: ABI, functionName: "challenge", args: [BigInt(inclusion), `0x${data.slice(4)}`], value: BOND, gas: 500_000n });
        expect((await publicClient(l1.chainId, l1.url).waitForTransactionReceipt({ hash: challenge })).status).toBe("success");
      }
      // With nobody to post the same blocks again, and L1 past their sequencing window, others take their place.
      await rpc(node, "admin_stopBatcher");
      for (let i = 0; i < WINDOWS.sequencing + WINDOWS.resolve; i++) await devnet.l1("evm_mine");
      const replaced = await until("the block of the lost data gives way", async () => {
        const found = await devnet.blockHash(0, lost);
        return found !== undefined && found !== receipt.blockHash && (await devnet.status(0)).safe_l2.number >= lost && found;
      }, 60, () => devnet.program.stderr);
      await rpc(node, "admin_startBatcher");
      const safe = (await devnet.untilSafe(0, lost + 3)).safe_l2;
      await second.untilSafe(0, safe.number);
      expect(await second.blockHash(0, lost)).toBe(replaced);
      expect(await second.blockHash(0, safe.number)).toBe(await devnet.blockHash(0, safe.number));
    } finally {
      await second?.stop();
      await gate.close();
      await devnet.stop();
    }
  });
});

describe("a devnet with generic commitments", () => {
  it("posts what the DA server made of its data, and comes to safe", async () => {
    const devnet = await Devnet.start([...FLAGS, "--alt-da=generic"]);
    try {
      await devnet.untilSafe(0, 2);
      expect(await firstPosted(devnet)).toMatch(/^0x0101ff[0-9a-f]{64}$/);
    } finally {
      await devnet.stop();
    }
  });
});

describe("pangaea da-server", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-da-server-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps inputs over a restart, and says what it lacks", async () => {
    const start = async (flags: readonly string[] = []): Promise<{ readonly program: Program; readonly url: string }> => {
      const program = new Program(["da-server", "--port=0", `--data-dir=${folder}`, ...flags]);
      return { program, url: (JSON.parse(await program.line((line) => line.startsWith("{"))) as { url: string }).url };
    };
    const first = await start();
    const commitment = Buffer.from(await (await fetch(`${first.url}/put`, { method: "POST", body: "input" })).arrayBuffer()).toString("hex");
    expect((await first.program.stop()).code).toBe(0);
    const second = await start(["--generic-commitment"]);
    expect(await (await fetch(`${second.url}/get/0x${commitment}`)).text()).toBe("input");
    await second.program.stop();
    const { code, stderr } = await new Program(["da-server"]).finished();
    expect([code, stderr]).toEqual([2, expect.stringContaining("--data-dir is missing")]);
  });
});
