import { bytesToHex, type Hex } from "@pangaea/primitives";
import type { NodeStore, WorldState } from "../../src/index.ts";

/** A store of nodes in memory, and the sink that fills it. */
export interface MemoryNodes extends NodeStore {
  readonly keep: (hash: Uint8Array, encoded: Uint8Array) => void;
  readonly size: number;
}

export function memoryNodes(): MemoryNodes {
  const nodes = new Map<Hex, Uint8Array>();
  return {
    get: (hash) => nodes.get(bytesToHex(hash)),
    keep: (hash, encoded) => void nodes.set(bytesToHex(hash), encoded),
    get size() {
      return nodes.size;
    },
  };
}

/** Commits a state into its store; the root. */
export function commitTo(state: WorldState, nodes: MemoryNodes): Uint8Array {
  const { root, nodes: fresh } = state.commit();
  for (const [hash, encoded] of fresh) nodes.keep(hash, encoded);
  return root;
}
