import { bumpedCaps, classifySendError, type FeeCaps, marketCaps, type Signer } from "@pangaea/batcher";
import { type Clock, encodeTransaction, errorMessage, type Hex, type Logger, TemporaryError, transactionHash, TX_FEE_MARKET } from "@pangaea/primitives";
import type { TransactionLineOptions } from "./options.ts";
import type { RelayCall, RelayChain } from "./relay-chain.ts";

export interface TransactionLineModules {
  readonly chain: RelayChain;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A call with the gas it is given. */
export interface PricedCall extends RelayCall {
  readonly gas: number;
}

/** What became of a transaction. given-up: its call was not made, and its nonce is free or used by something else. */
export type LineResult<T> = { readonly item: T; readonly kind: "mined"; readonly blockNumber: number; readonly status: 0 | 1 } | { readonly item: T; readonly kind: "given-up"; readonly reason: string };

interface Envelope {
  readonly nonce: number;
  caps: FeeCaps;
  /** What went out under this nonce, newest last; a filler does nothing but use it up. */
  versions: { readonly hash: Hex; readonly isFiller: boolean }[];
  sentAt: number;
}

interface Slot<T> extends Envelope {
  readonly item: T;
  readonly call: PricedCall;
  /** Looks in a row at which the nonce was used, but by none of the versions. */
  foreignLooks: number;
}

/** So often must a nonce look used by a stranger before it is taken so: endpoints behind a balancer lag. */
const FOREIGN_LOOKS = 5;
/** Raises of a price that a pool calls too low before anything is sent. */
const MAX_RAISES = 8;
const FILLER_GAS = 21_000;

/**
 * The transactions of one account on one chain, several under way: nonces in a row, fees, replacement of what is in no block in time,
 * and a transfer of nothing in place of what the pool takes no more, so that those behind it move on.
 */
export class TransactionLine<T> {
  readonly #modules: TransactionLineModules;
  readonly #options: TransactionLineOptions;
  /** By nonce. */
  #slots: readonly Slot<T>[] = [];
  /** What came to an end and was not given yet. */
  #ended: LineResult<T>[] = [];
  /** The nonce that the chain expects, as it was last seen. */
  #expected = 0;
  #openedAt: number | undefined;
  #isOpen = false;
  #gapSince: number | undefined;

  constructor(modules: TransactionLineModules, options: TransactionLineOptions) {
    this.#modules = modules;
    this.#options = options;
  }

  /** Transactions under way. */
  get size(): number {
    return this.#slots.length;
  }

  /** Whether transactions of an earlier run are out of the way: in blocks, or waited for long enough. Errors of the chain are passed on. */
  async isOpen(): Promise<boolean> {
    if (this.#isOpen) return true;
    const { chain, signer, clock, log } = this.#modules;
    this.#openedAt ??= clock.now();
    const [latest, pending] = await Promise.all([chain.nonce(signer.address, "latest"), chain.nonce(signer.address, "pending")]);
    const isLate = clock.now() - this.#openedAt >= this.#options.pendingTimeoutMs;
    if (pending > latest && isLate) log.warn("transactions of an earlier run are in no block; their nonces are used again", { latest, pending });
    this.#isOpen = pending <= latest || isLate;
    return this.#isOpen;
  }

  /** Puts a call on its way. Throws the endpoint's error when the pool refuses it, `TemporaryError` when its nonce or price does not fit yet; then nothing is under way. */
  async send(item: T, call: PricedCall): Promise<void> {
    const { chain, signer } = this.#modules;
    if (this.#slots.length === 0) this.#expected = await chain.nonce(signer.address, "latest");
    const slot: Slot<T> = { item, call, nonce: this.#freeNonce(), caps: marketCaps(await this.#fees()), versions: [], sentAt: 0, foreignLooks: 0 };
    for (let raises = 0; raises < MAX_RAISES; raises++) {
      const outcome = await this.#offer(slot, call);
      if (outcome === "sent") {
        this.#slots = [...this.#slots, slot].sort((a, b) => a.nonce - b.nonce);
        return;
      }
      if (outcome === "nonce used") {
        this.#expected = Math.max(slot.nonce + 1, await chain.nonce(signer.address, "latest"));
        throw new TemporaryError(`nonce ${slot.nonce} of ${signer.address} is used already: another sender uses the relayer's key`);
      }
      await this.#raise(slot);
    }
    throw new TemporaryError(`a transaction of ${signer.address} with nonce ${slot.nonce} waits in the pool of chain ${chain.chainId} at a higher price: another sender uses the relayer's key, or an earlier run left it`);
  }

  /**
   * Looks after what is under way; gives what came to an end. What is in no block in time is sent again; what is not wanted any more, or not taken
   * again, is replaced by a filler. Errors of the chain are passed on, and what came to an end before them is given the next time.
   */
  async follow(isWanted: (item: T) => boolean): Promise<readonly LineResult<T>[]> {
    if (this.#slots.length > 0) await this.#look(isWanted);
    return this.#ended.splice(0);
  }

  async #look(isWanted: (item: T) => boolean): Promise<void> {
    const { chain, signer, clock } = this.#modules;
    const next = await chain.nonce(signer.address, "latest");
    this.#expected = next;
    for (const slot of this.#slots) {
      const result = slot.nonce < next ? await this.#settle(slot) : undefined;
      if (result !== undefined) {
        this.#slots = this.#slots.filter((other) => other !== slot);
        this.#ended.push(result);
      } else if (slot.nonce >= next) {
        const isFiller = slot.versions.at(-1)?.isFiller === true || !isWanted(slot.item);
        const isNewlyUnwanted = isFiller && slot.versions.at(-1)?.isFiller === false;
        if (isNewlyUnwanted || clock.now() - slot.sentAt >= this.#options.resubmissionTimeoutMs) await this.#resend(slot, isFiller);
      }
    }
    await this.#fillGap(next);
  }

  async #settle(slot: Slot<T>): Promise<LineResult<T> | undefined> {
    for (const { hash, isFiller } of slot.versions.toReversed()) {
      const receipt = await this.#modules.chain.receipt(hash);
      if (receipt === undefined) continue;
      if (isFiller) return { item: slot.item, kind: "given-up", reason: "the pool takes it no more" };
      return { item: slot.item, kind: "mined", ...receipt };
    }
    slot.foreignLooks++;
    return slot.foreignLooks < FOREIGN_LOOKS ? undefined : { item: slot.item, kind: "given-up", reason: `its nonce ${slot.nonce} was used by another transaction` };
  }

  async #resend(slot: Slot<T>, isFiller: boolean): Promise<void> {
    const { log, chain } = this.#modules;
    await this.#raise(slot);
    log.info("a relay transaction is in no block in time or wanted no more; replacing it", { chain: chain.chainId, nonce: slot.nonce, maxFeePerGas: slot.caps.maxFeePerGas, filler: isFiller });
    try {
      await this.#offer(slot, isFiller ? undefined : slot.call);
    } catch (error) {
      if (isFiller) throw error;
      log.info("the pool takes a relay transaction no more; freeing its nonce", { chain: chain.chainId, nonce: slot.nonce, error: errorMessage(error) });
      await this.#offer(slot, undefined);
    }
  }

  /** The least nonce that is neither used nor under way. */
  #freeNonce(): number {
    let nonce = this.#expected;
    for (const slot of this.#slots) if (slot.nonce === nonce) nonce++;
    return nonce;
  }

  /**
   * A reorg of the chain may have taken out transactions before the first slot: nothing behind the gap would ever be in a block. When no call has
   * taken those nonces in time, they are used up.
   */
  async #fillGap(next: number): Promise<void> {
    const { clock, log, chain } = this.#modules;
    const first = this.#slots[0]?.nonce ?? next;
    this.#gapSince = next < first ? (this.#gapSince ?? clock.now()) : undefined;
    if (this.#gapSince === undefined || clock.now() - this.#gapSince < this.#options.resubmissionTimeoutMs) return;
    log.info("nonces before the first relay transaction are free after a reorg; using them up", { chain: chain.chainId, from: next, to: first - 1 });
    this.#gapSince = clock.now();
    for (let nonce = next; nonce < first; nonce++) await this.#offer({ nonce, caps: marketCaps(await this.#fees()), versions: [], sentAt: 0 }, undefined);
  }

  /** Signs and broadcasts a call or, without one, a filler. An endpoint that fails may have taken it all the same: it counts as sent, and is sent again soon. */
  async #offer(slot: Envelope, call: PricedCall | undefined): Promise<"sent" | "underpriced" | "nonce used"> {
    const { chain, signer, clock } = this.#modules;
    const { maxFeePerGas, maxPriorityFeePerGas } = slot.caps;
    const content = call === undefined ? { to: signer.address, data: new Uint8Array(0), accessList: [], gas: FILLER_GAS } : { to: call.to, data: call.data, accessList: call.accessList, gas: call.gas };
    const raw = encodeTransaction(await signer.sign({ type: TX_FEE_MARKET, chainId: chain.chainId, nonce: slot.nonce, maxFeePerGas, maxPriorityFeePerGas, value: 0n, ...content }));
    const hash = transactionHash(raw);
    slot.sentAt = clock.now();
    try {
      await chain.send(raw);
    } catch (error) {
      const outcome = classifySendError(error);
      if (outcome === "underpriced" || outcome === "nonce used") return outcome;
      if (outcome !== "known" && !(error instanceof TemporaryError)) throw error;
      if (outcome !== "known") slot.sentAt = 0;
    }
    slot.versions = [...slot.versions.filter((version) => version.hash !== hash), { hash, isFiller: call === undefined }];
    return "sent";
  }

  async #raise(slot: Slot<T>): Promise<void> {
    slot.caps = bumpedCaps(slot.caps, await this.#fees(), "calldata", this.#options);
  }

  async #fees() {
    return { ...(await this.#modules.chain.fees()), blobBaseFee: 0n };
  }
}
