import { estimatedSize } from "../transaction/l1-fee.ts";

const MILLIONTHS = 1_000_000n;

/**
 * How much of the pool's transactions may go into a block by what they add to L1, in bytes of estimated compressed size; 0 is no limit. A batcher that falls behind lowers the limits.
 * What derivation or the attributes demand is not held against them. Source: op-geth's `miner_setMaxDASize`.
 */
export class DaLimits {
  #transaction = 0;
  #block = 0;

  set(transaction: number, block: number): void {
    this.#transaction = transaction;
    this.#block = block;
  }

  /** What one block may still take: a question for each transaction, which counts those it grants. */
  ofBlock(): (encoded: Uint8Array) => boolean {
    const [transaction, block] = [this.#transaction, this.#block];
    if (transaction === 0 && block === 0) return () => true;
    let taken = 0;
    return (encoded) => {
      const size = Number(estimatedSize(encoded) / MILLIONTHS);
      if ((transaction !== 0 && size > transaction) || (block !== 0 && taken + size > block)) return false;
      taken += size;
      return true;
    };
  }
}
