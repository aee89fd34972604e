import { bytesToHex, concatBytes, type Hex, hexToBytes } from "./bytes.ts";
import { SINGULAR_BATCH_TYPE } from "./batch-type.ts";
import { rlpBytes, rlpDecode, rlpEncode, rlpInteger, rlpList, rlpNumber } from "./rlp.ts";

/** One L2 block's worth of a batch. `timestamp` in Unix seconds; transactions encoded, without deposits. */
export interface SingularBatch {
  readonly parentHash: Hex;
  readonly epochNumber: number;
  readonly epochHash: Hex;
  readonly timestamp: number;
  readonly transactions: readonly Uint8Array[];
}

/** The batch with its type byte. Source: specs `protocol/derivation.md#batch-format`. */
export function encodeSingularBatch(batch: SingularBatch): Uint8Array {
  const fields = [hexToBytes(batch.parentHash, 32), rlpInteger(batch.epochNumber), hexToBytes(batch.epochHash, 32), rlpInteger(batch.timestamp), batch.transactions];
  return concatBytes(Uint8Array.of(SINGULAR_BATCH_TYPE), rlpEncode(fields));
}

/** Decodes what follows the type byte. Throws `InvalidInputError`. */
export function decodeSingularBatch(data: Uint8Array): SingularBatch {
  const [parentHash, epochNumber, epochHash, timestamp, transactions] = rlpList(rlpDecode(data), "singular batch", 5);
  return {
    parentHash: bytesToHex(rlpBytes(parentHash, "parent hash", 32)),
    epochNumber: rlpNumber(epochNumber, "epoch number"),
    epochHash: bytesToHex(rlpBytes(epochHash, "epoch hash", 32)),
    timestamp: rlpNumber(timestamp, "timestamp"),
    transactions: rlpList(transactions, "transactions").map((transaction) => rlpBytes(transaction, "transaction")),
  };
}
