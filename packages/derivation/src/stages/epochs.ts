import type { RollupConfig } from "@pangaea/config";
import { CriticalError, formatBlock, type L1BlockRef, type L2BlockRef, ResetError, type SingularBatch } from "@pangaea/primitives";

/**
 * The L1 blocks that the next L2 blocks may build on: from the current epoch to the L1 block that is read, without gaps.
 * Source: specs `protocol/derivation.md#batch-queue`.
 */
export class Epochs {
  readonly #config: RollupConfig;
  #origin: L1BlockRef;
  #blocks: L1BlockRef[];

  constructor(config: RollupConfig, base: L1BlockRef) {
    this.#config = config;
    this.#origin = base;
    this.#blocks = [base];
  }

  /** The L1 block that is read. */
  get origin(): L1BlockRef {
    return this.#origin;
  }

  get blocks(): readonly L1BlockRef[] {
    return this.#blocks;
  }

  /** Takes in the L1 block that is read now, and lets go of those before the parent's epoch. */
  follow(parent: L2BlockRef, origin: L1BlockRef): void {
    if (origin.hash !== this.#origin.hash) {
      this.#origin = origin;
      if (origin.number < parent.l1Origin.number) this.#blocks = [];
      else this.#blocks.push(origin);
    }
    const at = this.#blocks.findIndex((block) => block.number === parent.l1Origin.number);
    if (at > 0) this.#blocks.splice(0, at);
  }

  /** The current epoch, of which or after which the block after `parent` is. Throws `ResetError` when the parent's origin is not there, `CriticalError` when no L1 block is known. */
  current(parent: L2BlockRef): L1BlockRef {
    const [epoch] = this.#blocks;
    if (epoch === undefined) throw new CriticalError(`derivation did not start at a safe head: at L1 block ${formatBlock(this.#origin)} no L1 blocks are known from the origin of ${formatBlock(parent)} on`);
    if (parent.l1Origin.hash !== epoch.hash && parent.l1Origin.number !== epoch.number - 1) throw new ResetError(`the origin ${formatBlock(parent.l1Origin)} of L2 block ${formatBlock(parent)} is not the current epoch ${formatBlock(epoch)}`);
    return epoch;
  }

  /**
   * The empty batch that stands in for one that has not come within the sequencing window. Undefined while one may still come, and where the
   * epoch has all its blocks, which makes the next epoch the current one.
   */
  emptyBatch(parent: L2BlockRef, outOfData: boolean): SingularBatch | undefined {
    const [epoch, next] = this.#blocks;
    if (epoch === undefined || next === undefined) return undefined;
    const expiry = epoch.number + this.#config.seqWindowSize;
    if (expiry > this.#origin.number || (expiry === this.#origin.number && !outOfData)) return undefined;
    const timestamp = parent.timestamp + this.#config.blockTime;
    if (timestamp < next.timestamp || epoch.number === parent.l1Origin.number + 1) return { parentHash: parent.hash, epochNumber: epoch.number, epochHash: epoch.hash, timestamp, transactions: [] };
    this.#blocks.shift();
    return undefined;
  }
}
