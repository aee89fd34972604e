import type { AccessList, BlockId, Hex, Log } from "@pangaea/primitives";

/** A block with its link and time (Unix seconds). */
export interface BlockHead extends BlockId {
  readonly parentHash: Hex;
  readonly timestamp: number;
}

/** A log of L2ToL2CrossDomainMessenger and its place; `timestamp` of its block in Unix seconds, `logIndex` among all logs of the block. */
export interface SentMessageLog {
  readonly log: Log;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly logIndex: number;
  readonly timestamp: number;
  readonly transactionHash: Hex;
}

/** A call that a transaction is to make. */
export interface RelayCall {
  readonly from: Hex;
  readonly to: Hex;
  readonly data: Uint8Array;
  readonly accessList: AccessList;
}

export interface RelayReceipt {
  readonly blockNumber: number;
  readonly status: 0 | 1;
}

/**
 * What relaying needs of a chain, as a source and as a destination. An endpoint's own errors are passed on with their code and data;
 * `TemporaryError` when it cannot be reached.
 */
export interface RelayChain {
  readonly chainId: number;
  /** The newest block, unsafe as it may be. */
  head(): Promise<BlockHead>;
  /** Number of the newest safe block; undefined while there is none. */
  safeNumber(): Promise<number | undefined>;
  /** The canonical block of a number. */
  block(number: number): Promise<BlockHead | undefined>;
  /** SentMessage logs to a destination in the canonical blocks of a range, both ends included, in order. */
  logs(fromBlock: number, toBlock: number, destination: number): Promise<readonly SentMessageLog[]>;
  /** Whether the chain's messenger has relayed a message, as of the newest block. */
  isRelayed(messageHash: Hex): Promise<boolean>;
  /** Gas with which a call succeeds on the newest state. */
  estimateGas(call: RelayCall): Promise<number>;
  /** Wei per gas. */
  fees(): Promise<{ readonly baseFee: bigint; readonly priorityFee: bigint }>;
  nonce(address: Hex, at: "latest" | "pending"): Promise<number>;
  send(raw: Uint8Array): Promise<void>;
  /** Undefined while the transaction is in no canonical block. */
  receipt(hash: Hex): Promise<RelayReceipt | undefined>;
}
