import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, it } from "vitest";
import { FileStore, LmdbStore } from "../src/index.ts";

const ROUNDS = 4;
const folder = mkdtempSync(join(tmpdir(), "pangaea-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const numberOf = (value: Uint8Array | undefined): number => (value === undefined ? 0 : new DataView(value.buffer, value.byteOffset).getUint32(0, true));

/** Lets the writer acknowledge some batches and kills it in the midst; gives the last that it acknowledged. */
async function writeUntilKilled(path: string, kind: string, batches: number): Promise<number> {
  const writer = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, "support/endless-writer.ts"), path, kind], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(writer, "exit");
  let last = 0;
  for await (const line of createInterface(writer.stdout)) {
    last = Number(line);
    if (last === batches) writer.kill("SIGKILL");
  }
  await exited;
  return last;
}

it.each([["lmdb", LmdbStore], ["file", FileStore]] as const)("a killed writer of a store by %s leaves every acknowledged batch and no part of another", async (kind, Kind) => {
  for (let round = 0; round < ROUNDS; round++) {
    const path = join(folder, `${kind}-${round}`);
    mkdirSync(path);
    const acknowledged = await writeUntilKilled(path, kind, 20 + round * 37);
    const store = new Kind(path);
    const head = numberOf(store.get(Uint8Array.of(0)));
    expect(head).toBeGreaterThanOrEqual(acknowledged);
    const rows = [...store.entries({ from: Uint8Array.of(1), to: Uint8Array.of(2) })].map(([, value]) => numberOf(value));
    expect(rows).toEqual(Array.from({ length: 100 }, () => head));
    expect([...store.entries({ from: Uint8Array.of(2) })]).toHaveLength(head);
    store.write([[Uint8Array.of(3), Uint8Array.of(1)]]);
    await store.close();
  }
});
