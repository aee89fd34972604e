/** What a figure is to reach; a figure without one is told for its own sake. */
export type Reach = { readonly atLeast: number } | { readonly atMost: number };

/** One measured figure, and what it is to reach. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reach?: Reach;
}

export const FIGURES_HEAD = ["| figure | measured | reach | |", "|---|---|---|---|"] as const;

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** The value below which a share of all values lies. Throws when there is none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error("no value was measured");
  return value;
}

export function isReached({ value, reach }: Figure): boolean {
  if (reach === undefined) return true;
  return "atLeast" in reach ? value >= reach.atLeast : value <= reach.atMost;
}

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value < 10 ? 2 : 1);
}

/** A row of the table. */
export function formatFigure(figure: Figure): string {
  const { name, value, unit, reach } = figure;
  const wanted = reach === undefined ? "" : "atLeast" in reach ? `≥ ${reach.atLeast.toLocaleString("en")}` : `≤ ${reach.atMost.toLocaleString("en")}`;
  return `| ${name} | ${number(value)} ${unit} | ${wanted} | ${reach === undefined ? "" : isReached(figure) ? "pass" : "**fail**"} |`;
}
