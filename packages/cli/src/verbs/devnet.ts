import { DEVNET_OPTIONS, DevnetCluster, type DevnetSummary, systemClock, systemRandom, TEST_ACCOUNTS } from "@pangaea/devnet";
import { COMMON_OPTIONS, readGiven, sourcesOf, unknownVariables, valuesOf } from "../command-line.ts";
import { createLineLogger, LogThreshold } from "../logger.ts";
import { type ChainStatusRow, statusLines, StatusView } from "../status-view.ts";
import { standIns } from "../stand-ins.ts";
import { VERSION } from "../version.ts";
import { untilStopped } from "../until-stopped.ts";

const STATUS_MS = 500;
/** Without a terminal the status is printed seldom. */
const PLAIN_STATUS_MS = 15_000;

function banner({ l1, supernode, da, chains }: DevnetSummary, seconds: string): readonly string[] {
  return [
    `Pangaea devnet, ready in ${seconds} s`,
    "",
    `  L1 ${String(l1.chainId).padEnd(6)} ${l1.url}   JSON-RPC, WebSocket, beacon API`,
    ...chains.map(({ chainId, url }) => `  L2 ${String(chainId).padEnd(6)} ${url}   JSON-RPC, WebSocket`),
    `  supernode ${supernode.url}   root RPC at /, node RPCs at ${chains.map(({ chainId }) => `/${chainId}/`).join(" ")}`,
    ...(da === undefined ? [] : [`  DA server ${da.url}`]),
    "",
    `  ${TEST_ACCOUNTS.length} accounts with 10,000 ETH on every chain; the first:`,
    `  ${TEST_ACCOUNTS[0]!.address}  key ${TEST_ACCOUNTS[0]!.privateKey}`,
    ...chains.map(({ chainId, contracts }) => `  portal to ${chainId} on L1: ${contracts.optimismPortal}`),
    "",
    "  Ctrl-C stops everything.",
    "",
  ];
}

function rows(cluster: DevnetCluster): readonly ChainStatusRow[] {
  return cluster.summary.chains.map(({ chainId, url }) => {
    const chain = cluster.supernode.chains.get(chainId);
    return { chainId, port: Number(new URL(url).port), status: chain?.hasHeads === true ? chain.syncStatus() : undefined, batcherLag: cluster.batcher(chainId)?.status().lag };
  });
}

export const DEVNET_TABLE = { ...DEVNET_OPTIONS, ...COMMON_OPTIONS };

/** `pangaea devnet`: a local L1 and a cluster of L2s, until it is told to stop. */
export async function devnet(argv: readonly string[]): Promise<void> {
  const given = readGiven(sourcesOf("devnet", argv, process.env), DEVNET_TABLE);
  const flags = valuesOf("devnet", DEVNET_TABLE, given);
  const started = Date.now();
  const isLive = process.stdout.isTTY === true && !flags.json && !flags.quiet;
  const view = new StatusView((text) => process.stdout.write(text));
  const threshold = new LogThreshold(flags["log.level"]);
  const log = createLineLogger(threshold, (line) => (isLive ? view.print(line) : console.error(line)), { format: flags["log.format"] });
  for (const variable of unknownVariables(DEVNET_TABLE, process.env)) log.warn("an environment variable is none of ours", { variable });
  for (const warning of standIns()) log.warn(warning);
  const asked = untilStopped();
  const abort = new AbortController();
  void asked.then((reason) => abort.abort(reason));
  const cluster = await DevnetCluster.start(flags, { clock: systemClock, random: systemRandom, log, setLogLevel: (level) => threshold.set(level), signal: abort.signal, version: VERSION }, (name) => given[name] !== undefined).catch((error: unknown) => {
    if (abort.signal.aborted) return undefined;
    throw error;
  });
  if (cluster === undefined) return;
  const stopped = Promise.race([asked, cluster.l1.exited.then(() => "the local L1 ended by itself")]);
  let timer: NodeJS.Timeout | undefined;
  try {
    const isReady = await Promise.race([cluster.untilReady().then(() => true), stopped.then(() => false)]);
    if (!isReady) return;
    if (flags.json) console.log(JSON.stringify(cluster.summary));
    else if (!flags.quiet) for (const line of banner(cluster.summary, ((Date.now() - started) / 1_000).toFixed(1))) console.log(line);
    if (!flags.json && !flags.quiet) {
      timer = setInterval(() => (isLive ? view.update(rows(cluster)) : console.log(statusLines(rows(cluster)).join("\n"))), isLive ? STATUS_MS : PLAIN_STATUS_MS);
    }
    const reason = await stopped;
    if (!flags.json && !flags.quiet) console.log(`\nstopping: ${reason}`);
  } finally {
    clearInterval(timer);
    await cluster.stop();
  }
}
