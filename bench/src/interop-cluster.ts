import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@pangaea/devnet";
import { meshOf } from "@pangaea/interop";
import { silentLogger } from "@pangaea/primitives";
import { openStore, type Store } from "@pangaea/store";
import { Interop } from "@pangaea/supernode";
import { BenchChain, BenchL1, type ChainShape, GENESIS_TIME } from "./interop-chains.ts";

const POLL_MS = 5;
const LIMIT_MS = 240_000;

/** The interop activity over chains of so many seconds, whose message indexes are full; everything that it keeps is on disk. */
export class InteropCluster {
  readonly l1: BenchL1;
  readonly chains: readonly BenchChain[];
  readonly interop: Interop;
  readonly #folder: string;
  readonly #safeHeads: readonly Store[];
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;

  private constructor(folder: string, l1: BenchL1, chains: readonly BenchChain[], safeHeads: readonly Store[]) {
    this.#safeHeads = safeHeads;
    this.#folder = folder;
    this.l1 = l1;
    this.chains = chains;
    this.interop = new Interop({ chains, l1, l1Heads: l1.heads, clock: systemClock, log: silentLogger, openStore: (name) => openStore(join(folder, name)) }, { dependencySet: meshOf(chains.map(({ chainId }) => chainId)) });
  }

  static async open(shapes: readonly ChainShape[], seconds: number): Promise<InteropCluster> {
    const folder = mkdtempSync(join(tmpdir(), "pangaea-bench-"));
    const l1 = new BenchL1(BenchL1.carrying(GENESIS_TIME + seconds));
    const safeHeads = shapes.map((_, i) => openStore(join(folder, `safe-heads-${i}`)));
    const chains = shapes.map((shape, i) => new BenchChain(l1, safeHeads[i]!, i, shapes.length, seconds, shape));
    for (const [i, chain] of chains.entries()) {
      chain.fillSafeHeads(safeHeads[i]!);
      const index = openStore(join(folder, `chain-${chain.chainId}`));
      chain.fillIndex(index);
      await index.close();
    }
    return new InteropCluster(folder, l1, chains, safeHeads);
  }

  /** Begins to verify. */
  start(): void {
    this.#running = this.interop.start(this.#abort.signal);
  }

  /** Waits until the newest verified timestamp, Unix seconds, is as asked for. */
  async untilVerified(isReached: (timestamp: number | undefined) => boolean): Promise<void> {
    for (const until = performance.now() + LIMIT_MS; !isReached(this.interop.verified.last?.timestamp); await systemClock.sleep(POLL_MS)) {
      if (this.interop.halted !== undefined || performance.now() > until) throw new Error(`the bench cluster stands at ${this.interop.verified.last?.timestamp}: ${this.interop.halted ?? this.interop.waiting}`);
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    for (const store of this.#safeHeads) await store.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
