import { type Hex, type L1BlockRef, type L1Heads, NotFoundError, TemporaryError } from "@pangaea/primitives";
import type { Log } from "@pangaea/primitives";

/** What a block holds: the logs of its deposits, which stay whatever becomes of it, and those of its other transactions. */
export interface Body {
  readonly deposits: readonly Log[];
  readonly logs: readonly Log[];
}

/** A batch: one L2 block's content on L1. */
export interface Posting {
  readonly chainId: number;
  readonly number: number;
  readonly body: Body;
}

export interface FakeL1Block extends L1BlockRef {
  readonly postings: readonly Posting[];
}

/** 32 bytes that tell some small numbers. */
export const word = (...numbers: readonly number[]): Hex => `0x${numbers.map((number) => number.toString(16).padStart(8, "0")).join("").padStart(64, "0")}`;

/** An L1 of batches that the test mines, reorganizes, finalizes and takes away. */
export class FakeL1 {
  reachable = true;
  finalized = 0;
  readonly #blocks: FakeL1Block[];
  readonly #time: number;
  #branch = 0;

  constructor(time: number) {
    this.#time = time;
    this.#blocks = [{ hash: word(0xa1, 0, 0), number: 0, parentHash: word(0), timestamp: time, postings: [] }];
  }

  get head(): FakeL1Block {
    return this.#blocks.at(-1)!;
  }

  block(number: number): FakeL1Block | undefined {
    return this.#blocks[number];
  }

  mine(postings: readonly Posting[] = []): FakeL1Block {
    const number = this.#blocks.length;
    this.#blocks.push({ hash: word(0xa1, this.#branch, number), number, parentHash: this.head.hash, timestamp: this.#time + 2 * number, postings });
    return this.head;
  }

  /** Takes the blocks from a number on away; the same batches are mined again in other blocks unless they are `lost`. */
  reorg(from: number, { lost = false }: { readonly lost?: boolean } = {}): void {
    const gone = this.#blocks.splice(from);
    this.#branch++;
    for (const { postings } of gone) this.mine(lost ? [] : postings);
    this.mine();
  }

  /** Shows nothing from a number on, as an endpoint does that is behind or on another branch; what it gives brings those blocks back in place of all since. */
  hide(from: number): () => void {
    const hidden = this.#blocks.splice(from);
    this.#branch++;
    return () => void this.#blocks.splice(from, Number.MAX_SAFE_INTEGER, ...hidden);
  }

  has(block: { readonly number: number; readonly hash: Hex }): boolean {
    return this.#blocks[block.number]?.hash === block.hash;
  }

  /** The highest block of a chain whose batch is on L1. */
  highestPosted(chainId: number): number {
    return this.#blocks.reduce((most, { postings }) => postings.reduce((highest, posting) => (posting.chainId === chainId ? Math.max(highest, posting.number) : highest), most), 0);
  }

  heads = (): L1Heads => ({ latest: this.head, safe: this.#blocks[this.finalized]!, finalized: this.#blocks[this.finalized]! });

  blockRefByNumber = async (number: number): Promise<L1BlockRef> => {
    if (!this.reachable) throw new TemporaryError("L1 does not answer");
    const block = this.#blocks[number];
    if (block === undefined) throw new NotFoundError(`L1 has no block ${number}`);
    return block;
  };
}
