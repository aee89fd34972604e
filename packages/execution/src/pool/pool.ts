import type { RollupConfig } from "@pangaea/config";
import { type Hex, decodeTransaction, InvalidInputError, recoverSender, type SignedTransaction, transactionHash, TX_DEPOSIT } from "@pangaea/primitives";
import type { Blockchain } from "../chain/blockchain.ts";
import { opRulesAt } from "../op-rules.ts";
import { l1Fee, operatorFee, readL1FeeParameters } from "../transaction/l1-fee.ts";
import { feeCap, tipCap, validateStateless } from "../transaction/validate.ts";

export interface PooledTransaction {
  readonly encoded: Uint8Array;
  readonly transaction: SignedTransaction;
  readonly sender: Hex;
  readonly hash: Hex;
}

/** A rule of its own for what may enter the pool. Throws `InvalidInputError` in words that a sender understands. */
export type AdmissionRule = (transaction: PooledTransaction) => void;

export interface PoolOptions {
  /** Asked in order, after the pool's own rules. */
  readonly admission?: readonly AdmissionRule[];
  readonly maxTransactions?: number;
  readonly maxPerSender?: number;
}

const MAX_TRANSACTION_BYTES = 131_072;
/** A replacement must pay this much more, in percent. */
const PRICE_BUMP = 10n;
/** Gas that the L1 attributes deposit may take of each block. */
const L1_INFO_GAS = 70_000;

/** Transactions that wait for a block: checked and their senders recovered on entry; by sender in order of nonce. */
export class TransactionPool {
  readonly #chain: Blockchain;
  readonly #config: RollupConfig;
  readonly #maxTransactions: number;
  readonly #maxPerSender: number;
  readonly #admission: readonly AdmissionRule[];
  readonly #bySender = new Map<Hex, Map<number, PooledTransaction>>();
  readonly #byHash = new Map<Hex, PooledTransaction>();
  readonly #listeners = new Set<(transaction: PooledTransaction) => void>();

  constructor(chain: Blockchain, { maxTransactions = 20_000, maxPerSender = 10_000, admission = [] }: PoolOptions = {}) {
    this.#chain = chain;
    this.#config = chain.config;
    this.#maxTransactions = maxTransactions;
    this.#maxPerSender = maxPerSender;
    this.#admission = admission;
    chain.onHeadChange(({ removed, added }) => this.#followHead(removed.flatMap((block) => block.transactions), added.flatMap((block) => block.transactions)));
  }

  get size(): number {
    return this.#byHash.size;
  }

  get(hash: Hex): PooledTransaction | undefined {
    return this.#byHash.get(hash);
  }

  all(): IterableIterator<PooledTransaction> {
    return this.#byHash.values();
  }

  onAdded(listener: (transaction: PooledTransaction) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a transaction in. Throws `InvalidInputError` in the words that clients know. */
  add(encoded: Uint8Array): Hex {
    if (encoded.length > MAX_TRANSACTION_BYTES) throw new InvalidInputError(`oversized data: transaction size ${encoded.length}, limit ${MAX_TRANSACTION_BYTES}`);
    const hash = transactionHash(encoded);
    if (this.#byHash.has(hash)) throw new InvalidInputError("already known");
    const transaction = decodeTransaction(encoded);
    if (transaction.type === TX_DEPOSIT) throw new InvalidInputError("transaction type not supported: deposits come from L1 only");
    const { head } = this.#chain;
    const rules = opRulesAt(this.#config, head.header.timestamp + this.#config.blockTime);
    validateStateless(transaction, this.#config.l2ChainId, rules);
    if (transaction.gas > head.header.gasLimit - L1_INFO_GAS) throw new InvalidInputError(`exceeds block gas limit: the transaction asks for ${transaction.gas}, blocks have ${head.header.gasLimit - L1_INFO_GAS}`);
    const pooled: PooledTransaction = { encoded, transaction, sender: recoverSender(transaction), hash };
    this.#checkState(pooled, rules);
    for (const admit of this.#admission) admit(pooled);
    this.#insert(pooled);
    for (const listener of this.#listeners) listener(pooled);
    return hash;
  }

  #checkState({ transaction, sender, encoded }: PooledTransaction, rules: ReturnType<typeof opRulesAt>): void {
    const state = this.#chain.headState();
    const nonce = state.nonce(sender);
    if (transaction.nonce < nonce) throw new InvalidInputError(`nonce too low: next nonce ${nonce}, tx nonce ${transaction.nonce}`);
    const fees = readL1FeeParameters(state, rules);
    const cost = BigInt(transaction.gas) * feeCap(transaction) + transaction.value + l1Fee(encoded, fees, rules).fee + operatorFee(transaction.gas, fees, rules);
    const balance = state.balance(sender);
    if (balance < cost) throw new InvalidInputError(`insufficient funds for gas * price + value: balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`);
  }

  #insert(pooled: PooledTransaction): void {
    const { sender, transaction } = pooled;
    const queue = this.#bySender.get(sender) ?? new Map<number, PooledTransaction>();
    const previous = queue.get(transaction.nonce);
    if (previous !== undefined) {
      const enough = (fresh: bigint, old: bigint) => fresh * 100n >= old * (100n + PRICE_BUMP);
      if (!enough(feeCap(transaction), feeCap(previous.transaction)) || !enough(tipCap(transaction), tipCap(previous.transaction))) throw new InvalidInputError("replacement transaction underpriced");
      this.#byHash.delete(previous.hash);
    } else {
      if (queue.size >= this.#maxPerSender) throw new InvalidInputError(`the sender has ${queue.size} transactions waiting, the most that are kept for one`);
      if (this.#byHash.size >= this.#maxTransactions) this.#makeRoom(pooled);
    }
    queue.set(transaction.nonce, pooled);
    this.#bySender.set(sender, queue);
    this.#byHash.set(pooled.hash, pooled);
  }

  /** Drops the last transaction of the sender that tips least, when the new one tips more. Throws `InvalidInputError`. */
  #makeRoom(fresh: PooledTransaction): void {
    let worst: PooledTransaction | undefined;
    for (const [sender, queue] of this.#bySender) {
      if (sender === fresh.sender) continue;
      const last = queue.get(Math.max(...queue.keys()));
      if (last !== undefined && (worst === undefined || tipCap(last.transaction) < tipCap(worst.transaction))) worst = last;
    }
    if (worst === undefined || tipCap(worst.transaction) >= tipCap(fresh.transaction)) throw new InvalidInputError("txpool is full: a higher priority fee is needed to enter");
    this.remove(worst.hash);
  }

  remove(hash: Hex): void {
    const pooled = this.#byHash.get(hash);
    if (pooled === undefined) return;
    this.#byHash.delete(hash);
    const queue = this.#bySender.get(pooled.sender);
    queue?.delete(pooled.transaction.nonce);
    if (queue?.size === 0) this.#bySender.delete(pooled.sender);
  }

  /** The nonce after those that wait in an unbroken row. */
  pendingNonce(sender: Hex, next: number): number {
    const queue = this.#bySender.get(sender);
    let nonce = next;
    while (queue?.has(nonce) === true) nonce++;
    return nonce;
  }

  /** What a block may take at a base fee: highest tip first, each sender's in order of nonce. `nonceOf` gives a sender's next nonce. */
  *pending(baseFee: bigint, nonceOf: (sender: Hex) => number): Generator<PooledTransaction, void, "taken" | "refused" | undefined> {
    const tip = ({ transaction }: PooledTransaction) => {
      const room = feeCap(transaction) - baseFee;
      return room < tipCap(transaction) ? room : tipCap(transaction);
    };
    const ready: PooledTransaction[] = [];
    const enqueue = (pooled: PooledTransaction | undefined) => {
      if (pooled === undefined || feeCap(pooled.transaction) < baseFee) return;
      let low = 0;
      let high = ready.length;
      const own = tip(pooled);
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (tip(ready[middle]!) < own) low = middle + 1;
        else high = middle;
      }
      ready.splice(low, 0, pooled);
    };
    for (const [sender, queue] of this.#bySender) enqueue(queue.get(nonceOf(sender)));
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      const verdict = yield next;
      if (verdict !== "refused") enqueue(this.#bySender.get(next.sender)?.get(next.transaction.nonce + 1));
    }
  }

  #followHead(removed: readonly Uint8Array[], added: readonly Uint8Array[]): void {
    for (const encoded of added) this.remove(transactionHash(encoded));
    for (const encoded of removed) {
      if (encoded[0] === TX_DEPOSIT) continue;
      try {
        this.add(encoded);
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
      }
    }
    const state = this.#chain.headState();
    for (const [sender, queue] of this.#bySender) {
      const nonce = state.nonce(sender);
      for (const pooled of queue.values()) if (pooled.transaction.nonce < nonce) this.remove(pooled.hash);
    }
  }
}
