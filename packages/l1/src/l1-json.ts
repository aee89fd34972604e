import type { BlockHeader, Hex, L1BlockInfo, Receipt, ReceiptLogs } from "@pangaea/primitives";
import { blockFromJson, receiptsFromJson, transactionFromJson } from "@pangaea/rpc";

export interface L1Block {
  readonly info: L1BlockInfo;
  readonly header: BlockHeader;
  readonly transactions: readonly unknown[];
}

function infoOf(hash: Hex, header: BlockHeader): L1BlockInfo {
  return {
    hash, number: header.number, parentHash: header.parentHash, timestamp: header.timestamp, mixHash: header.mixHash, baseFee: header.baseFeePerGas ?? 0n, stateRoot: header.stateRoot,
    ...(header.excessBlobGas === undefined ? {} : { excessBlobGas: header.excessBlobGas }),
    ...(header.parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
  };
}

/** A block of L1's RPC, its hash made anew from its fields. Throws `InvalidInputError` when they do not give the hash it claims. */
export function parseL1Block(json: unknown): L1Block {
  const { hash, header, transactions } = blockFromJson(json, "L1 block");
  return { info: infoOf(hash, header), header, transactions };
}

/** Throws `InvalidInputError`. */
export const parseL1Receipts = (json: unknown): readonly (ReceiptLogs & Receipt)[] => receiptsFromJson(json, "list of L1 receipts");

/** The encoded form of a transaction of L1's RPC. Throws `InvalidInputError`. */
export const parseL1Transaction = (json: unknown): Uint8Array => transactionFromJson(json, "L1 transaction");
