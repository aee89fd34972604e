import { formatBlock, InvalidInputError, isDepositTransaction, type L2BlockRef, TemporaryError } from "@pangaea/primitives";

/** The block that took forced transactions in; `sibling`, without them, has taken its place where that was asked for. */
export interface ForcedInclusion {
  readonly block: L2BlockRef;
  readonly sibling?: L2BlockRef;
}

interface Request {
  readonly transactions: readonly Uint8Array[];
  /** The block that they are for; the next one unless given. */
  readonly at: number | undefined;
  /** Whether the block is to be taken back for a sibling without user transactions. */
  readonly takesBack: boolean;
  readonly resolve: (inclusion: ForcedInclusion) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BYTES = 1_000_000;

/** Transactions that the sequencer puts into its next block whatever the pool thinks of them, within a bound of bytes. */
export class ForcedTransactions {
  #waiting: Request[] = [];
  #building: Request[] = [];
  /** A block that is to give way to a sibling, and who asked for that. */
  #told: { readonly block: L2BlockRef; readonly requests: readonly Request[] } | undefined;

  /** Waits for a block; resolves once it is the unsafe head. Throws `InvalidInputError` for a deposit, for none and when there is no room. */
  add(transactions: readonly Uint8Array[], { takesBack = false, at }: { readonly takesBack?: boolean; readonly at?: number } = {}): Promise<ForcedInclusion> {
    if (transactions.length === 0) throw new InvalidInputError("there is no transaction to force into a block");
    if (transactions.some((one) => one.length === 0 || isDepositTransaction(one))) throw new InvalidInputError("only signed transactions can be forced into a block: deposits come from L1 alone");
    const bytes = [...this.#waiting, ...this.#building, { transactions }].reduce((sum, request) => request.transactions.reduce((size, { length }) => size + length, sum), 0);
    if (bytes > MAX_BYTES) throw new InvalidInputError(`${bytes} bytes of forced transactions would wait, at most ${MAX_BYTES} may: wait for the next block`);
    return new Promise((resolve, reject) => this.#waiting.push({ transactions, at, takesBack, resolve, reject }));
  }

  /** What waits for the block now begun: for one without user transactions, only what wants no other. Who wanted an earlier one is told. */
  take(number: number, { isEmpty }: { readonly isEmpty: boolean }): readonly Uint8Array[] {
    const waiting = this.#waiting.splice(0);
    for (const request of waiting) {
      if (request.at === number || (request.at === undefined && !isEmpty)) this.#building.push(request);
      else if (request.at === undefined || request.at > number) this.#waiting.push(request);
      else request.reject(new TemporaryError(`block ${request.at} has gone by, the next to be built is ${number}`));
    }
    return this.#building.flatMap(({ transactions }) => transactions);
  }

  /** The block under construction comes to nothing: what was for it waits for the next. */
  giveBack(): void {
    this.#waiting.unshift(...this.#building.splice(0));
  }

  /** The block under construction has become the unsafe head. True when it is to be taken back. */
  included(block: L2BlockRef): boolean {
    const told = this.#told;
    this.#told = undefined;
    for (const { resolve } of told?.requests ?? []) resolve({ block: told!.block, sibling: block });
    const requests = this.#building.splice(0);
    for (const { takesBack, resolve } of requests) if (!takesBack) resolve({ block });
    const takingBack = requests.filter(({ takesBack }) => takesBack);
    if (takingBack.length > 0) this.#told = { block, requests: takingBack };
    return takingBack.length > 0;
  }

  /** Whether the block on this parent is the sibling of one that was taken back. Who asked for one that cannot come any more is told. */
  awaitsSibling(parent: L2BlockRef): boolean {
    if (this.#told === undefined || this.#told.block.parentHash === parent.hash) return this.#told !== undefined;
    const { block, requests } = this.#told;
    this.#told = undefined;
    for (const { reject } of requests) reject(new TemporaryError(`L2 block ${formatBlock(block)} was not replaced by a sibling: the unsafe head is ${formatBlock(parent)}`));
    return false;
  }

  /** What was for the block under construction, or for the one to be taken back, cannot be. */
  refuse(error: unknown): void {
    for (const { reject } of [...this.#building.splice(0), ...(this.#told?.requests ?? [])]) reject(error);
    this.#told = undefined;
  }

  /** Nothing will come of anything any more. */
  close(error: unknown): void {
    this.giveBack();
    this.#building.push(...this.#waiting.splice(0));
    this.refuse(error);
  }
}
