import type { RollupConfig } from "@pangaea/config";
import { type Clock, type DaStore, errorMessage, type ExecutionLayer, formatBlock, type Hex, type L2BlockRef, type Logger, type Random, ZERO_HASH } from "@pangaea/primitives";
import { toBatchBlock } from "./batch-block.ts";
import { bundleData, type FrameBundle } from "./channel.ts";
import { ChannelManager } from "./channel-manager.ts";
import { type Compress, compressChannel } from "./compression.ts";
import { cheaperCarrier } from "./fees.ts";
import { DaUploads } from "./da-uploads.ts";
import type { L1TxBackend } from "./l1-backend.ts";
import type { BlobCommitter } from "./l1-transaction.ts";
import { type BatcherOptions, checkBatcherOptions, DEFAULT_BATCHER_OPTIONS } from "./options.ts";
import { waitForEarlierTransactions } from "./resume.ts";
import type { RollupStatus, RollupStatusSource } from "./rollup-status.ts";
import type { Signer } from "./signer.ts";
import { type BlockRange, computeSyncActions } from "./sync-actions.ts";
import { TxManager } from "./tx-manager.ts";

export interface BatcherModules {
  readonly config: RollupConfig;
  readonly rollup: RollupStatusSource;
  readonly l2: Pick<ExecutionLayer, "payloadByNumber">;
  readonly l1: L1TxBackend;
  readonly signer: Signer;
  readonly kzg: BlobCommitter;
  /** Where data go instead of L1, which then carries commitments to them as calldata. */
  readonly da?: DaStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** `compressChannel` unless given. */
  readonly compress?: Compress;
}

/** For display. `lag` in L2 blocks from the safe to the unsafe head, `pendingBytes` about what is still to be put on L1. */
export interface BatcherStatus {
  readonly isRunning: boolean;
  readonly account: Hex;
  readonly lag: number | undefined;
  readonly pendingBytes: number;
  readonly pendingTransactions: number;
  readonly channels: number;
  /** Milliseconds since the epoch until which nothing is sent; in the past when it is not held. */
  readonly heldUntil: number;
}

interface Settled {
  readonly bundle: FrameBundle;
  readonly result: { readonly l1Block: number } | { readonly error: unknown };
}

const LOADS_AT_ONCE = 16;
/** Transactions on their way at once while it stops in order: its last data do not wait for what went before. */
const DRAINING_TRANSACTIONS = 4;

/** Turns one chain's unsafe blocks into transactions on L1, until the rollup node derives them as safe. */
export class Batcher {
  readonly #modules: BatcherModules;
  readonly #options: BatcherOptions;
  readonly #manager: ChannelManager;
  readonly #txs: TxManager;
  readonly #uploads: DaUploads | undefined;
  #settled: Settled[] = [];
  #run: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #pause: AbortController | undefined;
  #isDraining = false;
  #hasLoadedLast = false;
  #isWoken = false;
  #flushWaiters: (() => void)[] = [];
  #status: RollupStatus | undefined;
  #lastCurrentL1 = 0;
  #heldUntil = 0;
  /** When frames may be sent again after some did not reach L1. */
  #notBefore = 0;

  /** Throws `InvalidInputError` for options that make no sense. */
  constructor(modules: BatcherModules, options: Partial<BatcherOptions> = {}) {
    this.#modules = modules;
    this.#options = checkBatcherOptions({ ...DEFAULT_BATCHER_OPTIONS, ...options });
    const { config, random, l1, signer, kzg, da, clock, log, compress = compressChannel } = modules;
    if (da !== undefined) this.#options = { ...this.#options, dataAvailability: "calldata" };
    this.#uploads = da === undefined ? undefined : new DaUploads(da, { most: this.#options.maxConcurrentDaRequests });
    this.#manager = new ChannelManager({ config, random, compress, chooseCarrier: async (data) => cheaperCarrier(data, await l1.fees(), this.#options) }, this.#options);
    this.#txs = new TxManager({ l1, signer, committer: kzg, destination: { l1ChainId: config.l1ChainId, inbox: config.batchInboxAddress }, clock, log }, this.#options);
  }

  /** Begins to work in the background; a running batcher goes on. */
  start(): void {
    if (this.#run !== undefined) return;
    const abort = new AbortController();
    this.#isDraining = false;
    this.#hasLoadedLast = false;
    this.#manager.clear();
    this.#run = { abort, done: this.#work(abort.signal) };
  }

  /** Stops. With `flush`, first puts on L1 what there is, and waits for it no longer than the options allow. */
  async stop({ flush = true }: { readonly flush?: boolean } = {}): Promise<void> {
    this.#heldUntil = 0;
    const run = this.#run;
    if (run === undefined) return;
    if (flush && !this.#isDraining) {
      this.#isDraining = true;
      this.#wake();
      const timer = new AbortController();
      const late = this.#modules.clock.sleep(this.#options.flushTimeoutMs, timer.signal).then(() => "late" as const, () => "late" as const);
      const first = await Promise.race([run.done, late]);
      timer.abort();
      if (first === "late") this.#modules.log.warn("the batcher stops before all of its data is on L1", { pendingBytes: this.#manager.pendingBytes });
    }
    const reason = new Error("the batcher stops");
    run.abort.abort(reason);
    this.#txs.abort(reason);
    this.#wake();
    await run.done;
    for (const resolve of this.#flushWaiters.splice(0)) resolve();
    this.#run = undefined;
  }

  /** Closes the open channel and sends it; resolves once its frames are on their way. */
  async flush(): Promise<void> {
    if (this.#run === undefined) return;
    const flushed = new Promise<void>((resolve) => this.#flushWaiters.push(resolve));
    this.#wake();
    await flushed;
  }

  /**
   * Begins no transaction for so many milliseconds from now, 0 to go on at once; blocks are loaded and channels filled meanwhile, and what is on its way to L1
   * stays so. A stop ends the hold. Gives its end, milliseconds since the epoch.
   */
  hold(ms: number): number {
    this.#heldUntil = this.#modules.clock.now() + ms;
    this.#wake();
    return this.#heldUntil;
  }

  status(): BatcherStatus {
    return {
      isRunning: this.#run !== undefined,
      account: this.#modules.signer.address,
      lag: this.#status === undefined ? undefined : this.#status.unsafeL2.number - this.#status.localSafeL2.number,
      pendingBytes: this.#manager.pendingBytes,
      pendingTransactions: this.#txs.pending,
      channels: this.#manager.channels.length,
      heldUntil: this.#heldUntil,
    };
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#modules;
    const isReady = await waitForEarlierTransactions({ ...this.#modules, signal, isWanted: () => !this.#isDraining }, this.#options);
    while (isReady && !signal.aborted) {
      try {
        if (await this.#tick(signal)) return;
      } catch (error) {
        if (!signal.aborted) log.warn("the batcher's round failed; trying again", { error: errorMessage(error) });
        await clock.sleep(this.#options.pollIntervalMs, signal).catch(() => undefined);
      }
      if (!this.#isWoken && !signal.aborted) {
        this.#pause = new AbortController();
        await clock.sleep(this.#options.pollIntervalMs, this.#pause.signal).catch(() => undefined);
      }
      this.#isWoken = false;
    }
  }

  #wake(): void {
    this.#isWoken = true;
    this.#pause?.abort();
  }

  /** One round: results, status, new blocks, channels, transactions. True when an orderly stop has nothing left to do. */
  async #tick(signal: AbortSignal): Promise<boolean> {
    this.#settle();
    const waiters = this.#flushWaiters.length;
    const isDraining = this.#isDraining;
    const status = await this.#modules.rollup.syncStatus();
    const actions = this.#follow(status);
    if (actions !== undefined) {
      if (actions.load !== undefined && !this.#hasLoadedLast) await this.#load(actions.load, status.localSafeL2);
      this.#hasLoadedLast = isDraining;
      const dropped = this.#manager.dropTimedOut(status.headL1);
      if (dropped !== undefined) this.#modules.log.warn("a channel timed out on L1; its blocks are sent again", { channel: dropped.id, from: dropped.firstBlock.number, to: dropped.lastBlock.number });
      await this.#manager.process(status.headL1, { flush: isDraining || waiters > 0, canSend: this.#canSend });
    }
    this.#publish(signal);
    for (const resolve of this.#flushWaiters.splice(0, waiters)) resolve();
    return isDraining && actions !== undefined && this.#manager.isDrained && this.#inFlight === 0;
  }

  /** Takes a new sync status; gives what to load, undefined when the time is not right. */
  #follow(status: RollupStatus): { readonly load?: BlockRange } | undefined {
    const actions = computeSyncActions(status, { blocks: this.#manager.blockRefs, channels: this.#manager.channels, lastCurrentL1: this.#lastCurrentL1 });
    if (status.headL1.hash !== ZERO_HASH) this.#status = status;
    if (actions.kind === "wait") {
      this.#modules.log.debug("the batcher waits", { reason: actions.reason });
      return undefined;
    }
    this.#lastCurrentL1 = status.currentL1.number;
    if (actions.kind === "restart") {
      this.#modules.log.warn("the batcher starts over from the safe head", { reason: actions.reason });
      this.#manager.clear();
    } else this.#manager.prune(actions.pruneBlocks, actions.pruneChannels);
    return actions;
  }

  /** Loads blocks in order, as many as the bound on memory allows. */
  async #load({ first, last }: BlockRange, safe: L2BlockRef): Promise<void> {
    const { l2, config, log } = this.#modules;
    for (let at = first; at <= last && this.#manager.bufferedBytes < this.#options.maxBufferedBytes; at += LOADS_AT_ONCE) {
      const numbers = Array.from({ length: Math.min(LOADS_AT_ONCE, last - at + 1) }, (_, i) => at + i);
      const envelopes = await Promise.all(numbers.map((number) => l2.payloadByNumber(number)));
      for (const { payload } of envelopes) {
        const block = toBatchBlock(config, payload);
        const follows = this.#manager.blockCount > 0 || block.ref.parentHash === safe.hash;
        if (follows && this.#manager.addBlock(block)) continue;
        log.warn("the L2 chain changed while its blocks were loaded; starting over from the safe head", { block: formatBlock(block.ref) });
        this.#manager.clear();
        return;
      }
    }
  }

  /** Transactions that are not confirmed, and data that are put elsewhere for one. */
  get #inFlight(): number {
    return this.#txs.pending + (this.#uploads?.pending ?? 0);
  }

  /** Whether a transaction may be begun now. */
  get #canSend(): boolean {
    const most = Math.max(this.#options.maxPendingTransactions, this.#isDraining ? DRAINING_TRANSACTIONS : 1);
    return this.#modules.clock.now() >= Math.max(this.#heldUntil, this.#notBefore) && this.#inFlight < most;
  }

  #publish(signal: AbortSignal): void {
    while (this.#canSend) {
      const bundle = this.#manager.next();
      if (bundle === undefined) return;
      this.#submit(bundle, signal);
    }
  }

  #submit(bundle: FrameBundle, signal: AbortSignal): void {
    const { channel, frames } = bundle;
    this.#modules.log.debug("sending frames to L1", { channel: channel.id, frames: frames.length, carrier: channel.carrier, from: channel.firstBlock.number, to: channel.lastBlock.number });
    const data = bundleData(bundle);
    const sent = this.#uploads !== undefined && data.kind === "calldata" ? this.#uploads.put(data.data, (commitment) => this.#txs.send(commitment), signal) : this.#txs.send(data);
    sent.then(
      ({ blockNumber }) => this.#settled.push({ bundle, result: { l1Block: blockNumber } }),
      (error: unknown) => this.#settled.push({ bundle, result: { error } }),
    ).finally(() => this.#wake());
  }

  #settle(): void {
    for (const { bundle, result } of this.#settled.splice(0)) {
      if ("l1Block" in result) this.#manager.included(bundle, result.l1Block);
      else {
        this.#manager.requeue(bundle);
        this.#notBefore = this.#modules.clock.now() + this.#options.pollIntervalMs;
        this.#modules.log.warn("frames did not reach L1; sending them again", { channel: bundle.channel.id, error: errorMessage(result.error) });
      }
    }
  }
}
