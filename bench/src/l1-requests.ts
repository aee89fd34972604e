import { z } from "zod";
import { pause, type Ready, syncStatus } from "./cluster.ts";
import { CountingProxy } from "./counting-proxy.ts";
import type { Figure } from "./figure.ts";
import { Program } from "./program.ts";

const L1_BLOCKS = 20;
const POLL_MS = 200;
const LIMIT_MS = 120_000;

const supernodeSchema = z.object({ url: z.string() });

interface Watched {
  readonly proxy: CountingProxy;
  readonly program: Program;
  readonly nodes: readonly string[];
}

async function startSupernode({ l1, chains }: Ready, count: number): Promise<Watched> {
  const proxy = await CountingProxy.listen(l1.url);
  const own = chains.slice(0, count);
  const flags = own.flatMap(({ chainId, rollupConfig, genesis }) => [`--vn.${chainId}.rollup.config=${rollupConfig}`, `--vn.${chainId}.l2.genesis=${genesis}`]);
  const { program, line } = await Program.pangaea("supernode", `--chains=${own.map(({ chainId }) => chainId).join(",")}`, `--l1=${proxy.url}`, `--l1.beacon=${proxy.url}`, "--rpc.port=0", "--log.level=error", ...flags);
  const { url } = supernodeSchema.parse(line);
  return { proxy, program, nodes: own.map(({ chainId }) => `${url}/${chainId}/`) };
}

/** Waits until every chain of every supernode has derived from the newest L1 block at the same time; gives its number. The L1 block is at least `from`. */
async function untilLevel(devnetNode: string, nodes: readonly string[], from: number): Promise<number> {
  for (const until = performance.now() + LIMIT_MS; ; await pause(POLL_MS)) {
    const head = (await syncStatus(devnetNode)).head_l1.number;
    const reached = await Promise.all(nodes.map((node) => syncStatus(node).catch(() => undefined)));
    if (head >= from && reached.every((status) => status !== undefined && status.current_l1.number >= head)) return head;
    if (performance.now() > until) throw new Error(`the supernodes did not derive from L1 block ${Math.max(head, from)} within ${LIMIT_MS / 1_000} s`);
  }
}

const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

/**
 * What supernodes ask of L1 while they follow it: one that runs one chain, one that runs two, above the same L1 through the same blocks,
 * with its polling defaults, every batch of both chains in blobs.
 */
export async function l1RequestFigures(ready: Ready): Promise<readonly Figure[]> {
  const watched = await Promise.all([1, 2].map((count) => startSupernode(ready, count)));
  try {
    const nodes = watched.flatMap((one) => one.nodes);
    const devnetNode = ready.chains[0]!.node;
    const from = await untilLevel(devnetNode, nodes, 0);
    for (const { proxy } of watched) proxy.take();
    const blocks = (await untilLevel(devnetNode, nodes, from + L1_BLOCKS)) - from;
    const [one, two] = watched.map(({ proxy }) => proxy.take()) as [ReadonlyMap<string, number>, ReadonlyMap<string, number>];
    const methods = [...new Set([...one.keys(), ...two.keys()])].sort().map((method) => `${method} ${one.get(method) ?? 0} and ${two.get(method) ?? 0}`);
    console.log(`requests to L1 over ${blocks} blocks, one chain and two: ${methods.join(", ")}`);
    return [
      { name: `requests to L1 per L1 block, one chain (over ${blocks} blocks)`, value: total(one) / blocks, unit: "" },
      { name: `requests to L1 per L1 block, two chains (over ${blocks} blocks)`, value: total(two) / blocks, unit: "" },
      { name: "requests to L1, two chains to one", value: total(two) / total(one), unit: "times", reach: { atMost: 1.2 } },
    ];
  } finally {
    await Promise.all(watched.map(({ program }) => program.stop()));
    for (const { proxy } of watched) proxy.close();
  }
}
