import type { RollupConfig } from "@pangaea/config";
import { inboxEntriesIn } from "@pangaea/interop";
import { type Hex, decodeTransaction, InvalidInputError, type Logger, recoverSender, type SignedTransaction, silentLogger, transactionHash, TX_DEPOSIT, TX_LEGACY } from "@pangaea/primitives";
import type { Blockchain } from "../chain/blockchain.ts";
import { opRulesAt } from "../op-rules.ts";
import { l1Fee, operatorFee, readL1FeeParameters } from "../transaction/l1-fee.ts";
import { feeCap, tipCap, validateStateless } from "../transaction/validate.ts";
import type { MessageGate } from "./message-gate.ts";

export interface PooledTransaction {
  readonly encoded: Uint8Array;
  readonly transaction: SignedTransaction;
  readonly sender: Hex;
  readonly hash: Hex;
  /** The storage keys that its access list has under CrossL2Inbox: what messages it executes. Empty for most. */
  readonly entries: readonly Hex[];
  /** The most that it takes from its sender, L1 and operator fee as of its entry included, in wei. */
  readonly cost: bigint;
}

/** A rule of its own for what may enter the pool. Throws `InvalidInputError` in words that a sender understands. */
export type AdmissionRule = (transaction: PooledTransaction) => void;

export interface PoolOptions {
  /** Asked in order, after the pool's own rules. */
  readonly admission?: readonly AdmissionRule[];
  readonly maxTransactions?: number;
  readonly maxPerSender?: number;
  /** Asked about transactions with CrossL2Inbox entries; without it they are like any other. */
  readonly messages?: MessageGate;
  readonly log?: Logger;
}

/** One sender's transactions by nonce, and the sum of their costs in wei. */
interface SenderQueue {
  readonly byNonce: Map<number, PooledTransaction>;
  cost: bigint;
}

const NO_ENTRIES: readonly Hex[] = [];
const NONE: ReadonlySet<Hex> = new Set();

function entriesOf(transaction: SignedTransaction): readonly Hex[] {
  return transaction.type === TX_LEGACY || transaction.accessList.length === 0 ? NO_ENTRIES : inboxEntriesIn(transaction.accessList);
}

/** What a transaction pays above the base fee per gas, in wei; negative when it cannot pay the base fee. */
function tipAt(transaction: SignedTransaction, baseFee: bigint): bigint {
  const room = feeCap(transaction) - baseFee;
  return room < tipCap(transaction) ? room : tipCap(transaction);
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
  readonly #messages: MessageGate | undefined;
  readonly #log: Logger;
  readonly #bySender = new Map<Hex, SenderQueue>();
  readonly #byHash = new Map<Hex, PooledTransaction>();
  /** Those whose messages are asked about before each block. */
  readonly #withMessages = new Map<Hex, PooledTransaction>();
  readonly #listeners = new Set<(transaction: PooledTransaction) => void>();

  constructor(chain: Blockchain, { maxTransactions = 20_000, maxPerSender = 10_000, admission = [], messages, log = silentLogger }: PoolOptions = {}) {
    this.#chain = chain;
    this.#config = chain.config;
    this.#maxTransactions = maxTransactions;
    this.#maxPerSender = maxPerSender;
    this.#admission = admission;
    this.#messages = messages;
    this.#log = log;
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

  /**
   * Takes in a transaction that someone sent. One with CrossL2Inbox entries enters when the message filter has found them executable in the
   * next block; any other at once. Throws, or rejects with, `InvalidInputError` in the words that clients know, `MessageRefusedError` with the
   * filter's code among them, and `TemporaryError` when the filter cannot tell.
   */
  admit(encoded: Uint8Array): Hex | Promise<Hex> {
    const pooled = this.#read(encoded);
    if (pooled.entries.length === 0 || this.#messages === undefined) return this.#enter(pooled);
    return this.#admitWithMessages(pooled, this.#messages);
  }

  /** Takes a transaction in without asking about its messages, which is left to the next block. Throws `InvalidInputError` in the words that clients know. */
  add(encoded: Uint8Array): Hex {
    return this.#enter(this.#read(encoded));
  }

  async #admitWithMessages(pooled: PooledTransaction, messages: MessageGate): Promise<Hex> {
    this.#checkState(pooled);
    await messages.admit({ hash: pooled.hash, entries: pooled.entries }, this.#chain.head.header.timestamp + this.#config.blockTime);
    return this.#enter(pooled);
  }

  #read(encoded: Uint8Array): PooledTransaction {
    if (encoded.length > MAX_TRANSACTION_BYTES) throw new InvalidInputError(`oversized data: transaction size ${encoded.length}, limit ${MAX_TRANSACTION_BYTES}`);
    const hash = transactionHash(encoded);
    if (this.#byHash.has(hash)) throw new InvalidInputError("already known");
    const transaction = decodeTransaction(encoded);
    if (transaction.type === TX_DEPOSIT) throw new InvalidInputError("transaction type not supported: deposits come from L1 only");
    const { head } = this.#chain;
    const rules = opRulesAt(this.#config, head.header.timestamp + this.#config.blockTime);
    validateStateless(transaction, this.#config.l2ChainId, rules);
    if (transaction.gas > head.header.gasLimit - L1_INFO_GAS) throw new InvalidInputError(`exceeds block gas limit: the transaction asks for ${transaction.gas}, blocks have ${head.header.gasLimit - L1_INFO_GAS}`);
    const fees = readL1FeeParameters(this.#chain.headState(), rules);
    const cost = BigInt(transaction.gas) * feeCap(transaction) + transaction.value + l1Fee(encoded, fees, rules).fee + operatorFee(transaction.gas, fees, rules);
    return { encoded, transaction, sender: recoverSender(transaction), hash, entries: entriesOf(transaction), cost };
  }

  #enter(pooled: PooledTransaction): Hex {
    if (this.#byHash.has(pooled.hash)) throw new InvalidInputError("already known");
    this.#checkState(pooled);
    for (const admit of this.#admission) admit(pooled);
    this.#insert(pooled);
    for (const listener of this.#listeners) listener(pooled);
    return pooled.hash;
  }

  /** The sender must be able to pay for all that waits, this one in the place of one with its nonce. */
  #checkState({ transaction, sender, cost }: PooledTransaction): void {
    const state = this.#chain.headState();
    const nonce = state.nonce(sender);
    if (transaction.nonce < nonce) throw new InvalidInputError(`nonce too low: next nonce ${nonce}, tx nonce ${transaction.nonce}`);
    const balance = state.balance(sender);
    if (balance < cost) throw new InvalidInputError(`insufficient funds for gas * price + value: balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`);
    const queue = this.#bySender.get(sender);
    if (queue === undefined) return;
    const queued = queue.cost - (queue.byNonce.get(transaction.nonce)?.cost ?? 0n);
    if (balance < queued + cost) throw new InvalidInputError(`insufficient funds for gas * price + value: balance ${balance}, queued cost ${queued}, tx cost ${cost}, overshot ${queued + cost - balance}`);
  }

  #insert(pooled: PooledTransaction): void {
    const { sender, transaction } = pooled;
    const queue = this.#bySender.get(sender);
    const previous = queue?.byNonce.get(transaction.nonce);
    if (previous !== undefined) {
      const enough = (fresh: bigint, old: bigint) => fresh * 100n >= old * (100n + PRICE_BUMP);
      if (!enough(feeCap(transaction), feeCap(previous.transaction)) || !enough(tipCap(transaction), tipCap(previous.transaction))) throw new InvalidInputError("replacement transaction underpriced");
      this.#drop(previous.hash, `it is replaced by ${pooled.hash}`);
    } else {
      if (queue !== undefined && queue.byNonce.size >= this.#maxPerSender) throw new InvalidInputError(`the sender has ${queue.byNonce.size} transactions waiting, the most that are kept for one`);
      if (this.#byHash.size >= this.#maxTransactions) this.#makeRoom(pooled);
    }
    const own = this.#bySender.get(sender) ?? { byNonce: new Map<number, PooledTransaction>(), cost: 0n };
    own.byNonce.set(transaction.nonce, pooled);
    own.cost += pooled.cost;
    this.#bySender.set(sender, own);
    this.#byHash.set(pooled.hash, pooled);
    if (pooled.entries.length > 0 && this.#messages !== undefined) this.#withMessages.set(pooled.hash, pooled);
  }

  /** Drops the last transaction of the sender that tips least, when the new one tips more. Throws `InvalidInputError`. */
  #makeRoom(fresh: PooledTransaction): void {
    let worst: PooledTransaction | undefined;
    for (const [sender, { byNonce }] of this.#bySender) {
      if (sender === fresh.sender) continue;
      const last = byNonce.get(Math.max(...byNonce.keys()));
      if (last !== undefined && (worst === undefined || tipCap(last.transaction) < tipCap(worst.transaction))) worst = last;
    }
    if (worst === undefined || tipCap(worst.transaction) >= tipCap(fresh.transaction)) throw new InvalidInputError("txpool is full: a higher priority fee is needed to enter");
    this.#drop(worst.hash, `the pool is full and ${fresh.hash} tips more`);
  }

  #drop(hash: Hex, why: string): void {
    this.#log.debug("the pool drops a transaction", { hash, why });
    this.remove(hash);
  }

  remove(hash: Hex): void {
    const pooled = this.#byHash.get(hash);
    if (pooled === undefined) return;
    this.#byHash.delete(hash);
    if (this.#withMessages.delete(hash)) this.#messages?.forget(hash);
    const queue = this.#bySender.get(pooled.sender);
    if (queue === undefined) return;
    queue.byNonce.delete(pooled.transaction.nonce);
    queue.cost -= pooled.cost;
    if (queue.byNonce.size === 0) this.#bySender.delete(pooled.sender);
  }

  /** The nonce after those that wait in an unbroken row. */
  pendingNonce(sender: Hex, next: number): number {
    return this.#rowEnd(sender, next, () => true);
  }

  /** The nonce after those that a block could take: an unbroken row of transactions that wait for no message. */
  takeableNonce(sender: Hex, next: number): number {
    return this.#rowEnd(sender, next, ({ hash }) => this.#messages?.isWaiting(hash) !== true);
  }

  #rowEnd(sender: Hex, next: number, belongs: (pooled: PooledTransaction) => boolean): number {
    const byNonce = this.#bySender.get(sender)?.byNonce;
    let nonce = next;
    for (let pooled = byNonce?.get(nonce); pooled !== undefined && belongs(pooled); pooled = byNonce?.get(nonce)) nonce++;
    return nonce;
  }

  /** Whether there are transactions to ask the message filter about. */
  get hasMessages(): boolean {
    return this.#withMessages.size > 0;
  }

  /**
   * Asks the message filter which transactions a block of this time and base fee may take, and drops those that it refuses and those that
   * have waited too long. Gives the hashes of the executable ones; without an answer in time, none. Never rejects for the filter's sake.
   */
  async executableMessages(timestamp: number, baseFee: bigint, nonceOf: (sender: Hex) => number): Promise<ReadonlySet<Hex>> {
    if (this.#messages === undefined) return NONE;
    const rows = new Map<Hex, { readonly from: number; readonly to: number }>();
    const isNext = ({ sender, transaction }: PooledTransaction): boolean => {
      const from = rows.get(sender)?.from ?? nonceOf(sender);
      const to = rows.get(sender)?.to ?? this.pendingNonce(sender, from);
      rows.set(sender, { from, to });
      return transaction.nonce >= from && transaction.nonce < to;
    };
    const candidates = [...this.#withMessages.values()].filter((pooled) => feeCap(pooled.transaction) >= baseFee && isNext(pooled));
    if (candidates.length === 0) return NONE;
    const byTip = candidates.map(({ hash, entries, transaction }) => ({ hash, entries, tip: tipAt(transaction, baseFee) })).sort((a, b) => (a.tip === b.tip ? 0 : a.tip > b.tip ? -1 : 1));
    const { executable, dropped } = await this.#messages.sort(byTip.slice(0, this.#messages.maxPerBlock).map(({ hash, entries }) => ({ hash, entries })), timestamp);
    for (const [hash, why] of dropped) this.#drop(hash, why);
    return executable;
  }

  /**
   * What a block may take at a base fee: highest tip first, each sender's in order of nonce. `nonceOf` gives a sender's next nonce.
   * Of those that the message filter is asked about only the executable ones, given by hash, and what does not follow one left out.
   */
  *pending(baseFee: bigint, nonceOf: (sender: Hex) => number, executable: ReadonlySet<Hex> = NONE): Generator<PooledTransaction, void, "taken" | "refused" | undefined> {
    const tip = ({ transaction }: PooledTransaction) => tipAt(transaction, baseFee);
    const isExecutable = ({ hash, entries }: PooledTransaction) => entries.length === 0 || this.#messages === undefined || executable.has(hash);
    const ready: PooledTransaction[] = [];
    const enqueue = (pooled: PooledTransaction | undefined) => {
      if (pooled === undefined || feeCap(pooled.transaction) < baseFee || !isExecutable(pooled)) return;
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
    for (const [sender, { byNonce }] of this.#bySender) enqueue(byNonce.get(nonceOf(sender)));
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      const verdict = yield next;
      if (verdict !== "refused") enqueue(this.#bySender.get(next.sender)?.byNonce.get(next.transaction.nonce + 1));
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
        this.#log.debug("the pool does not take back a transaction that a reorg removed", { hash: transactionHash(encoded), why: error.message });
      }
    }
    const state = this.#chain.headState();
    for (const [sender, { byNonce }] of this.#bySender) {
      const nonce = state.nonce(sender);
      for (const pooled of byNonce.values()) if (pooled.transaction.nonce < nonce) this.#drop(pooled.hash, `its nonce ${pooled.transaction.nonce} is used, the next is ${nonce}`);
    }
  }
}
