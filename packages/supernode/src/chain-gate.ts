import type { Clock } from "@pangaea/primitives";
import type { ChainContainer } from "./chain-container.ts";

/** How long a request waits for its chain, and how often it looks, milliseconds. Source: op-supernode, readiness gate. */
const WAIT_MS = 60_000;
const POLL_MS = 25;
/** Requests that may wait for one chain at once: those for a chain that stands still leave room to those for the others. */
const MAX_WAITING = 64;

export interface ChainGateModules {
  readonly chain: Pick<ChainContainer, "chainId" | "hasHeads" | "state">;
  readonly clock: Clock;
}

/** Holds the requests to a chain while it has nothing to answer with: while its node starts, is paused, or starts again after a failure. */
export class ChainGate {
  readonly #modules: ChainGateModules;
  #waiting = 0;
  #look: Promise<void> | undefined;

  constructor(modules: ChainGateModules) {
    this.#modules = modules;
  }

  /** Waits until the chain can answer. Gives why it cannot: it did not come within a minute, too many wait already, or `signal` has ended all. */
  async pass(signal: AbortSignal): Promise<string | undefined> {
    const { chain, clock } = this.#modules;
    if (chain.hasHeads) return undefined;
    if (this.#waiting >= MAX_WAITING) return this.#notReady(`${this.#waiting} requests wait for it already`);
    this.#waiting++;
    try {
      const deadline = clock.now() + WAIT_MS;
      while (!chain.hasHeads) {
        if (signal.aborted) return this.#notReady("the program ends");
        if (clock.now() >= deadline) return this.#notReady(`not within ${WAIT_MS / 1_000} s`);
        await this.#nextLook(signal);
      }
      return undefined;
    } finally {
      this.#waiting--;
    }
  }

  /** All that wait look at the same moments. */
  #nextLook(signal: AbortSignal): Promise<void> {
    this.#look ??= this.#modules.clock.sleep(POLL_MS, signal).catch(() => {}).finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  #notReady(why: string): string {
    const { chainId, state } = this.#modules.chain;
    return `chain RPC not ready: the node of chain ${chainId} is ${state === "running" ? "looking for its heads" : state}, ${why}; retry when /readyz/${chainId} answers 200`;
  }
}
