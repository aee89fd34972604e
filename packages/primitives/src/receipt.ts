import { concatBytes } from "./bytes.ts";
import type { Log } from "./engine-api.ts";
import { keccak256 } from "./keccak.ts";
import { rlpEncode, rlpInteger, type RlpItem } from "./rlp.ts";
import { TX_DEPOSIT, TX_LEGACY } from "./transaction-types.ts";

/** A receipt as the receipts root commits to it. The deposit fields enter the encoding when present (from Canyon). */
export interface Receipt {
  readonly type: number;
  readonly status: 0 | 1;
  readonly cumulativeGasUsed: number;
  readonly logs: readonly Log[];
  readonly depositNonce?: number;
  readonly depositReceiptVersion?: number;
}

function addToBloom(bloom: Uint8Array, value: Uint8Array): void {
  const hash = keccak256(value);
  for (let i = 0; i < 6; i += 2) {
    const bit = ((hash[i]! << 8) | hash[i + 1]!) & 2047;
    const at = 255 - (bit >> 3);
    bloom[at] = bloom[at]! | (1 << (bit & 7));
  }
}

/** The 256-byte bloom filter of logs' addresses and topics. */
export function logsBloom(logs: readonly Log[]): Uint8Array {
  const bloom = new Uint8Array(256);
  for (const log of logs) {
    addToBloom(bloom, log.address);
    for (const topic of log.topics) addToBloom(bloom, topic);
  }
  return bloom;
}

/** The EIP-2718 encoding of a receipt; `bloom` when it is known already. */
export function encodeReceipt(receipt: Receipt, bloom: Uint8Array = logsBloom(receipt.logs)): Uint8Array {
  const fields: RlpItem[] = [rlpInteger(receipt.status), rlpInteger(receipt.cumulativeGasUsed), bloom, receipt.logs.map(({ address, topics, data }) => [address, topics, data])];
  if (receipt.type === TX_DEPOSIT && receipt.depositReceiptVersion !== undefined) fields.push(rlpInteger(receipt.depositNonce ?? 0), rlpInteger(receipt.depositReceiptVersion));
  const body = rlpEncode(fields);
  return receipt.type === TX_LEGACY ? body : concatBytes(Uint8Array.of(receipt.type), body);
}
