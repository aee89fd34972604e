import type { SafetyAuthority } from "@pangaea/engine";
import type { DependencySet } from "@pangaea/interop";
import { type BlockId, type Clock, CriticalError, errorKind, errorMessage, type L1Heads, type L1Source, type Logger, Rest, ZERO_HASH } from "@pangaea/primitives";
import type { Store, VerifiedTimestamps, WriteAheadLog } from "@pangaea/store";
import type { RpcMethods } from "@pangaea/rpc";
import type { Activity } from "../activities/activity.ts";
import { type Readiness, readinessOf } from "../readiness.ts";
import { apply, prepare } from "./apply.ts";
import { interopAuthority } from "./authority.ts";
import { Ingress } from "./ingress.ts";
import { ChainIndexer } from "./chain-indexer.ts";
import { CrossUnsafe } from "./cross-unsafe.ts";
import { decide } from "./decide.ts";
import type { Decision, InvalidBlock, Transition } from "./decision.ts";
import type { InteropChain } from "./interop-chain.ts";
import { InteropStores } from "./interop-stores.ts";
import { createInteropMetrics, type InteropMetrics } from "./metrics.ts";
import { type Observation, observe, stillStands, type WatchedChain } from "./observe.ts";
import { checkAccessListMethods, failsafeMethods } from "./rpc/check-access-list.ts";
import { explainMethods } from "./rpc/explain.ts";
import { messageStatusMethods } from "./rpc/message-status.ts";
import { superRootMethods } from "./rpc/super-root.ts";
import { checkClosed, interopRules, type InteropRules } from "./rules.ts";
import { Span } from "./span.ts";

const NO_BLOCK: BlockId = { hash: ZERO_HASH, number: 0 };
const IDLE_MS = 1_000;
const RETRY_MS = 500;
/** A round that has failed again and again for so long needs somebody to look. */
const NOT_READY_AFTER_MS = 60_000;
/** Rounds of the loop between two prunings. */
const PRUNE_EVERY = 64;

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
  /** Whether the failsafe can be switched over RPC. */
  readonly enableAdmin?: boolean;
  /** Whether a block that is denied switches the failsafe on. */
  readonly failsafeOnInvalidation?: boolean;
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
  readonly ingress: Ingress;
  readonly rpcMethods: RpcMethods;
  readonly #modules: InteropModules;
  readonly #failsafeOnInvalidation: boolean;
  readonly #log: WriteAheadLog<Transition>;
  readonly #indexers: ReadonlyMap<number, ChainIndexer>;
  readonly #stores: InteropStores;
  readonly #span: Span;
  #currentL1: BlockId = NO_BLOCK;
  /** The number of L1's finalized block before the last observation, if that found all that is verified to stand on L1. */
  #finalL1: number | undefined;
  #halted: string | undefined;
  #waiting = "verification has not begun";
  /** When the first of the rounds was that have failed since, Unix milliseconds. */
  #failingSince: number | undefined;
  readonly #rest: Rest;

  /** Throws `CriticalError` when a store cannot be used, a chain of the dependency set is not run here or none of the chains ever activates interop. */
  constructor(modules: InteropModules, options: InteropOptions) {
    this.#modules = modules;
    this.#rest = new Rest(modules.clock);
    this.#failsafeOnInvalidation = options.failsafeOnInvalidation ?? false;
    const { chains, clock, log } = modules;
    const configs = chains.map(({ config }) => config);
    checkClosed(options.dependencySet, configs);
    this.rules = interopRules(configs, options.dependencySet, options.activation);
    this.#stores = new InteropStores(modules.openStore);
    this.verified = this.#stores.verified;
    this.#log = this.#stores.log;
    this.chains = chains.map((chain) => ({ chain, ...this.#stores.ofChain(chain.chainId) }));
    this.#span = new Span({ chains, rules: this.rules, verified: this.verified }, options.backfillDepth);
    this.crossUnsafe = new CrossUnsafe({ chains: this.chains, rules: this.rules, floor: () => this.#span.judged() });
    this.#indexers = new Map(this.chains.map(({ chain, index }) => [chain.chainId, new ChainIndexer({ chain, index, clock, log, firstBlock: () => this.#span.firstIndexed(chain.config), onMoved: () => this.wake() })]));
    this.ingress = new Ingress({ chains: this.chains, rules: this.rules, verified: this.verified, crossUnsafe: this.crossUnsafe, finalL1: () => this.#finalL1, failsafe: this.#stores.failsafe });
    this.metrics = createInteropMetrics(this);
    this.rpcMethods = { ...checkAccessListMethods(this.ingress), ...superRootMethods(this), ...explainMethods(this), ...messageStatusMethods(this), ...(options.enableAdmin === true ? failsafeMethods(this.ingress) : {}) };
  }

  /** Why nothing can go on, if so. */
  get halted(): string | undefined {
    return this.#halted;
  }

  /** What the next timestamp waits for, in words. */
  get waiting(): string {
    return this.#waiting;
  }

  /** The L1 block up to which, itself not counted, all data has been judged. */
  get currentL1(): BlockId {
    return this.#currentL1;
  }

  /** The share of a chain that its message index covers, 0 to 1. */
  indexed(chainId: number): number {
    return this.#indexers.get(chainId)?.progress ?? 0;
  }

  /** The authority above one chain. Throws `CriticalError` for a chain that is not run here. */
  authorityOf(chainId: number): SafetyAuthority {
    const { chain, denied } = this.watched(chainId);
    return interopAuthority({ config: chain.config, verified: this.verified, denied, firstTimestamp: () => this.firstTimestamp(), finalL1: () => this.#finalL1, crossUnsafe: () => this.crossUnsafe.head(chainId) ?? this.verified.last?.heads.get(chainId) });
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
    this.#rest.wake();
  }

  /** The first timestamp that is judged, Unix seconds; undefined while it is not known. */
  firstTimestamp(): number | undefined {
    return this.#span.first();
  }

  readiness(): Readiness {
    const missing = this.#halted === undefined ? [] : [`halted: ${this.#halted}`];
    const failing = this.#modules.clock.now() - (this.#failingSince ?? Number.POSITIVE_INFINITY);
    if (failing >= NOT_READY_AFTER_MS) missing.push(`cannot go on for ${Math.floor(failing / 1_000)} s: ${this.#waiting}`);
    for (const [chainId, indexer] of this.#indexers) if (indexer.problem !== undefined) missing.push(`message index of chain ${chainId}: ${indexer.problem}`);
    return readinessOf(missing);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.wake(), { once: true });
    const indexing = [...this.#indexers.values()].map((indexer) => indexer.run(signal).catch((error: unknown) => this.#halt(errorMessage(error))));
    for (let round = 0; !signal.aborted; round++) {
      try {
        const goesOn = this.#halted === undefined ? await this.step() : this.#followUnsafe();
        this.#failingSince = undefined;
        if (!goesOn) await this.#rest.for(IDLE_MS, signal);
        if (round % PRUNE_EVERY === 0) this.#prune();
      } catch (error) {
        if (signal.aborted) break;
        if (errorKind(error) === "critical") this.#halt(errorMessage(error));
        this.#waiting = errorMessage(error);
        this.#failingSince ??= this.#modules.clock.now();
        // L1 may have changed while it could not be looked at: nothing is final until it was.
        this.#finalL1 = undefined;
        this.metrics.countError(errorKind(error));
        this.#modules.log.debug("interop waits", { reason: this.#waiting });
        await this.#modules.clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    }
    await Promise.all(indexing);
    await this.#stores.close();
  }

  /** Applies what is pending, else decides and applies the next; false when it waits. */
  async step(): Promise<boolean> {
    const pending = this.#log.pending();
    if (pending !== undefined) return this.#apply(pending);
    this.#followUnsafe();
    const { verified } = this;
    const begun = this.#modules.clock.now();
    const read = this.#readL1();
    const finalized = this.#modules.l1Heads()?.finalized.number;
    const observation = await observe({ chains: this.chains, verified, l1: this.#modules.l1, l1Heads: this.#modules.l1Heads, firstTimestamp: () => this.firstTimestamp() });
    this.#see(observation, finalized);
    const decision = stillStands(observation, this.chains) ? decide(observation, this.rules) : ({ kind: "wait", reason: "a chain changed while it was looked at" } as const);
    this.metrics.countDecision(decision.kind, this.#modules.clock.now() - begun);
    const goesOn = await this.#carryOut(decision);
    const judged = observation.kind === "unready" && observation.behind ? read : verified.last?.l1Inclusion;
    this.#currentL1 = judged === undefined || decision.kind === "rewind" ? NO_BLOCK : judged.number < read.number ? judged : read;
    return goesOn;
  }

  /** Judges what is new over unsafe blocks; false when there is nothing. A halt does not touch it: nothing of it is kept. */
  #followUnsafe(): boolean {
    const advanced = this.crossUnsafe.advance();
    if (advanced) this.#tell();
    return advanced;
  }

  #see({ kind }: Observation, finalized: number | undefined): void {
    const before = this.#finalL1;
    this.#finalL1 = kind === "stale" || kind === "unsettled" ? undefined : finalized;
    if (this.#finalL1 !== undefined && this.#finalL1 !== before) this.#tell();
  }

  /** The L1 block that the chain furthest behind reads. */
  #readL1(): BlockId {
    const blocks = this.chains.map(({ chain }) => (chain.heads() === undefined ? NO_BLOCK : chain.syncStatus().current_l1));
    const { hash, number } = blocks.reduce((least, block) => (block.number < least.number ? block : least));
    return { hash, number };
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
        this.metrics.countVerified(decision.entries.length);
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
    if (transition.kind === "invalidate") this.#noteInvalid(transition.blocks);
    this.#log.clear();
    return true;
  }

  #noteInvalid(blocks: readonly InvalidBlock[]): void {
    for (const { chainId } of blocks) this.metrics.countInvalidation(chainId);
    const [first] = blocks;
    if (this.#failsafeOnInvalidation && first !== undefined) this.ingress.failsafe.set(`block ${first.number} of chain ${first.chainId} executed a message that does not hold; find out why, then switch it off with admin_setFailsafeEnabled`);
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

  /** Drops what no decision can need any more. */
  #prune(): void {
    const horizon = this.#span.horizon();
    if (horizon !== undefined) for (const { index } of this.chains) index.prune(horizon);
  }
}
