import { localAuthority, type SafetyAuthority, type SafetyVerdict } from "@pangaea/engine";
import { type ExecutionLayer, type ExecutionPayloadEnvelope, type Hex, silentLogger } from "@pangaea/primitives";
import { MemoryStore, type Store } from "@pangaea/store";
import { openRollup, type Rollup } from "../../../engine/test/support/rollup.ts";
import { VirtualNode, type VirtualNodeOptions } from "../../src/index.ts";
import { ManualClock } from "./manual-clock.ts";

export interface OpenNode extends Rollup {
  readonly node: VirtualNode;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly published: ExecutionPayloadEnvelope[];
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown>;
}

export interface OpenNodeOptions {
  readonly rollup?: Rollup;
  readonly execution?: ExecutionLayer;
  readonly authority?: SafetyAuthority;
  readonly store?: Store;
  readonly clock?: ManualClock;
  readonly options?: Partial<VirtualNodeOptions>;
}

/** A virtual node that runs, on an L1 that the test mines and a clock that the test moves. */
export async function openNode({ rollup, execution, authority = localAuthority, store = new MemoryStore(), clock, options = {} }: OpenNodeOptions = {}): Promise<OpenNode> {
  const opened = rollup ?? (await openRollup());
  const time = clock ?? new ManualClock(opened.genesis.timestamp * 1_000);
  const published: ExecutionPayloadEnvelope[] = [];
  const node = new VirtualNode(
    { config: opened.config, l1: opened.l1, l1Heads: opened.l1, execution: execution ?? opened.layer, store, authority, clock: time, log: silentLogger, publish: async (envelope) => void published.push(envelope) },
    { version: "test", enableAdmin: true, ...options },
  );
  await node.start();
  return { ...opened, node, clock: time, store, published, rpc: async (method, ...params) => node.rpcMethods()[method]!(params, {}) };
}

export const SEQUENCING = { l1Confs: 0, maxSafeLag: 0, recover: false, stopped: false } as const;

/** An authority that the test sets. */
export class Told implements SafetyAuthority {
  safe: SafetyVerdict = { kind: "local" };
  finalized: SafetyVerdict = { kind: "local" };
  crossUnsafe: SafetyVerdict = { kind: "local" };
  readonly denied = new Map<Hex, number>();
  safeHead = async () => this.safe;
  finalizedHead = async () => this.finalized;
  crossUnsafeHead = async () => this.crossUnsafe;
  isDenied = async (_: number, hash: Hex) => this.denied.has(hash);
  deniedHeights = async (from: number) => [...this.denied.values()].filter((height) => height >= from).sort((a, b) => a - b);
}
