import type { Hex } from "./bytes.ts";
import type { BlockId } from "./refs.ts";

/**
 * A block as the Engine API carries it. Times in Unix seconds, fees in wei.
 * The optional fields follow the block's fork: `withdrawals` from Canyon (always empty), `blobGasUsed` and `excessBlobGas`
 * from Ecotone, `withdrawalsRoot` from Isthmus.
 */
export interface ExecutionPayload {
  readonly parentHash: Hex;
  readonly feeRecipient: Hex;
  readonly stateRoot: Hex;
  readonly receiptsRoot: Hex;
  readonly logsBloom: Uint8Array;
  readonly prevRandao: Hex;
  readonly blockNumber: number;
  readonly gasLimit: number;
  readonly gasUsed: number;
  readonly timestamp: number;
  readonly extraData: Uint8Array;
  readonly baseFeePerGas: bigint;
  readonly blockHash: Hex;
  /** Encoded transactions, deposits first. */
  readonly transactions: readonly Uint8Array[];
  readonly withdrawals?: readonly never[];
  readonly blobGasUsed?: number;
  readonly excessBlobGas?: number;
  readonly withdrawalsRoot?: Hex;
}

/** A payload with the beacon root that its header commits to (from Ecotone). */
export interface ExecutionPayloadEnvelope {
  readonly payload: ExecutionPayload;
  readonly parentBeaconBlockRoot?: Hex;
}

/**
 * What a block is to be built from, with the OP Stack's fields.
 * `withdrawals` from Canyon, `parentBeaconBlockRoot` from Ecotone, `eip1559Params` (8 bytes) from Holocene, `minBaseFee` (wei) from Jovian.
 */
export interface PayloadAttributes {
  readonly timestamp: number;
  readonly prevRandao: Hex;
  readonly suggestedFeeRecipient: Hex;
  readonly withdrawals?: readonly never[];
  readonly parentBeaconBlockRoot?: Hex;
  readonly transactions: readonly Uint8Array[];
  readonly noTxPool: boolean;
  readonly gasLimit: number;
  readonly eip1559Params?: Uint8Array;
  readonly minBaseFee?: bigint;
}

export interface ForkchoiceState {
  readonly head: Hex;
  readonly safe: Hex;
  readonly finalized: Hex;
}

export type PayloadStatus =
  | { readonly status: "VALID"; readonly latestValidHash: Hex }
  | { readonly status: "INVALID"; readonly latestValidHash?: Hex; readonly validationError: string }
  | { readonly status: "INVALID_BLOCK_HASH"; readonly validationError: string }
  | { readonly status: "SYNCING" | "ACCEPTED" };

export interface ForkchoiceUpdated {
  readonly payloadStatus: PayloadStatus;
  /** 8 bytes; present when attributes were given and accepted. */
  readonly payloadId?: Hex;
}

export type BlockLabel = "latest" | "safe" | "finalized" | "earliest";

/** A log as receipts carry it: 20-byte address, 32-byte topics. */
export interface Log {
  readonly address: Uint8Array;
  readonly topics: readonly Uint8Array[];
  readonly data: Uint8Array;
}

/** What consensus needs of a receipt. */
export interface ReceiptLogs {
  readonly transactionHash: Hex;
  readonly status: 0 | 1;
  readonly logs: readonly Log[];
}

/**
 * One chain's execution layer as its consensus node sees it: the Engine API and the reads that go with it.
 * Implemented by the embedded execution layer and by any other over HTTP with JWT; one compliance suite serves both.
 *
 * Errors of `forkchoiceUpdated`, `newPayload` and `getPayload`: `EngineError` with the code of the Engine API;
 * `NotFoundError` from the reads where there is no such block; `TemporaryError` when the other side cannot be reached.
 * Source: execution-apis `engine`, specs `protocol/exec-engine.md`.
 */
export interface ExecutionLayer {
  /** Settles, with the reason, once nothing will be answered any more; absent where that cannot be known. */
  readonly ended?: Promise<string>;
  chainId(): Promise<number>;
  forkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes): Promise<ForkchoiceUpdated>;
  newPayload(envelope: ExecutionPayloadEnvelope): Promise<PayloadStatus>;
  /** `timestamp` is that of the attributes and picks the version of the method. */
  getPayload(id: Hex, timestamp: number): Promise<ExecutionPayloadEnvelope>;
  payloadByHash(hash: Hex): Promise<ExecutionPayloadEnvelope>;
  payloadByNumber(number: number): Promise<ExecutionPayloadEnvelope>;
  payloadByLabel(label: BlockLabel): Promise<ExecutionPayloadEnvelope>;
  /** Storage root of L2ToL1MessagePasser after the block, verified by proof against the state root where it came from outside. */
  messagePasserStorageRoot(blockHash: Hex): Promise<Hex>;
  receiptsByHash(hash: Hex): Promise<readonly ReceiptLogs[]>;
  /** The canonical block that holds a transaction. Throws `NotFoundError`. */
  blockOfTransaction(hash: Hex): Promise<BlockId>;
  close(): Promise<void>;
}

/** The Engine API's error codes. Source: execution-apis `engine/common.md`. */
export const EngineErrorCode = {
  unknownPayload: -38001,
  invalidForkchoice: -38002,
  invalidAttributes: -38003,
  tooLarge: -38004,
  unsupportedFork: -38005,
} as const;

/** A refusal by the execution layer, with the Engine API's code. */
export class EngineError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.name = "EngineError";
    this.code = code;
  }
}
