import type { Hex } from "./bytes.ts";
import type { ReceiptLogs } from "./engine-api.ts";
import type { L1BlockRef } from "./refs.ts";

/** What the L2 takes from an L1 header. Fees in wei. */
export interface L1BlockInfo extends L1BlockRef {
  readonly mixHash: Hex;
  readonly baseFee: bigint;
  readonly excessBlobGas?: bigint;
  readonly parentBeaconBlockRoot?: Hex;
  readonly stateRoot: Hex;
}

/** A versioned hash and the blob's index among all blobs of its L1 block. */
export interface BlobHash {
  readonly index: number;
  readonly versionedHash: Hex;
}

export type L1Label = "latest" | "safe" | "finalized";

/**
 * L1 data, verified against the block's hash before it is handed out.
 * Errors: `NotFoundError` for a block (or blob) that L1 does not have, `TemporaryError` when L1 cannot be reached or answered
 * with data that does not match its hash.
 */
export interface L1Source {
  blockRefByLabel(label: L1Label): Promise<L1BlockRef>;
  blockRefByNumber(number: number): Promise<L1BlockRef>;
  blockRefByHash(hash: Hex): Promise<L1BlockRef>;
  infoByHash(hash: Hex): Promise<L1BlockInfo>;
  /** Receipts in transaction order. Log indices of the block run over all logs of all receipts. */
  receiptsByHash(hash: Hex): Promise<readonly ReceiptLogs[]>;
  /** Encoded transactions (EIP-2718) in order. */
  transactionsByHash(hash: Hex): Promise<readonly Uint8Array[]>;
  /** The 131,072-byte blobs in the order of `hashes`. */
  blobs(block: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]>;
}

/** What an L1 watcher tells its listeners. */
export interface L1Heads {
  readonly latest: L1BlockRef;
  readonly safe: L1BlockRef;
  readonly finalized: L1BlockRef;
}

