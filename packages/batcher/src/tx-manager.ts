import { type Clock, errorMessage, type Hex, type Logger, ResetError, TemporaryError } from "@pangaea/primitives";
import type { BatchData } from "./channel.ts";
import { bumpedCaps, type FeeCaps, marketCaps } from "./fees.ts";
import type { L1Receipt, L1TxBackend } from "./l1-backend.ts";
import { type BlobCommitter, prepareData, type PreparedData, signBatch } from "./l1-transaction.ts";
import type { BatchDestination, TxManagerOptions } from "./options.ts";
import { classifySendError } from "./send-error.ts";
import type { Signer } from "./signer.ts";

export interface TxManagerModules {
  readonly l1: L1TxBackend;
  readonly signer: Signer;
  readonly committer: BlobCommitter;
  readonly destination: BatchDestination;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One transaction on its way, in all its versions. */
interface Pending {
  readonly abort: AbortController;
  /** Hashes of the versions that went out, newest last. */
  hashes: Hex[];
  prepared: PreparedData | undefined;
  nonce: number | undefined;
  caps: FeeCaps | undefined;
  sentAt: number;
  isMined: boolean;
  /** Polls in a row that saw the nonce used by none of the versions, or a gap of nonces below it. */
  foreignPolls: number;
}

/** So often must a nonce look lost before it is taken as lost: endpoints behind a balancer lag. */
const LOST_POLLS = 3;

/**
 * Brings data to L1 in transactions of one account, in the order of the calls: nonces, fees, replacement of what is not mined in time,
 * confirmations, and sending again what a reorg took out.
 */
export class TxManager {
  readonly #modules: TxManagerModules;
  readonly #options: TxManagerOptions;
  readonly #pending = new Set<Pending>();
  #turn: Promise<unknown> = Promise.resolve();
  #nextNonce = 0;

  constructor(modules: TxManagerModules, options: TxManagerOptions) {
    this.#modules = modules;
    this.#options = options;
  }

  /** Transactions that are not confirmed yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Resolves when the transaction has its confirmations. Rejects with `ResetError` when its nonce is lost (used by someone else, or
   * left behind a gap that a reorg made): everything pending is given up then and must be sent again; with the reason of `abort`.
   */
  async send(data: BatchData): Promise<L1Receipt & { readonly hash: Hex }> {
    const tx: Pending = { abort: new AbortController(), hashes: [], prepared: undefined, nonce: undefined, caps: undefined, sentAt: 0, isMined: false, foreignPolls: 0 };
    this.#pending.add(tx);
    const started = this.#turn.then(() => this.#start(tx, data));
    this.#turn = started.catch(() => undefined);
    try {
      await started;
      return await this.#follow(tx);
    } finally {
      this.#pending.delete(tx);
    }
  }

  /** Gives up everything pending. What the pool has taken may be mined all the same. */
  abort(reason: Error): void {
    for (const tx of this.#pending) tx.abort.abort(reason);
  }

  async #start(tx: Pending, data: BatchData): Promise<void> {
    const { signer, l1, committer } = this.#modules;
    tx.abort.signal.throwIfAborted();
    tx.prepared = await prepareData(data, committer);
    for (;;) {
      tx.abort.signal.throwIfAborted();
      try {
        if ([...this.#pending].every((other) => other.nonce === undefined || other === tx)) this.#nextNonce = await l1.nonce(signer.address, "latest");
        tx.nonce = this.#nextNonce;
        const fees = await l1.fees();
        tx.caps ??= marketCaps(fees);
        const outcome = await this.#offer(tx, tx.prepared, tx.nonce, tx.caps);
        if (outcome === "sent") {
          this.#nextNonce = tx.nonce + 1;
          return;
        }
        if (outcome === "underpriced") tx.caps = bumpedCaps(tx.caps, fees, data.kind, this.#options);
        if (outcome === "nonce used") this.#nextNonce = Math.max(tx.nonce + 1, await l1.nonce(signer.address, "latest"));
      } catch (error) {
        if (!tx.abort.signal.aborted) this.#warn("a batch transaction could not be sent; trying again", error);
      }
      await this.#wait(tx);
    }
  }

  async #follow(tx: Pending): Promise<L1Receipt & { readonly hash: Hex }> {
    for (;;) {
      await this.#wait(tx);
      try {
        const receipt = await this.#receipt(tx);
        if (receipt === undefined) await this.#pursue(tx);
        else {
          tx.isMined = true;
          tx.foreignPolls = 0;
          if ((await this.#modules.l1.blockNumber()) - receipt.blockNumber + 1 >= this.#options.confirmations) return receipt;
        }
      } catch (error) {
        if (error instanceof ResetError) throw error;
        if (!tx.abort.signal.aborted) this.#warn("a batch transaction could not be followed; trying again", error);
      }
    }
  }

  /** Acts on a transaction that is in no block. */
  async #pursue(tx: Pending): Promise<void> {
    const { l1, signer, clock, log } = this.#modules;
    const { prepared, nonce, caps } = tx;
    if (prepared === undefined || nonce === undefined || caps === undefined) return;
    if (tx.isMined) {
      tx.isMined = false;
      log.warn("L1 reorg took a batch transaction out; sending it again", { hash: tx.hashes.at(-1), nonce });
      await this.#offer(tx, prepared, nonce, caps);
      return;
    }
    const next = await l1.nonce(signer.address, "latest");
    const isFirst = [...this.#pending].every((other) => other.nonce === undefined || other.nonce >= nonce);
    tx.foreignPolls = next > nonce || (isFirst && next < nonce) ? tx.foreignPolls + 1 : 0;
    if (tx.foreignPolls >= LOST_POLLS) {
      const reason = new ResetError(`nonce ${nonce} of ${signer.address} is lost (L1 expects ${next}): another sender uses the key, or an L1 reorg took earlier transactions out`);
      this.abort(reason);
      throw reason;
    }
    if (clock.now() - tx.sentAt < this.#options.resubmissionTimeoutMs) return;
    tx.caps = bumpedCaps(caps, await l1.fees(), prepared.data.kind, this.#options);
    log.info("a batch transaction is not mined in time; raising its fees", { nonce, maxFeePerGas: tx.caps.maxFeePerGas });
    await this.#offer(tx, prepared, nonce, tx.caps);
  }

  /** Signs and broadcasts; also the time of a failed attempt counts, so that the next comes no sooner. */
  async #offer(tx: Pending, prepared: PreparedData, nonce: number, caps: FeeCaps): Promise<"sent" | "underpriced" | "nonce used"> {
    const { l1, signer, destination, clock } = this.#modules;
    const { hash, raw } = await signBatch(prepared, nonce, caps, destination, signer);
    tx.sentAt = clock.now();
    try {
      await l1.sendRawTransaction(raw);
    } catch (error) {
      const outcome = classifySendError(error);
      if (outcome === "unknown") throw error;
      if (outcome !== "known") return outcome;
    }
    tx.hashes = [...tx.hashes.filter((one) => one !== hash), hash];
    return "sent";
  }

  async #receipt(tx: Pending): Promise<(L1Receipt & { readonly hash: Hex }) | undefined> {
    for (const hash of tx.hashes.toReversed()) {
      const receipt = await this.#modules.l1.receipt(hash);
      if (receipt !== undefined) return { ...receipt, hash };
    }
    return undefined;
  }

  #wait(tx: Pending): Promise<void> {
    return this.#modules.clock.sleep(this.#options.receiptPollMs, tx.abort.signal);
  }

  #warn(message: string, error: unknown): void {
    this.#modules.log.warn(message, { error: errorMessage(error), temporary: error instanceof TemporaryError, account: this.#modules.signer.address });
  }
}
