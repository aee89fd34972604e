import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { account, CALLDATA, Devnet, publicClient, rpc, viemChain, walletClient } from "./support/devnet.ts";
import { Program, until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

interface L1Transaction {
  readonly type: string;
  readonly to: string | null;
  readonly input: string;
}

/** The batcher's transactions on L1 for a chain. */
async function batches(devnet: Devnet, index: number): Promise<readonly L1Transaction[]> {
  const head = Number(await devnet.l1<string>("eth_blockNumber"));
  const blocks = await Promise.all(Array.from({ length: head + 1 }, (_, number) => devnet.l1<{ transactions: readonly L1Transaction[] }>("eth_getBlockByNumber", [`0x${number.toString(16)}`, true])));
  return blocks.flatMap(({ transactions }) => transactions).filter(({ to }) => to === devnet.chain(index).contracts.batchInbox);
}

/** Transfers, one on each of these chains, that another supernode, which has L1 alone, finds safe in the same blocks. */
async function areDerivedBySecond(devnet: Devnet, ...indexes: readonly number[]): Promise<void> {
  const second = await Secondary.start(devnet);
  try {
    await Promise.all(indexes.map(async (index) => {
      const { chainId, url } = devnet.chain(index);
      const hash = await walletClient(chainId, url, 1).sendTransaction({ chain: viemChain(chainId, url), to: account(2).address, value: 1n });
      const { blockNumber } = await publicClient(chainId, url).waitForTransactionReceipt({ hash });
      const { safe_l2: safe } = await second.untilSafe(index, Number(blockNumber));
      expect(safe.hash).toBe(await devnet.blockHash(index, safe.number));
    }));
  } finally {
    await second.stop();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const OF_CALLDATA = "0x2";
const OF_BLOBS = "0x3";

describe("a devnet with flags", () => {
  it.each([
    ["singular batches, zlib, calldata", ["--batcher.batch-type=singular", "--batcher.compression-algo=zlib", CALLDATA], OF_CALLDATA],
    ["singular batches, brotli, blobs", ["--batcher.batch-type=singular", "--batcher.compression-algo=brotli-10"], OF_BLOBS],
    ["span batches in many small calldata transactions", [CALLDATA, "--batcher.max-l1-tx-size-bytes=150", "--batcher.target-num-frames=4", "--batcher.max-pending-tx=4"], OF_CALLDATA],
    ["what is cheaper, where blobs cost next to nothing", ["--batcher.data-availability-type=auto"], /0x[23]/],
  ] as const)("puts its data on L1 as told, and others derive it: %s", async (_, flags, type) => {
    const devnet = await Devnet.start(["--chains=901", ...flags]);
    try {
      await areDerivedBySecond(devnet, 0);
      const sent = await batches(devnet, 0);
      expect(sent.length).toBeGreaterThan(0);
      for (const one of sent) expect(one.type).toMatch(type);
      if (flags.some((flag) => flag.endsWith("=150"))) for (const { input } of sent) expect(input.length).toBeLessThanOrEqual(2 + 2 * 150);
    } finally {
      await devnet.stop();
    }
  });

  it("has L2 blocks of other times by chain, and forks that come after genesis, Holocene among them", async () => {
    const devnet = await Devnet.start([CALLDATA, "--chains=901,907", "--l2.block-time=2,1", "--fork=fjord=4,holocene=8,isthmus=10,jovian=12,karst=14"]);
    try {
      const { forks } = { forks: await rpc<Record<string, number> & { genesis: { l2_time: number } }>(devnet.chain(0).node, "optimism_rollupConfig") };
      expect(["granite_time", "holocene_time", "jovian_time", "karst_time"].map((fork) => forks[fork]! - forks.genesis.l2_time)).toEqual([4, 8, 12, 14]);
      await until("both chains are safe past the last fork", async () => (await Promise.all([0, 1].map((index) => devnet.status(index)))).every(({ safe_l2: safe }) => safe.timestamp > forks.karst_time! + 2), 90, () => devnet.program.stderr);
      for (const [index, blockTime] of [[0, 2], [1, 1]] as const) {
        const [first, second] = await Promise.all(["0x3", "0x4"].map((number) => rpc<{ timestamp: string }>(devnet.chain(index).url, "eth_getBlockByNumber", [number, false])));
        expect(Number(second!.timestamp) - Number(first!.timestamp)).toBe(blockTime);
      }
      await areDerivedBySecond(devnet, 0, 1);
      expect(devnet.program.stderr).not.toMatch(/ERROR/);
    } finally {
      await devnet.stop();
    }
  });

  it("says nothing with --quiet, on either output, from its start to its end", async () => {
    const port = await freePort();
    const program = new Program(["devnet", "--quiet", "--chains=901", "--l1.port=0", "--l2.port=0", `--rpc.port=${port}`]);
    await until("it is ready", async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200);
    expect(await program.stop()).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each<[string, (start: Start) => boolean]>([
    ["at once", () => true],
    ["when its folder is there", ({ folders }) => folders().length > 0],
    ["when its L1 runs", ({ program }) => hasAnvil(program)],
    ["when the first chain starts", ({ program }) => /derivation starts/.test(program.stderr)],
    ["when the first batch is sent", ({ program }) => /sending frames to L1/.test(program.stderr)],
  ])("asked to stop %s ends in order, and leaves no process and no folder", async (_, isTime) => {
    const temporary = mkdtempSync(join(tmpdir(), "pangaea-stopped-"));
    const program = new Program(["devnet", "--json", "--log.level=debug", "--l1.port=0", "--l2.port=0", "--rpc.port=0"], { TMPDIR: temporary });
    const start: Start = { program, folders: () => readdirSync(temporary).filter((name) => name.startsWith("pangaea")) };
    await until("it is time", async () => isTime(start));
    const { stderr } = await program.stop("SIGINT");
    expect(stderr).not.toMatch(/\n\s+at |pangaea:/);
    await until("anvil has ended", async () => !hasAnvil(program));
    expect(start.folders()).toEqual([]);
    rmSync(temporary, { recursive: true });
  });
});

/** A devnet on its way up. */
interface Start {
  readonly program: Program;
  /** What it has in the folder for temporary things. */
  readonly folders: () => readonly string[];
}

const hasAnvil = ({ child }: Program): boolean => readdirSync("/proc").some((pid) => /^\d+$/.test(pid) && isAnvilOf(pid, child.pid!));

/** Whether a process is the guard of an anvil that another process started; it leads a group of its own. */
function isAnvilOf(pid: string, parent: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").includes(`) S ${parent} `) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("anvil");
  } catch {
    return false;
  }
}
