import { pause, readySchema, syncStatus } from "./cluster.ts";
import { type Figure, median, percentile } from "./figure.ts";
import { l1RequestFigures } from "./l1-requests.ts";
import { Program } from "./program.ts";
import { relayTimeFigures } from "./relay-time.ts";

/** Seconds, the devnet's default. */
const L1_BLOCK_TIME = 2;
const L2_BLOCKS = 60;
const POLL_MS = 100;
const DELAY_LIMIT_MS = 120_000;

/** How long each of the chain's next blocks stays unsafe, in L1 block times. */
async function unsafeTimes(node: string): Promise<readonly number[]> {
  const made = new Map<number, number>();
  const times: number[] = [];
  let newest = (await syncStatus(node)).unsafe_l2.number;
  for (const until = performance.now() + DELAY_LIMIT_MS; times.length < L2_BLOCKS && performance.now() < until; await pause(POLL_MS)) {
    const { unsafe_l2: unsafe, safe_l2: safe } = await syncStatus(node);
    const now = performance.now();
    while (newest < unsafe.number) made.set(++newest, now);
    for (const [number, since] of made) {
      if (number > safe.number) break;
      times.push((now - since) / 1_000 / L1_BLOCK_TIME);
      made.delete(number);
    }
  }
  return times;
}

/** Starts the devnet with its defaults by `npm start`: time to the first blocks, delay from unsafe to safe, memory when idle, what a second chain asks of L1, and how long a message takes. */
export async function devnetFigures(): Promise<readonly Figure[]> {
  const started = performance.now();
  const { program, line } = await Program.start("npm", ["start", "--silent", "--", "--json", "--l1.port=0", "--l2.port=0", "--rpc.port=0"]);
  const seconds = (performance.now() - started) / 1_000;
  try {
    const ready = readySchema.parse(line);
    const times = await unsafeTimes(ready.chains[0]!.node);
    const memory = program.memory();
    return [
      { name: "`npm start` to both chains ready (first L2 blocks)", value: seconds, unit: "s", reach: { atMost: 8 } },
      { name: "memory of the whole cluster, two chains idle, all processes (resident)", value: memory, unit: "MB", reach: { atMost: 700 } },
      { name: `unsafe to safe, devnet defaults, ${times.length} L2 blocks: median`, value: median(times), unit: "L1 blocks", reach: { atMost: 3 } },
      { name: `unsafe to safe, devnet defaults, ${times.length} L2 blocks: 90 of 100 within`, value: percentile(times, 0.9), unit: "L1 blocks", reach: { atMost: 3 } },
      ...(await l1RequestFigures(ready)),
      ...(await relayTimeFigures(ready)),
    ];
  } finally {
    await program.stop();
  }
}
