import type { ExecutingMessage } from "@pangaea/interop";
import type { BlockId, Hex } from "@pangaea/primitives";

/** A block of the index without its logs; `logs` counts them. */
export interface BlockSeal extends BlockId {
  readonly parentHash: Hex;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly logs: number;
}

/** A block with the log hashes of all its logs, in the order of the logs, 32 bytes each, and the messages that it executes in the order of their logs. */
export interface IndexedBlock extends BlockId {
  readonly parentHash: Hex;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly logHashes: Uint8Array;
  readonly executing: readonly ExecutingMessage[];
}

/** What is asked of the index: is the log with this checksum at this place of this chain? */
export interface MessageQuery {
  readonly blockNumber: number;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly logIndex: number;
  /** 32 bytes. */
  readonly checksum: Hex;
}

/**
 * yes: it is there. contradiction: the chain has something else in its place, so it can never be there but by a reorg.
 * not-yet: the chain has not come so far. pruned: the index no longer knows. Reasons carry the values that were compared.
 */
export type MessageAnswer =
  | { readonly kind: "yes" }
  | { readonly kind: "contradiction" | "not-yet" | "pruned"; readonly reason: string };
