import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { pause, syncStatus } from "./cluster.ts";
import { type Figure, median } from "./figure.ts";
import { Program } from "./program.ts";
import { CHAIN_IDS, prepareWeek, WEEK, type WeekOfData } from "./week-of-data.ts";

const ROUNDS = 3;
const POLL_MS = 20;
const LIMIT_MS = 60_000;

const startedSchema = z.object({ url: z.string() });

/** One start of the supernode in a process of its own: seconds from there to the moment at which `/readyz` says 200. */
async function restart({ l1Url, configDir, dataDir }: WeekOfData): Promise<number> {
  const flags = CHAIN_IDS.flatMap((chainId) => [`--vn.${chainId}.rollup.config=${join(configDir, String(chainId), "rollup.json")}`, `--vn.${chainId}.l2.genesis=${join(configDir, String(chainId), "genesis.json")}`]);
  const started = performance.now();
  const { program, line } = await Program.pangaea("supernode", `--chains=${CHAIN_IDS.join(",")}`, `--l1=${l1Url}`, `--l1.beacon=${l1Url}`, `--data-dir=${dataDir}`, "--rpc.port=0", "--log.level=error", ...flags);
  try {
    const { url } = startedSchema.parse(line);
    for (;;) {
      const response = await fetch(`${url}/readyz`);
      if (response.status === 200) break;
      if (performance.now() - started > LIMIT_MS) throw new Error(`the supernode was not ready ${LIMIT_MS / 1_000} s after its start: ${await response.text()}`);
      await pause(POLL_MS);
    }
    const seconds = (performance.now() - started) / 1_000;
    for (const chainId of CHAIN_IDS) {
      const { safe_l2: safe } = await syncStatus(`${url}/${chainId}/`);
      if (safe.number !== WEEK) throw new Error(`chain ${chainId} came back with safe block ${safe.number}, not ${WEEK}`);
    }
    return seconds;
  } finally {
    await program.stop();
  }
}

/** A supernode that comes back to a week of two chains: every second verified, every block indexed and every safe head on record. */
export async function restartFigure(): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-bench-"));
  try {
    const week = await prepareWeek(folder);
    try {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) times.push(await restart(week));
      return { name: "restart of a supernode with a week of two chains, process start to `/readyz`", value: median(times), unit: "s", reach: { atMost: 5 } };
    } finally {
      await week.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
