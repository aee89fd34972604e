import type { RollupConfig } from "@pangaea/config";
import type { L2BlockRef, SingularBatch } from "@pangaea/primitives";

/** The blocks of an accepted span batch that have not been given out yet. */
export class SpanRemainder {
  readonly #config: RollupConfig;
  #batches: SingularBatch[] = [];

  constructor(config: RollupConfig) {
    this.#config = config;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** Takes the blocks of a span batch, in place of what was left of another. */
  set(batches: readonly SingularBatch[]): void {
    this.#batches = batches.toReversed();
  }

  clear(): void {
    this.#batches = [];
  }

  /** The next block, on its parent. When the parent is not where it goes on, the last one was refused: the rest falls. */
  next(parent: L2BlockRef): SingularBatch | undefined {
    const next = this.#batches.at(-1);
    if (next === undefined) return undefined;
    if (next.timestamp !== parent.timestamp + this.#config.blockTime) {
      this.clear();
      return undefined;
    }
    this.#batches.pop();
    return { ...next, parentHash: parent.hash };
  }
}
