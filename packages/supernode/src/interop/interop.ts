import { l2BlockNumberAt, type RollupConfig, timestampOfL2Block } from "@pangaea/config";
import type { SafetyAuthority } from "@pangaea/engine";
import type { DependencySet } from "@pangaea/interop";
import { type Clock, CriticalError, errorKind, errorMessage, type L1Heads, type L1Source, type Logger } from "@pangaea/primitives";
import { DenyList, MessageIndex, prefixed, type Store, VerifiedTimestamps, WriteAheadLog } from "@pangaea/store";
import type { Activity } from "../activities/activity.ts";
import { type Readiness, readinessOf } from "../readiness.ts";
import { apply, prepare } from "./apply.ts";
import { interopAuthority } from "./authority.ts";
import { ChainIndexer } from "./chain-indexer.ts";
import { CrossUnsafe } from "./cross-unsafe.ts";
import { decide } from "./decide.ts";
import type { Decision, Transition } from "./decision.ts";
import type { InteropChain } from "./interop-chain.ts";
import { createInteropMetrics, type InteropMetrics } from "./metrics.ts";
import { observe, stillStands, type WatchedChain } from "./observe.ts";
import { interopRules, type InteropRules } from "./rules.ts";
import { transitionCodec } from "./transition-codec.ts";

const IDLE_MS = 1_000;
const RETRY_MS = 500;
/** Rounds of the loop between two prunings. */
const PRUNE_EVERY = 64;
const VERIFIED_PREFIX = Uint8Array.of(1);
const LOG_PREFIX = Uint8Array.of(2);
const DENIED_PREFIX = Uint8Array.of(3);

export interface InteropModules {
  readonly chains: readonly InteropChain[];
  readonly l1: Pick<L1Source, "blockRefByNumber">;
  readonly l1Heads: () => L1Heads | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** A store by name, of the activity's own: one for its decisions, and one for each chain's message index. */
  readonly openStore: (name: string) => Store;
}

export interface InteropOptions {
  readonly dependencySet: DependencySet;
  /** Activation on all chains in place of their own Lagoon times, Unix seconds. */
  readonly activation?: number;
  /** How far back messages are indexed before verification begins, seconds; the expiry window when absent. */
  readonly backfillDepth?: number;
}

/**
 * The interop activity: timestamp by timestamp over all chains it observes, decides, writes ahead and applies, and so drives every chain's
 * safe and finalized labels through the chain's authority. What can neither go on nor be unwound halts it, with the remedy; the chains run on.
 * Source: op-supernode `activity/interop`, specs `interop/verifier.md`.
 */
export class Interop implements Activity {
  readonly name = "interop";
  readonly chains: readonly WatchedChain[];
  readonly rules: InteropRules;
  readonly verified: VerifiedTimestamps;
  readonly crossUnsafe: CrossUnsafe;
  readonly metrics: InteropMetrics;
  readonly #modules: InteropModules;
  readonly #log: WriteAheadLog<Transition>;
  readonly #indexers: ReadonlyMap<number, ChainIndexer>;
  readonly #stores: Store[] = [];
  #halted: string | undefined;
  #waiting = "verification has not begun";
  #woken = false;
  #endRest: () => void = () => {};

  /** Throws `CriticalError` when a store cannot be used, a chain of the dependency set is not run here or none of the chains ever activates interop. */
  constructor(modules: InteropModules, options: InteropOptions) {
    this.#modules = modules;
    const { chains, clock, log } = modules;
    const configs = chains.map(({ config }) => config);
    checkClosed(options.dependencySet, configs);
    this.rules = interopRules(configs, options.dependencySet, options.activation);
    const own = this.#open("decisions");
    this.verified = new VerifiedTimestamps(prefixed(own, VERIFIED_PREFIX));
    this.#log = new WriteAheadLog(prefixed(own, LOG_PREFIX), transitionCodec);
    this.chains = chains.map((chain) => ({
      chain,
      index: new MessageIndex(this.#open(`chain-${chain.chainId}`), { chainId: BigInt(chain.chainId) }),
      denied: new DenyList(prefixed(own, chainPrefix(chain.chainId)), { chainId: BigInt(chain.chainId) }),
    }));
    this.crossUnsafe = new CrossUnsafe({ chains: this.chains, rules: this.rules, floor: () => this.#verifiedUpTo() });
    const backfill = options.backfillDepth ?? options.dependencySet.messageExpiryWindow;
    this.#indexers = new Map(this.chains.map(({ chain, index }) => [chain.chainId, new ChainIndexer({ chain, index, clock, log, firstBlock: () => this.#firstIndexed(chain.config, backfill), onMoved: () => this.wake() })]));
    this.metrics = createInteropMetrics(this);
  }

  /** Why nothing can go on, if so. */
  get halted(): string | undefined {
    return this.#halted;
  }

  /** What the next timestamp waits for, in words. */
  get waiting(): string {
    return this.#waiting;
  }

  /** The share of a chain that its message index covers, 0 to 1. */
  indexed(chainId: number): number {
    return this.#indexers.get(chainId)?.progress ?? 0;
  }

  /** The authority above one chain. Throws `CriticalError` for a chain that is not run here. */
  authorityOf(chainId: number): SafetyAuthority {
    const { chain, denied } = this.watched(chainId);
    return interopAuthority({ config: chain.config, verified: this.verified, denied, l1Heads: this.#modules.l1Heads, firstTimestamp: () => this.firstTimestamp(), crossUnsafe: () => this.crossUnsafe.head(chainId) ?? this.verified.last?.heads.get(chainId) });
  }

  /** Throws `CriticalError` for a chain that is not run here. */
  watched(chainId: number): WatchedChain {
    const found = this.chains.find(({ chain }) => chain.chainId === chainId);
    if (found === undefined) throw new CriticalError(`chain ${chainId} is not run here: name it in --chains`);
    return found;
  }

  /** Told that a chain's heads have moved. */
  headsMoved(chainId: number): void {
    this.#indexers.get(chainId)?.wake();
    this.wake();
  }

  wake(): void {
    this.#woken = true;
    this.#endRest();
  }

  /**
   * The first timestamp that is judged, Unix seconds: the first activation, or a second after the youngest block that a chain had as safe when
   * its record of safe heads began. Undefined while a chain has no such record.
   */
  firstTimestamp(): number | undefined {
    if (this.verified.first !== undefined) return this.verified.first.timestamp;
    let first = this.#activation();
    for (const { chain } of this.chains) {
      const { genesis } = chain.config;
      const floor = floorOf(chain);
      if (floor === undefined) return undefined;
      first = Math.max(first, genesis.l2Time, floor > genesis.l2.number ? timestampOfL2Block(chain.config, floor) + 1 : 0);
    }
    return first;
  }

  readiness(): Readiness {
    const missing = this.#halted === undefined ? [] : [`halted: ${this.#halted}`];
    for (const [chainId, indexer] of this.#indexers) if (indexer.problem !== undefined) missing.push(`message index of chain ${chainId}: ${indexer.problem}`);
    return readinessOf(missing);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.wake(), { once: true });
    const indexing = [...this.#indexers.values()].map((indexer) => indexer.run(signal).catch((error: unknown) => this.#halt(errorMessage(error))));
    for (let round = 0; !signal.aborted && this.#halted === undefined; round++) {
      try {
        if (!(await this.step())) await this.#rest(IDLE_MS, signal);
        if (round % PRUNE_EVERY === 0) this.#prune();
      } catch (error) {
        if (signal.aborted) break;
        if (errorKind(error) === "critical") {
          this.#halt(errorMessage(error));
          break;
        }
        this.#waiting = errorMessage(error);
        this.metrics.countError(errorKind(error));
        this.#modules.log.debug("interop waits", { reason: this.#waiting });
        await this.#modules.clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    }
    await Promise.all(indexing);
    for (const store of this.#stores) await store.close();
  }

  /** Applies what is pending, else decides and applies the next; false when it waits. */
  async step(): Promise<boolean> {
    const pending = this.#log.pending();
    if (pending !== undefined) return this.#apply(pending);
    if (this.crossUnsafe.advance()) this.#tell();
    const { verified } = this;
    const observation = await observe({ chains: this.chains, verified, l1: this.#modules.l1, firstTimestamp: () => this.firstTimestamp() });
    const decision = stillStands(observation, this.chains) ? decide(observation, this.rules) : ({ kind: "wait", reason: "a chain changed while it was looked at" } as const);
    this.metrics.countDecision(decision.kind);
    return this.#carryOut(decision);
  }

  async #carryOut(decision: Decision): Promise<boolean> {
    switch (decision.kind) {
      case "wait":
        this.#waiting = decision.reason;
        return false;
      case "halt":
        throw new CriticalError(decision.reason);
      case "advance":
        // One atomic write is decision and application at once: there is nothing to write ahead.
        this.verified.append(decision.entries);
        this.#tell();
        return true;
      default: {
        const transition = await prepare(decision, this.chains);
        this.#log.put(transition);
        return this.#apply(transition);
      }
    }
  }

  #apply(transition: Transition): boolean {
    apply(transition, { chains: this.chains, verified: this.verified, log: this.#modules.log });
    this.#log.clear();
    if (transition.kind === "invalidate") for (const { chainId } of transition.blocks) this.metrics.countInvalidation(chainId);
    return true;
  }

  #tell(): void {
    for (const { chain } of this.chains) chain.authorityMoved();
  }

  #halt(reason: string): void {
    if (this.#halted !== undefined) return;
    this.#halted = reason;
    this.#modules.log.error("interop has halted, safe and finalized stay where they are; the chains run on", { reason });
    this.wake();
  }

  #open(name: string): Store {
    const store = this.#modules.openStore(name);
    this.#stores.push(store);
    return store;
  }

  #activation(): number {
    return Math.min(...this.chains.map(({ chain }) => this.rules.activationOf(BigInt(chain.chainId))?.activationTime ?? Number.MAX_SAFE_INTEGER));
  }

  #verifiedUpTo(): number | undefined {
    if (this.verified.last !== undefined) return this.verified.last.timestamp;
    const first = this.firstTimestamp();
    return first === undefined ? undefined : first - 1;
  }

  /** The block with which a chain's index begins: that of the activation, or of the oldest message that can still be executed. */
  #firstIndexed(config: RollupConfig, depth: number): number | undefined {
    const judged = this.#verifiedUpTo();
    if (judged === undefined) return undefined;
    return l2BlockNumberAt(config, Math.max(this.#activation(), judged - depth, config.genesis.l2Time));
  }

  /** Drops what no decision can need any more: logs twice as old as a message can be. */
  #prune(): void {
    const { last } = this.verified;
    if (last === undefined) return;
    const horizon = last.timestamp - 2 * this.rules.dependencySet.messageExpiryWindow;
    for (const { index } of this.chains) index.prune(horizon);
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken) {
      const nap = new AbortController();
      await Promise.race([
        this.#modules.clock.sleep(ms, AbortSignal.any([signal, nap.signal])).catch(() => {}),
        new Promise<void>((resolve) => {
          this.#endRest = resolve;
        }),
      ]);
      nap.abort();
    }
    this.#woken = false;
  }
}

function floorOf(chain: InteropChain): number | undefined {
  try {
    return chain.safeHeads.floor;
  } catch (error) {
    if (errorKind(error) === "temporary") return undefined;
    throw error;
  }
}

function chainPrefix(chainId: number): Uint8Array {
  const prefix = new Uint8Array(9);
  prefix.set(DENIED_PREFIX);
  new DataView(prefix.buffer).setBigUint64(1, BigInt(chainId));
  return prefix;
}

/** Every chain that another may depend on has to run here: without it no block that depends on it could be judged. */
function checkClosed(set: DependencySet, configs: readonly RollupConfig[]): void {
  const run = new Set(configs.map(({ l2ChainId }) => BigInt(l2ChainId)));
  for (const chain of run) {
    if (!set.chains.includes(chain)) throw new CriticalError(`chain ${chain} is not in the dependency set (${set.chains.join(", ")}): add it there, or leave it out of --chains`);
    const missing = set.closure(chain).find((needed) => !run.has(needed));
    if (missing !== undefined) throw new CriticalError(`chain ${chain} may depend on chain ${missing}, which is not run here: add it to --chains, or take it out of the dependency set`);
  }
}

