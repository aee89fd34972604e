import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { checksumOfLog, executingDescriptorToJson, lookupEntry } from "@pangaea/interop";
import { type Hex, keccak256 } from "@pangaea/primitives";
import { RpcServer } from "@pangaea/rpc";
import { ingressPolicy } from "@pangaea/supernode";
import { z } from "zod";
import type { Load } from "./access-list-client.ts";
import { type Figure, median } from "./figure.ts";
import { type BenchChain, GENESIS_TIME } from "./interop-chains.ts";
import { InteropCluster } from "./interop-cluster.ts";

const SECONDS = 20_000;
const LOGS_A_BLOCK = 50;
/** Messages asked about are of the last hour: most are executed soon. */
const RECENT_SECONDS = 3_600;
const MESSAGES = 20_000;
const ROUNDS = 5;
/** Rounds before those that count: the code is compiled in them. */
const WARM_UP_ROUNDS = 2;
const CHECKS_A_ROUND = 200_000;
const CONNECTIONS = 3;
const WARM_UP_MS = 2_000;
const LOAD_MS = 6_000;
/** Hashes that a checksum takes, of 64 bytes each. */
const HASHES_A_CHECK = 2;
/** Numbers without common divisors, so that messages of all blocks and places are asked about. */
const [BLOCK_STEP, LOG_STEP] = [7_919, 31];

const CLIENT = fileURLToPath(new URL("./access-list-client.ts", import.meta.url));
const measuredSchema = z.object({ perSecond: z.number(), p50: z.number(), p99: z.number() });

/** The inbox entries of messages of a chain's last hour. */
function messagesOf(chain: BenchChain): readonly (readonly Hex[])[] {
  return Array.from({ length: MESSAGES }, (_, i) => {
    const blockNumber = SECONDS - ((i * BLOCK_STEP) % RECENT_SECONDS);
    const logIndex = (i * LOG_STEP) % LOGS_A_BLOCK;
    const place = { blockNumber, logIndex, timestamp: GENESIS_TIME + blockNumber, chainId: BigInt(chain.chainId) };
    return [lookupEntry(place), checksumOfLog(chain.logHash(blockNumber, logIndex), place)];
  });
}

/** Calls a second of something that is done many times. */
function perSecond(act: (i: number) => void): number {
  const started = performance.now();
  for (let i = 0; i < CHECKS_A_ROUND; i++) act(i);
  return (CHECKS_A_ROUND / (performance.now() - started)) * 1_000;
}

/** Checks a second by what a pool asks, one transaction of one message, another one each time; and how many there would be if they were nothing but their hashes, in turn. */
function localChecks({ interop }: InteropCluster, messages: readonly (readonly Hex[])[], descriptor: { readonly timestamp: number; readonly timeout: number; readonly chainId: bigint }): { readonly checks: number; readonly limit: number } {
  const policy = ingressPolicy("cross-unsafe");
  const preimage = new Uint8Array(64);
  const rounds = Array.from({ length: WARM_UP_ROUNDS + ROUNDS }, () => ({
    checks: perSecond((i) => {
      const answer = interop.ingress.check(messages[i % MESSAGES]!, descriptor, policy);
      if (answer.kind !== "ok") throw new Error(`the pool's check refused a message of the bench: ${answer.message}`);
    }),
    limit: perSecond((i) => {
      preimage[i % 64] = i;
      for (let hash = 0; hash < HASHES_A_CHECK; hash++) keccak256(preimage);
    }),
  })).slice(WARM_UP_ROUNDS);
  return { checks: median(rounds.map(({ checks }) => checks)), limit: median(rounds.map(({ limit }) => limit)) };
}

async function overHttp({ interop }: InteropCluster, bodies: readonly string[]): Promise<z.infer<typeof measuredSchema>> {
  const listening = await new RpcServer({ route: () => ({ methods: { ...interop.rpcMethods, bench_nothing: () => null } }) }).listen({ port: 0 });
  const client = fork("scripts/run.mjs", [CLIENT]);
  try {
    const load: Load = { port: listening.port, bodies, connections: CONNECTIONS, warmUpMs: WARM_UP_MS, loadMs: LOAD_MS };
    client.send(load);
    const [measured] = await Promise.race([once(client, "message"), once(client, "exit").then(() => [undefined])]);
    return measuredSchema.parse(measured);
  } finally {
    client.kill();
    await listening.close();
  }
}

/** What it costs to check one message of an access list, an index of a million logs behind it: in the pool, and over HTTP with the client in a process of its own. */
export async function accessListFigures(): Promise<readonly Figure[]> {
  const cluster = await InteropCluster.open([{ sends: LOGS_A_BLOCK, executes: 0 }, { sends: 0, executes: 0 }], SECONDS);
  try {
    cluster.start();
    await cluster.untilVerified((timestamp) => timestamp === GENESIS_TIME + SECONDS);
    const [source, executing] = cluster.chains as [BenchChain, BenchChain];
    const messages = messagesOf(source);
    const descriptor = { timestamp: GENESIS_TIME + SECONDS + 1, timeout: 0, chainId: BigInt(executing.chainId) };
    const { checks, limit } = localChecks(cluster, messages, descriptor);
    const bodies = messages.map((entries, id) => JSON.stringify({ jsonrpc: "2.0", id, method: "interop_checkAccessList", params: [entries, "cross-unsafe", executingDescriptorToJson(descriptor)] }));
    const nothing = await overHttp(cluster, ['{"jsonrpc":"2.0","id":1,"method":"bench_nothing","params":[]}']);
    const measured = await overHttp(cluster, bodies);
    const http = `\`interop_checkAccessList\` over HTTP, one message, ${CONNECTIONS} connections`;
    return [
      { name: "check of one message in the pool, a million logs indexed", value: checks, unit: "/s", reach: { atLeast: 200_000 } },
      { name: "… to what its two hashes alone allow, same run", value: checks / limit, unit: "times" },
      { name: http, value: measured.perSecond, unit: "/s", reach: { atLeast: 5_000 } },
      { name: "… to a method that does nothing, same server and run", value: measured.perSecond / nothing.perSecond, unit: "times" },
      { name: `${http}: median`, value: measured.p50, unit: "ms", reach: { atMost: 0.5 } },
      { name: `${http}: 99 of 100 within`, value: measured.p99, unit: "ms", reach: { atMost: 3 } },
    ];
  } finally {
    await cluster.close();
  }
}
