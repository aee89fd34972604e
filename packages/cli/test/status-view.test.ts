import type { SyncStatus } from "@pangaea/node";
import { describe, expect, it } from "vitest";
import { type ChainStatusRow, statusLines, StatusView } from "../src/status-view.ts";

const status = { unsafe_l2: { number: 34, l1origin: { number: 15 } }, safe_l2: { number: 30 }, finalized_l2: { number: 8 }, head_l1: { number: 16 } } as SyncStatus;
const ROWS: readonly ChainStatusRow[] = [
  { chainId: 901, port: 9545, status, batcherLag: 3 },
  { chainId: 10902, port: 9546, status: undefined, batcherLag: undefined },
];

describe("the live table", () => {
  it("has a line for each chain under a heading, in columns: heads, L1 origin, the batcher's lag; a chain that starts says so", () => {
    expect(statusLines(ROWS)).toEqual([
      "  chain  rpc    unsafe    safe  finalized  L1 origin  batcher lag",
      "  901    :9545  34        30    8          15 of 16   3 blocks",
      "  10902  :9546  starting",
    ]);
  });

  it("is drawn over itself, and lines are printed above it", () => {
    const written: string[] = [];
    const view = new StatusView((text) => written.push(text));
    view.print("before");
    view.update(ROWS);
    view.update(ROWS.slice(0, 1));
    view.print("above");
    const [first, second, third] = [statusLines(ROWS), statusLines(ROWS.slice(0, 1)), statusLines(ROWS.slice(0, 1))].map((lines) => lines.map((line) => `${line}\n`));
    expect(written).toEqual(["before\n", ...first!, "\x1b[3A\x1b[0J", ...second!, "\x1b[2A\x1b[0J", "above\n", ...third!]);
  });
});
