import type { Signer } from "@pangaea/batcher";
import { checkExpiry } from "@pangaea/interop";
import { type Clock, errorMessage, type Logger, type Random } from "@pangaea/primitives";
import type { ChainWatch } from "./chain-watch.ts";
import { MessageQueue, type QueuedMessage } from "./message-queue.ts";
import type { RelayerMetrics } from "./metrics.ts";
import type { RelayerOptions } from "./options.ts";
import { classifyRefusal } from "./refusal.ts";
import type { BlockHead } from "./relay-chain.ts";
import { relayCallOf, type RelayMessage } from "./relay-message.ts";
import type { RelayStore } from "./relay-store.ts";
import { notYetDelay, retryDelay } from "./retry-schedule.ts";
import { type LineResult, type PricedCall, TransactionLine } from "./transaction-line.ts";

export interface DestinationRelayModules {
  readonly watch: ChainWatch;
  readonly signer: Signer;
  readonly store: RelayStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: RelayerMetrics;
  /** Seconds. */
  readonly expiryWindow: number;
}

/** What an attempt says, or the look before it: that the destination failed rather than the message; a call to send. */
interface Outcome {
  readonly call?: PricedCall;
  readonly failure?: unknown;
}

const describe = ({ source, destination, identifier, messageHash }: RelayMessage) => ({ source, destination, block: identifier.blockNumber, logIndex: identifier.logIndex, messageHash });

/** Relays the messages to one chain: tries them in order, sends, follows, tries again what failed, drops what expired, and keeps what is executed until it is safe. */
export class DestinationRelay {
  readonly queue: MessageQueue;
  readonly #modules: DestinationRelayModules;
  readonly #options: RelayerOptions;
  readonly #line: TransactionLine<QueuedMessage>;
  #judged: BlockHead | undefined;
  #reorgs = 0;

  constructor(modules: DestinationRelayModules, options: RelayerOptions) {
    this.#modules = modules;
    this.#options = options;
    this.queue = new MessageQueue(options.maxQueued);
    const { watch, signer, clock, log } = modules;
    this.#line = new TransactionLine({ chain: watch.chain, signer, clock, log }, options);
  }

  /** Transactions under way. */
  get inFlight(): number {
    return this.#line.size;
  }

  /** Takes messages of a source out whose blocks, above a number, are of the chain no more. What is under way ends as it may. */
  dropAbove(source: number, blockNumber: number): readonly RelayMessage[] {
    const vanished = [...this.queue.all()].filter(({ message }) => message.source === source && message.identifier.blockNumber > blockNumber);
    for (const entry of vanished) this.#drop(entry);
    return vanished.map(({ message }) => message);
  }

  /** One round. Errors of the chain are passed on; what is under way and what waits stay as they are. */
  async tick(): Promise<void> {
    const { head, reorgs } = this.#modules.watch;
    if (head === undefined) return;
    for (const result of await this.#line.follow(({ isDropped }) => !isDropped)) this.#conclude(result);
    if (head.hash !== this.#judged?.hash) {
      this.#dropExpired(head);
      if (this.queue.hasSettled) await this.#confirm(reorgs !== this.#reorgs);
      this.#reorgs = reorgs;
      this.#judged = head;
    }
    await this.#launch(head);
  }

  async #launch(head: BlockHead): Promise<void> {
    const due = this.queue.due(this.#modules.clock.now(), head.timestamp, this.#options.maxInFlight - this.#line.size);
    if (due.length === 0 || !(await this.#line.isOpen())) return;
    const prepared = await Promise.all(due.map((entry) => this.#prepare(entry, head)));
    const outcomes = [...prepared];
    for (const [i, entry] of due.entries()) {
      const call = prepared[i]?.call;
      if (call !== undefined && !entry.isDropped) outcomes.push(await this.#send(entry, call, head));
    }
    // Only now: one message at which the destination fails does not keep the others.
    const failed = outcomes.find(({ failure }) => failure !== undefined);
    if (failed !== undefined) throw failed.failure;
  }

  async #prepare(entry: QueuedMessage, head: BlockHead): Promise<Outcome> {
    const { watch, signer } = this.#modules;
    const call = relayCallOf(entry.message, signer.address);
    try {
      const estimate = await watch.chain.estimateGas(call);
      const gas = Math.ceil((estimate * (100 + this.#options.gasMarginPercent)) / 100);
      if (gas <= this.#options.maxGas) return { call: { ...call, gas } };
      this.#retry(entry, `it takes ${gas} gas, more than the ${this.#options.maxGas} of --relayer.max-gas`);
      return {};
    } catch (error) {
      return this.#putBack(entry, error, head);
    }
  }

  async #send(entry: QueuedMessage, call: PricedCall, head: BlockHead): Promise<Outcome> {
    try {
      await this.#line.send(entry, call);
      entry.state = "under-way";
      entry.delays = 0;
      this.#modules.log.debug("a message is on its way", describe(entry.message));
      return {};
    } catch (error) {
      return this.#putBack(entry, error, head);
    }
  }

  /** Puts a message back that did not get through, to be tried again when it makes sense. Gives the error when it says nothing about messages. */
  async #putBack(entry: QueuedMessage, error: unknown, head: BlockHead): Promise<Outcome> {
    const refusal = classifyRefusal(error);
    if (refusal === "not-yet") return this.#delay(entry);
    if (refusal !== "reverted" && refusal !== "refused") return { ...this.#delay(entry), failure: error };
    try {
      // A target may revert with the messenger's own error: only the messenger knows.
      if (await this.#modules.watch.chain.isRelayed(entry.message.messageHash)) this.#settle(entry, head.number);
      else this.#retry(entry, errorMessage(error));
      return {};
    } catch (failure) {
      return { ...this.#delay(entry), failure };
    }
  }

  #delay(entry: QueuedMessage): Outcome {
    entry.delays++;
    this.queue.wait(entry, this.#modules.clock.now() + notYetDelay(entry.delays, this.#options));
    return {};
  }

  #retry(entry: QueuedMessage, reason: string): void {
    const { clock, log, metrics, random } = this.#modules;
    entry.failures++;
    metrics.countFailedAttempt(entry.message);
    const wait = retryDelay(entry.failures, this.#options, random);
    this.queue.wait(entry, clock.now() + wait);
    const fields = { ...describe(entry.message), failures: entry.failures, waitMs: Math.round(wait), error: reason };
    if (entry.failures === this.#options.maxAttempts) log.warn("a message failed often; from now on it is tried rarely, until it expires", fields);
    else log.debug("a message could not be relayed; it is tried again", fields);
  }

  #conclude(result: LineResult<QueuedMessage>): void {
    const { item: entry } = result;
    const { log, metrics, clock } = this.#modules;
    if (result.kind === "mined" && result.status === 1) {
      metrics.countRelayed(entry.message, clock.now() / 1_000 - entry.message.identifier.timestamp);
      log.info("a message is relayed", { ...describe(entry.message), inBlock: result.blockNumber });
      if (!entry.isDropped) this.#settle(entry, result.blockNumber);
    } else if (!entry.isDropped) this.#retry(entry, result.kind === "mined" ? `its transaction reverted in block ${result.blockNumber}` : result.reason);
  }

  #settle(entry: QueuedMessage, blockNumber: number): void {
    if (!entry.isDropped) this.#modules.store.forget(this.queue.settle(entry, blockNumber).map(({ message }) => message));
  }

  /** Forgets what is executed in safe blocks; after a reorg, tries what is executed no more. */
  async #confirm(isReorged: boolean): Promise<void> {
    const { watch, clock, store, log } = this.#modules;
    const safe = (await watch.chain.safeNumber()) ?? -1;
    const settled = this.queue.settled().filter(({ settledAt }) => isReorged || settledAt <= safe);
    const isRelayed = await Promise.all(settled.map(({ message }) => watch.chain.isRelayed(message.messageHash)));
    const done: RelayMessage[] = [];
    for (const [i, entry] of settled.entries()) {
      if (isRelayed[i] !== true) {
        log.info("a reorg took out the execution of a message; it is relayed again", describe(entry.message));
        this.queue.wait(entry, clock.now());
      } else if (entry.settledAt <= safe) {
        done.push(entry.message);
        this.queue.remove(entry);
      }
    }
    store.forget(done);
  }

  #dropExpired(head: BlockHead): void {
    const { expiryWindow, log, metrics, store } = this.#modules;
    // The next block is a second later at the least.
    const expired = [...this.queue.all()].filter(({ state, message }) => state !== "settled" && checkExpiry(message.identifier.timestamp, head.timestamp + 1, expiryWindow) !== undefined);
    for (const entry of expired) {
      metrics.countExpired(entry.message);
      log.warn("a message expired before it could be relayed; its sender can send it again with resendMessage", { ...describe(entry.message), sentAt: entry.message.identifier.timestamp, failures: entry.failures });
      this.#drop(entry);
    }
    store.forget(expired.map(({ message }) => message));
  }

  #drop(entry: QueuedMessage): void {
    entry.isDropped = true;
    this.queue.remove(entry);
  }
}
