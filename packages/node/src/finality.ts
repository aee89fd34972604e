import type { L1BlockRef, L2BlockRef } from "@pangaea/primitives";

export interface FinalityOptions {
  /** L1 blocks that finality may lag behind for the chain's own reasons. */
  readonly lag?: number;
  /** L1 blocks to remember, whatever finality may lag behind. */
  readonly lookback?: number | undefined;
  /** L1 blocks to derive from before the same word of L1 is tried again. */
  readonly delay?: number | undefined;
}

/** An L2 block that is final by L1, with the L1 block that it came from and the newest final one: both must be on L1. */
export interface FinalByL1 {
  readonly l1: L1BlockRef;
  readonly l2: L2BlockRef;
  readonly signal: L1BlockRef;
}

export interface FinalityView {
  readonly reached: L1BlockRef;
  readonly finalized: L2BlockRef;
  readonly isIdle: boolean;
  readonly settledUpTo: (finalized: number) => number;
}

/** A beacon chain finalizes at most four epochs behind its head. */
const L1_LAG = 4 * 32;
const DELAY = 64;

/**
 * Remembers which L2 block was the last derived from each L1 block, to know what L1's finality makes final. L1's word may be ahead of what
 * has been derived: it is tried when it is new, and again as derivation catches up, not at every block. Source: op-node `finality`.
 */
export class Finality {
  readonly #lookback: number;
  readonly #delay: number;
  #entries: { readonly l1: L1BlockRef; readonly l2: L2BlockRef }[] = [];
  #signal: L1BlockRef | undefined;
  /** The L1 block that derivation had reached when the signal was last tried. */
  #triedAt: number | undefined;

  constructor({ lag = 0, lookback = Math.max(L1_LAG, lag) + 1, delay = DELAY }: FinalityOptions = {}) {
    this.#lookback = lookback;
    this.#delay = delay;
  }

  record(l1: L1BlockRef, l2: L2BlockRef): void {
    if (this.#entries.at(-1)?.l1.number === l1.number) this.#entries.pop();
    this.#entries.push({ l1, l2 });
    if (this.#entries.length > this.#lookback) this.#entries.shift();
  }

  /** Takes in which L1 block is final. False, and nothing changes, when it is older than what was final before. */
  signal(l1: L1BlockRef): boolean {
    if (this.#signal !== undefined && l1.number < this.#signal.number) return false;
    if (l1.hash !== this.#signal?.hash) this.#triedAt = undefined;
    this.#signal = l1;
    return true;
  }

  /**
   * What L1's word makes final above `finalized`, if it is time to try it: `reached` is the L1 block that derivation reads, `isIdle` whether it
   * has read all of L1, `settledUpTo` gives the newest L1 block, of those up to a final one, from which what was derived is final too.
   */
  due({ reached, finalized, isIdle, settledUpTo }: FinalityView): FinalByL1 | undefined {
    const signal = this.#signal;
    if (signal === undefined || (this.#triedAt !== undefined && reached.number <= this.#triedAt + (isIdle ? 0 : this.#delay))) return undefined;
    const upTo = settledUpTo(signal.number);
    const found = this.#entries.findLast(({ l1, l2 }) => l1.number <= upTo && l2.number > finalized.number);
    return found && { ...found, signal };
  }

  /** Notes that what was due has been tried. */
  tried(reached: L1BlockRef): void {
    this.#triedAt = reached.number;
  }

  /** Forgets what L1 has said: it no longer stands by it. */
  distrust(): void {
    this.#signal = undefined;
  }

  /** Forgets what was derived: derivation starts over. What L1 has finalized stays so. */
  clear(): void {
    this.#entries = [];
    this.#triedAt = undefined;
  }
}
