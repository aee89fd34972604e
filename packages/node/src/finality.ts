import type { L1BlockRef, L2BlockRef } from "@pangaea/primitives";

/** L1 blocks that finality lags behind at most, on L1 itself. */
const L1_LAG = 4 * 32;

/** Remembers which L2 block was the last derived from each L1 block, to know what L1's finality makes final. */
export class Finality {
  readonly #kept: number;
  #entries: { readonly l1: L1BlockRef; readonly l2: L2BlockRef }[] = [];

  /** `lag`: L1 blocks that finality may lag behind for the chain's own reasons. */
  constructor({ lag = 0 }: { readonly lag?: number } = {}) {
    this.#kept = Math.max(L1_LAG, lag) + 1;
  }

  record(l1: L1BlockRef, l2: L2BlockRef): void {
    if (this.#entries.at(-1)?.l1.number === l1.number) this.#entries.pop();
    this.#entries.push({ l1, l2 });
    if (this.#entries.length > this.#kept) this.#entries.shift();
  }

  /** The newest L2 block derived from L1 blocks up to `number`, with the L1 block that it came from. */
  finalizedBy(number: number): { readonly l1: L1BlockRef; readonly l2: L2BlockRef } | undefined {
    return this.#entries.findLast(({ l1 }) => l1.number <= number);
  }

  clear(): void {
    this.#entries = [];
  }
}
