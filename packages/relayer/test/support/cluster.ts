import { localSigner } from "@pangaea/batcher";
import { type DependencySet, fullMesh } from "@pangaea/config";
import type { Hex, Logger } from "@pangaea/primitives";
import { MemoryStore, type Store } from "@pangaea/store";
import { Relayer, type RelayerOptions } from "../../src/index.ts";
import { SteppedClock, turn } from "../../../node/test/support/stepped-clock.ts";
import { introduce, MemoryRelayChain, type MemoryRelayChainOptions } from "./memory-relay-chain.ts";

const START_MS = 1_700_000_000_000;
/** Waits are drawn from a spread around their nominal length; with this byte they are within a thousandth of it. */
const MIDDLE_BYTE = 127;
export const SIGNER = localSigner(new Uint8Array(32).fill(7));
export const OPTIONS: Partial<RelayerOptions> = { policy: { kind: "all" }, pollIntervalMs: 100 };

/** What was logged. */
export interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function recorder(lines: Line[]): Logger {
  const at = (level: Line["level"]) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => void lines.push({ level, message, fields });
  const log: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: () => log };
  return log;
}

export interface ClusterOptions extends Omit<MemoryRelayChainOptions, "clock"> {
  readonly chainIds?: readonly number[];
  readonly dependencySet?: DependencySet;
  readonly options?: Partial<RelayerOptions>;
}

/** Chains in memory that make a block each second, and a relayer between them that can be stopped and started again. */
export class Cluster {
  readonly clock = new SteppedClock(START_MS);
  readonly lines: Line[] = [];
  readonly chains: readonly MemoryRelayChain[];
  readonly #options: Partial<RelayerOptions>;
  readonly #dependencySet: DependencySet;
  store: Store = new MemoryStore();
  relayer: Relayer;
  #abort = new AbortController();
  #running: Promise<void>;

  constructor({ chainIds = [901, 902], dependencySet, options = {}, ...chain }: ClusterOptions = {}) {
    this.#dependencySet = dependencySet ?? fullMesh(chainIds, chain.expiryWindow);
    this.#options = { ...OPTIONS, ...options };
    this.chains = chainIds.map((chainId) => new MemoryRelayChain(chainId, { ...chain, clock: this.clock }));
    introduce(this.chains);
    this.relayer = this.#create({});
    this.#running = this.relayer.run(this.#abort.signal);
  }

  chain(chainId: number): MemoryRelayChain {
    return this.chains.find((chain) => chain.chainId === chainId)!;
  }

  /** Seconds pass, each with a block on every chain at its beginning. */
  async seconds(count = 1, chains: readonly MemoryRelayChain[] = this.chains): Promise<void> {
    for (let i = 0; i < count; i++) {
      for (const chain of chains) chain.mine();
      await this.clock.run(1_000);
    }
  }

  /** Seconds pass until something holds; throws when it never does. */
  async until(what: string, holds: () => boolean, most = 2_000): Promise<number> {
    for (let passed = 0; passed <= most; passed++) {
      if (holds()) return passed;
      await this.seconds();
    }
    throw new Error(`never came: ${what}`);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** Starts another relayer, over what the earlier one stored or another store. */
  async restart(options: Partial<RelayerOptions> = {}, store: Store = this.store): Promise<void> {
    await this.stop();
    this.store = store;
    this.#abort = new AbortController();
    this.relayer = this.#create(options);
    this.#running = this.relayer.run(this.#abort.signal);
    await turn();
  }

  /** The store as it is now; what is written later is not in it. */
  snapshot(): Store {
    const copy = new MemoryStore();
    copy.write([...this.store.entries()]);
    return copy;
  }

  pending(source: number, destination: number): number {
    return this.relayer.status().pairs.find((pair) => pair.source === source && pair.destination === destination)!.pending;
  }

  cursor(source: number, destination: number): number | undefined {
    return this.relayer.status().pairs.find((pair) => pair.source === source && pair.destination === destination)!.cursor?.number;
  }

  async metric(name: string, source: number, destination: number): Promise<number> {
    const found = (await this.relayer.metrics.metrics()).split("\n").find((line) => line.startsWith(`${name}{`) && line.includes(`source="${source}"`) && line.includes(`destination="${destination}"`));
    return Number(found?.split(" ").at(-1));
  }

  logged(message: string): readonly Line[] {
    return this.lines.filter((line) => line.message.includes(message));
  }

  #create(options: Partial<RelayerOptions>): Relayer {
    return new Relayer({ chains: this.chains, dependencySet: this.#dependencySet, signer: SIGNER, store: this.store, clock: this.clock, random: { bytes: (length) => new Uint8Array(length).fill(MIDDLE_BYTE) }, log: recorder(this.lines) }, { ...this.#options, ...options });
  }
}

/** How often each message was executed. */
export const executions = (chain: MemoryRelayChain, messageHash: Hex): number => chain.relayed.filter((hash) => hash === messageHash).length;
