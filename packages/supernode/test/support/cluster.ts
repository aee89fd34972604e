import { type DependencySet, meshOf } from "@pangaea/interop";
import { type Hex, silentLogger, toQuantity } from "@pangaea/primitives";
import { ManualClock } from "../../../node/test/support/manual-clock.ts";
import { ChainIndexer } from "../../src/interop/chain-indexer.ts";
import { Interop, type InteropOptions } from "../../src/interop/interop.ts";
import type { SuperRootAtTimestamp } from "../../src/interop/rpc/super-root.ts";
import { Span } from "../../src/interop/span.ts";
import { FakeChain, type FakeChainOptions, GENESIS_TIME } from "./fake-chain.ts";
import { FakeL1 } from "./fake-l1.ts";
import { DataDirectory, Fuse } from "./fused-store.ts";

/** Seconds after the cluster's genesis as Unix time. */
export const at = (seconds: number): number => GENESIS_TIME + seconds;
const MOST_TURNS = 20_000;

export interface ClusterOptions {
  /** One for each chain; ids are 901, 902, … */
  readonly chains: readonly FakeChainOptions[];
  readonly set?: DependencySet;
  readonly options?: Partial<InteropOptions>;
  readonly fuse?: Fuse;
}

/** An interop activity above fake chains on a fake L1, which goes on step by step. */
export class Cluster {
  readonly l1 = new FakeL1(GENESIS_TIME);
  readonly clock = new ManualClock(GENESIS_TIME * 1_000);
  readonly directory = new DataDirectory();
  readonly chains: readonly FakeChain[];
  readonly #options: InteropOptions;
  #interop: Interop;
  #indexers: readonly ChainIndexer[] = [];
  #fuse: Fuse;

  constructor({ chains, set, options, fuse = new Fuse() }: ClusterOptions) {
    this.chains = chains.map((chain, i) => new FakeChain(901 + i, this.l1, chain));
    this.#options = { dependencySet: set ?? meshOf(this.chains.map(({ chainId }) => chainId)), ...options };
    this.#fuse = fuse;
    this.#interop = this.#open();
  }

  get interop(): Interop {
    return this.#interop;
  }

  chain(i: number): FakeChain {
    return this.chains[i]!;
  }

  get verified(): number | undefined {
    return this.#interop.verified.last?.timestamp;
  }

  /** All that is not on L1 yet, in one L1 block. */
  post(): void {
    this.l1.mine(this.chains.flatMap((chain) => chain.unposted()));
  }

  /** Empty blocks on all chains up to so many seconds after genesis, then all on L1. */
  fillAndPost(seconds: number): void {
    for (const chain of this.chains) chain.fill(at(seconds));
    this.post();
  }

  /** Lets everything happen until nothing more does, for two turns: a chain takes up in the next what interop grants it. A process that ends meanwhile starts again. */
  async settle(): Promise<void> {
    for (let turn = 0, quiet = 0; turn < MOST_TURNS; turn++) {
      try {
        quiet = (await this.turn()) ? 0 : quiet + 1;
        if (quiet === 2) return;
      } catch (error) {
        if (!this.#fuse.blown) throw error;
        this.restart();
      }
    }
    throw new Error(`it does not come to rest: ${this.#interop.waiting}`);
  }

  /** Lets the message indexes catch up. */
  async index(): Promise<void> {
    for (const indexer of this.#indexers) while (await indexer.step());
  }

  /** One turn of every part; whether anything changed. */
  async turn(): Promise<boolean> {
    let moved = false;
    for (const chain of this.chains) moved = (await chain.run()) || moved;
    for (const indexer of this.#indexers) moved = (await indexer.step()) || moved;
    return (await this.#interop.step()) || moved;
  }

  /** The process ends and starts again on what its stores hold. */
  restart(): void {
    this.#fuse = new Fuse();
    for (const chain of this.chains) chain.restart();
    this.#interop = this.#open();
  }

  async superRoot(seconds: number): Promise<SuperRootAtTimestamp> {
    return (await this.#interop.rpcMethods["superroot_atTimestamp"]!([toQuantity(at(seconds))], {})) as SuperRootAtTimestamp;
  }

  /** The super roots of all verified timestamps. */
  async superRoots(): Promise<readonly (Hex | undefined)[]> {
    const { first, last } = this.#interop.verified;
    if (first === undefined || last === undefined) return [];
    return Promise.all(Array.from({ length: last.timestamp - first.timestamp + 1 }, async (_, i) => (await this.superRoot(first.timestamp + i - GENESIS_TIME)).data?.super_root));
  }

  #open(): Interop {
    const fuse = this.#fuse;
    const interop = new Interop({ chains: this.chains, l1: this.l1, l1Heads: this.l1.heads, clock: this.clock, log: silentLogger, openStore: (name) => this.directory.open(name, fuse) }, this.#options);
    const span = new Span({ chains: this.chains, rules: interop.rules, verified: interop.verified }, this.#options.backfillDepth);
    for (const chain of this.chains) chain.authority = interop.authorityOf(chain.chainId);
    this.#indexers = interop.chains.map(({ chain, index }) => new ChainIndexer({ chain, index, clock: this.clock, log: silentLogger, firstBlock: () => span.firstIndexed(chain.config), onMoved: () => {} }));
    return interop;
  }
}
