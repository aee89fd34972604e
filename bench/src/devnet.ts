import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Figure } from "./figure.ts";

const IDLE_MS = 30_000;

interface Ready {
  readonly supernode: { readonly url: string };
  readonly chains: readonly { readonly node: string }[];
}

/** Resident memory of a process and all below it, in megabytes. */
function memoryOf(pid: number): number {
  const rows = execFileSync("ps", ["-eo", "pid,ppid,rss"]).toString().trim().split("\n").slice(1).map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const below = (parent: number): number => rows.filter(([, ppid]) => ppid === parent).reduce((sum, [child, , rss]) => sum + rss + below(child), 0);
  return ((rows.find(([one]) => one === pid)?.[2] ?? 0) + below(pid)) / 1_024;
}

async function start(): Promise<{ readonly child: ChildProcess; readonly ready: Ready; readonly seconds: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, ["scripts/run.mjs", "packages/cli/src/main.ts", "devnet", "--json", "--l1.port=0", "--l2.port=0", "--rpc.port=0"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("{")) return { child, ready: JSON.parse(line) as Ready, seconds: (performance.now() - started) / 1_000 };
  throw new Error("the devnet ended before it was ready");
}

async function status(node: string): Promise<{ readonly head: number; readonly lag: number }> {
  const response = await fetch(node, { method: "POST", headers: { "content-type": "application/json" }, body: '{"jsonrpc":"2.0","id":1,"method":"optimism_syncStatus","params":[]}' });
  const { result } = (await response.json()) as { result: { head_l1: { number: number }; safe_l2: { timestamp: number }; unsafe_l2: { timestamp: number } } };
  return { head: result.head_l1.number, lag: result.unsafe_l2.timestamp - result.safe_l2.timestamp };
}

/** Starts the devnet as `npm start` does: time to the first blocks, memory when idle, and how far safe stays behind unsafe. */
export async function devnetFigures(): Promise<readonly Figure[]> {
  const { child, ready, seconds } = await start();
  try {
    const lags: number[] = [];
    for (const until = performance.now() + IDLE_MS; performance.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (until - performance.now() < IDLE_MS / 2) lags.push((await status(ready.chains[0]!.node)).lag);
    }
    const sorted = lags.sort((a, b) => a - b);
    return [
      { name: "start to both chains ready (first L2 blocks)", value: seconds, unit: "s", reach: "≤ 8" },
      { name: "memory of the whole cluster, two chains idle", value: memoryOf(child.pid!), unit: "MB", reach: "≤ 700" },
      { name: "unsafe to safe, in L1 blocks of 2 s (median)", value: sorted[Math.floor(sorted.length / 2)]! / 2, unit: "L1 blocks", reach: "≤ 3" },
      { name: "unsafe to safe, in L1 blocks of 2 s (most)", value: sorted.at(-1)! / 2, unit: "L1 blocks", reach: "≤ 3" },
    ];
  } finally {
    child.kill("SIGINT");
    await once(child, "exit");
  }
}
