import { bytesToHex, concatBytes, type ExecutionPayloadEnvelope, hexToBytes, type Hex, type PayloadAttributes, utf8ToBytes, keccak256 } from "@pangaea/primitives";
import type { Block } from "../block/block.ts";

/** A block as the Engine API carries it. */
export function blockToPayload({ hash, header, transactions }: Block): ExecutionPayloadEnvelope {
  const isthmus = header.requestsHash !== undefined;
  return {
    payload: {
      parentHash: header.parentHash, feeRecipient: header.coinbase, stateRoot: header.stateRoot, receiptsRoot: header.receiptsRoot, logsBloom: header.logsBloom, prevRandao: header.mixHash,
      blockNumber: header.number, gasLimit: header.gasLimit, gasUsed: header.gasUsed, timestamp: header.timestamp, extraData: header.extraData, baseFeePerGas: header.baseFeePerGas ?? 0n, blockHash: hash, transactions,
      ...(header.withdrawalsRoot === undefined ? {} : { withdrawals: [] }),
      ...(header.blobGasUsed === undefined ? {} : { blobGasUsed: header.blobGasUsed, excessBlobGas: Number(header.excessBlobGas ?? 0n) }),
      ...(isthmus && header.withdrawalsRoot !== undefined ? { withdrawalsRoot: header.withdrawalsRoot } : {}),
    },
    ...(header.parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
  };
}

/** An id for a build: the same for the same attributes on the same parent. */
export function payloadId(parent: Hex, attributes: PayloadAttributes): Hex {
  const { transactions, eip1559Params, ...rest } = attributes;
  const plain = JSON.stringify(rest, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  const digest = keccak256(concatBytes(hexToBytes(parent), utf8ToBytes(plain), eip1559Params ?? new Uint8Array(0), ...transactions.map((transaction) => keccak256(transaction))));
  return bytesToHex(digest.subarray(0, 8));
}
