import type { Signer } from "@pangaea/batcher";
import type { DependencySet } from "@pangaea/config";
import { type BlockId, type Clock, CriticalError, errorMessage, type Hex, type Logger, type Random } from "@pangaea/primitives";
import type { Store } from "@pangaea/store";
import type { Registry } from "prom-client";
import { ChainWatch } from "./chain-watch.ts";
import { DestinationRelay } from "./destination-relay.ts";
import { createRelayerMetrics, type RelayerMetrics } from "./metrics.ts";
import { checkRelayerOptions, DEFAULT_RELAYER_OPTIONS, type RelayerOptions } from "./options.ts";
import { PairFollower } from "./pair-follower.ts";
import type { RelayChain } from "./relay-chain.ts";
import { type RelayPair, relayPairs } from "./relay-policy.ts";
import { RelayStore } from "./relay-store.ts";
import { doublingDelay } from "./retry-schedule.ts";

export interface RelayerModules {
  /** The chains of the cluster that can be reached. */
  readonly chains: readonly RelayChain[];
  readonly dependencySet: DependencySet;
  /** Who pays for relaying, on every chain; used by nothing else there. */
  readonly signer: Signer;
  /** One of its own, or a part of one. */
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** For display. `pending` counts the messages that wait or are under way, `inFlight` transactions; `problem` says why a chain cannot be used. */
export interface RelayerStatus {
  readonly account: Hex;
  readonly pairs: readonly (RelayPair & { readonly cursor: BlockId | undefined; readonly pending: number })[];
  readonly chains: readonly { readonly chainId: number; readonly inFlight: number; readonly problem: string | undefined }[];
}

/** Longest pause after failures of a chain in a row, ms. */
const MAX_PAUSE_MS = 5_000;

/**
 * Carries messages between the chains of a cluster: reads SentMessage on each, and executes the messages on the chains they are for.
 * Every pair of chains is read on its own, and every destination served on its own, so that a chain that fails harms only its own pairs.
 */
export class Relayer {
  readonly #modules: RelayerModules;
  readonly #options: RelayerOptions;
  readonly #watches: ReadonlyMap<number, ChainWatch>;
  readonly #destinations: ReadonlyMap<number, DestinationRelay>;
  readonly #followers: readonly PairFollower[];
  readonly #metrics: RelayerMetrics;
  readonly #pauses = new Map<number, AbortController>();
  readonly #woken = new Set<number>();

  /** Throws `InvalidInputError` for options that make no sense or a policy that does not fit the chains, `CriticalError` for two chains of one id or a damaged store. */
  constructor(modules: RelayerModules, options: Partial<RelayerOptions> = {}) {
    const { chains, dependencySet, signer, clock, random } = modules;
    this.#modules = modules;
    this.#options = checkRelayerOptions({ ...DEFAULT_RELAYER_OPTIONS, ...options });
    const store = new RelayStore(modules.store);
    const log = modules.log.child({ module: "relayer" });
    const pairs = relayPairs(this.#options.policy, chains.map(({ chainId }) => chainId), dependencySet);
    const used = chains.filter(({ chainId }) => pairs.some(({ source, destination }) => source === chainId || destination === chainId));
    this.#watches = new Map(used.map((chain) => [chain.chainId, new ChainWatch(chain, log)]));
    if (this.#watches.size !== used.length) throw new CriticalError("two chains of the relayer have the same id: each may be given once");
    this.#metrics = createRelayerMetrics(pairs, ({ source, destination }) => this.#destinations.get(destination)?.queue.pending(source) ?? 0);
    const destinationIds = [...new Set(pairs.map(({ destination }) => destination))];
    this.#destinations = new Map(
      destinationIds.map((id) => [id, new DestinationRelay({ watch: this.#watches.get(id)!, signer, store, clock, random, log, metrics: this.#metrics, expiryWindow: dependencySet.messageExpiryWindow }, this.#options)]),
    );
    this.#followers = pairs.map((pair) => new PairFollower({ pair, chain: this.#watches.get(pair.source)!.chain, destination: this.#destinations.get(pair.destination)!, store, log, metrics: this.#metrics }, this.#options));
  }

  get metrics(): Registry {
    return this.#metrics.registry;
  }

  /** Works until the signal aborts; resolves when nothing of it is going on any more. What is on its way then is found again by the next run. */
  async run(signal: AbortSignal): Promise<void> {
    const endPauses = () => {
      for (const pause of this.#pauses.values()) pause.abort();
    };
    signal.addEventListener("abort", endPauses, { once: true });
    await Promise.all([...[...this.#watches.values()].map((watch) => this.#watch(watch, signal)), ...[...this.#destinations].map(([id, destination]) => this.#relay(id, destination, signal))]);
  }

  status(): RelayerStatus {
    return {
      account: this.#modules.signer.address,
      pairs: this.#followers.map(({ pair, cursor }) => ({ ...pair, cursor, pending: this.#destinations.get(pair.destination)?.queue.pending(pair.source) ?? 0 })),
      chains: [...this.#watches].map(([chainId, { problem }]) => ({ chainId, inFlight: this.#destinations.get(chainId)?.inFlight ?? 0, problem })),
    };
  }

  /** Follows a chain's head; reads what is new in it for every pair of which it is the source. */
  async #watch(watch: ChainWatch, signal: AbortSignal): Promise<void> {
    const followers = this.#followers.filter(({ pair }) => pair.source === watch.chain.chainId);
    let failures = 0;
    while (!signal.aborted) {
      let hasMore = false;
      try {
        if (await watch.poll()) this.#wake(watch.chain.chainId);
        const reads = await Promise.allSettled(followers.map((follower) => this.#read(follower, watch)));
        const failed = reads.find((read) => read.status === "rejected");
        if (failed !== undefined) throw failed.reason;
        hasMore = reads.some((read) => read.status === "fulfilled" && read.value);
        watch.report();
        failures = 0;
      } catch (error) {
        if (!signal.aborted) watch.report(error);
        failures++;
      }
      if (!hasMore) await this.#modules.clock.sleep(this.#pauseAfter(failures), signal).catch(() => undefined);
    }
  }

  async #read(follower: PairFollower, { head }: ChainWatch): Promise<boolean> {
    const { source, destination } = follower.pair;
    if (head === undefined) return false;
    const queue = this.#destinations.get(destination)!.queue;
    const before = queue.pending(source);
    const hasMore = await follower.poll(head);
    if (queue.pending(source) > before) this.#wake(destination);
    return hasMore;
  }

  async #relay(id: number, destination: DestinationRelay, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#modules;
    let failures = 0;
    while (!signal.aborted) {
      this.#woken.delete(id);
      try {
        await destination.tick();
        failures = 0;
      } catch (error) {
        failures++;
        if (!signal.aborted && failures === 1) log.warn("relaying to a chain failed; trying again", { chain: id, error: errorMessage(error) });
      }
      if (signal.aborted) return;
      if (this.#woken.has(id) && failures === 0) continue;
      const pause = new AbortController();
      if (failures === 0) this.#pauses.set(id, pause);
      await clock.sleep(this.#pauseAfter(failures), failures === 0 ? pause.signal : signal).catch(() => undefined);
    }
  }

  #pauseAfter(failures: number): number {
    const { pollIntervalMs } = this.#options;
    return failures === 0 ? pollIntervalMs : doublingDelay(pollIntervalMs, Math.max(pollIntervalMs, MAX_PAUSE_MS), failures);
  }

  #wake(destination: number): void {
    this.#woken.add(destination);
    this.#pauses.get(destination)?.abort();
  }
}
