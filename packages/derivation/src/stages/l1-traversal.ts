import type { RollupConfig, SystemConfig } from "@pangaea/config";
import { formatBlock, type L1BlockRef, type L1Source, NotFoundError, ResetError } from "@pangaea/primitives";
import { updateSystemConfig } from "../attributes/system-config-updates.ts";

/**
 * Walks L1 block by block and keeps the system configuration in force at each: in, the L1 chain; out, the origin.
 * A block that does not link to the one before it resets the pipeline. Source: specs `protocol/derivation.md#l1-traversal`.
 */
export class L1Traversal {
  readonly #config: RollupConfig;
  readonly #l1: L1Source;
  #origin: L1BlockRef;
  #system: SystemConfig;

  constructor(config: RollupConfig, l1: L1Source, origin: L1BlockRef, system: SystemConfig) {
    this.#config = config;
    this.#l1 = l1;
    this.#origin = origin;
    this.#system = system;
  }

  get origin(): L1BlockRef {
    return this.#origin;
  }

  get systemConfig(): SystemConfig {
    return this.#system;
  }

  /** Moves to the next L1 block; false when there is none yet. Throws `ResetError` when L1 has reorganised. */
  async advance(): Promise<boolean> {
    let next: L1BlockRef;
    try {
      next = await this.#l1.blockRefByNumber(this.#origin.number + 1);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      await this.#checkStillCanonical();
      return false;
    }
    if (next.parentHash !== this.#origin.hash) throw new ResetError(`L1 reorganised: block ${formatBlock(next)} has parent ${next.parentHash}, derivation stood at ${formatBlock(this.#origin)}`);
    this.#system = updateSystemConfig(this.#system, await this.#l1.receiptsByHash(next.hash), this.#config, next.timestamp);
    this.#origin = next;
    return true;
  }

  /** A shorter L1 chain after a reorg has no next block either; the block we stand on then is another. */
  async #checkStillCanonical(): Promise<void> {
    let canonical: L1BlockRef;
    try {
      canonical = await this.#l1.blockRefByNumber(this.#origin.number);
    } catch (error) {
      if (error instanceof NotFoundError) throw new ResetError(`L1 reorganised: there is no block ${this.#origin.number} any more`);
      throw error;
    }
    if (canonical.hash !== this.#origin.hash) throw new ResetError(`L1 reorganised: block ${this.#origin.number} is ${canonical.hash}, derivation stood at ${this.#origin.hash}`);
  }
}
