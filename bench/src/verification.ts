import type { Figure } from "./figure.ts";
import { BenchL1, GENESIS_TIME } from "./interop-chains.ts";
import { InteropCluster } from "./interop-cluster.ts";

const CHAINS = 4;
const MESSAGES_A_BLOCK = 10;
const SECONDS = 10_000;
const UNWOUND = 1_000;

/**
 * Four chains with ten messages in every block, all stores on disk: how fast timestamps are verified that the indexes already hold, and how
 * long it takes to unwind an L1 reorg, from the moment at which L1 shows it to the one at which the last verified timestamp stands on it.
 */
export async function verificationFigures(): Promise<readonly Figure[]> {
  const cluster = await InteropCluster.open(Array.from({ length: CHAINS }, () => ({ sends: MESSAGES_A_BLOCK, executes: MESSAGES_A_BLOCK })), SECONDS);
  try {
    const started = performance.now();
    cluster.start();
    const end = GENESIS_TIME + SECONDS;
    await cluster.untilVerified((timestamp) => timestamp === end);
    const rate = (SECONDS / (performance.now() - started)) * 1_000;

    const kept = end - UNWOUND;
    const begun = performance.now();
    cluster.l1.reorg(BenchL1.carrying(kept + 1));
    for (const { chainId } of cluster.chains) cluster.interop.headsMoved(chainId);
    await cluster.untilVerified((timestamp) => timestamp !== undefined && timestamp <= kept);
    const unwinding = (performance.now() - begun) / 1_000;
    return [
      { name: `verification catch-up, ${CHAINS} chains, ${MESSAGES_A_BLOCK} messages a block, stores on disk`, value: rate, unit: "timestamps/s", reach: { atLeast: 1_000 } },
      { name: `L1 reorg under ${UNWOUND.toLocaleString("en")} verified seconds of ${CHAINS} chains, time to unwind`, value: unwinding, unit: "s", reach: { atMost: 2 } },
    ];
  } finally {
    await cluster.close();
  }
}
