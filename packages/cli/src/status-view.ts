import type { SyncStatus } from "@pangaea/node";

/** What the status line of one chain shows. Lag in L2 blocks not yet on L1. */
export interface ChainStatusRow {
  readonly chainId: number;
  readonly port: number;
  readonly status: SyncStatus | undefined;
  readonly batcherLag: number | undefined;
}

const COLUMNS = ["chain", "rpc", "unsafe", "safe", "finalized", "L1 origin", "batcher lag"] as const;

function cells(row: ChainStatusRow): readonly string[] {
  const { status } = row;
  if (status === undefined) return [String(row.chainId), `:${row.port}`, "starting", "", "", "", ""];
  return [
    String(row.chainId),
    `:${row.port}`,
    String(status.unsafe_l2.number),
    String(status.safe_l2.number),
    String(status.finalized_l2.number),
    `${status.unsafe_l2.l1origin.number} of ${status.head_l1.number}`,
    row.batcherLag === undefined ? "" : `${row.batcherLag} blocks`,
  ];
}

/** The status table: a heading and one line a chain, columns aligned. */
export function statusLines(rows: readonly ChainStatusRow[]): readonly string[] {
  const table = [COLUMNS, ...rows.map(cells)];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  return table.map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()}`);
}

/** Keeps the table at the bottom of a terminal, drawn over itself; other lines are printed above it. */
export class StatusView {
  readonly #write: (text: string) => void;
  #drawn = 0;
  #lines: readonly string[] = [];

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  update(rows: readonly ChainStatusRow[]): void {
    this.#lines = statusLines(rows);
    this.#erase();
    this.#draw();
  }

  /** Prints a line above the table. */
  print(line: string): void {
    this.#erase();
    this.#write(`${line}\n`);
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn > 0) this.#write(`\x1b[${this.#drawn}A\x1b[0J`);
    this.#drawn = 0;
  }

  #draw(): void {
    for (const line of this.#lines) this.#write(`${line}\n`);
    this.#drawn = this.#lines.length;
  }
}
