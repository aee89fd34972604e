import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

interface Opened {
  readonly compressed: number;
  readonly batches: number;
  /** Megabytes, at the peak. */
  readonly grewBy: number;
}

/** Opens a bomb in a process of its own: what it needs at its peak is what the process grows by. */
async function open(bomb: string): Promise<Opened> {
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/run.mjs", "fuzz/test/support/open-bomb.ts", bomb]);
  return JSON.parse(stdout) as Opened;
}

describe("a channel that expands to 300 MB or more", () => {
  it.each([
    ["of zlib before Fjord, of which 10 MB are read,", "zlib-before-fjord", 64],
    ["of zlib, of which 100 MB are read,", "zlib", 400],
    ["of brotli, of which 100 MB are read,", "brotli", 400],
    ["with a fault in its midst", "zlib-damaged", 500],
    ["of span batches of ten million empty blocks", "span-batches", 800],
  ])("%s (%s) is read in less than %d MB", async (_, bomb, bound) => {
    const { compressed, grewBy } = await open(bomb);
    expect(compressed).toBeLessThan(2_000_000);
    expect(grewBy).toBeGreaterThan(0);
    expect(grewBy).toBeLessThan(bound);
  }, 120_000);
});
