import { SPAN_BATCH_TYPE } from "./batch-type.ts";
import { ByteReader, encodeBits, encodeUvarint } from "./byte-reader.ts";
import { concatBytes, joinBytes } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";
import { decodeSpanTransactions, SpanTransactionColumns } from "./span-batch-transactions.ts";

/** Most blocks, transactions and transactions a block that a span batch may hold. */
export const MAX_SPAN_BATCH_ELEMENTS = 10_000_000;

export interface SpanBatchBlock {
  /** Whether the block's L1 origin differs from its predecessor's. */
  readonly startsEpoch: boolean;
  /** Encoded transactions, without deposits. */
  readonly transactions: readonly Uint8Array[];
}

/** Consecutive L2 blocks in one batch. `relTimestamp`: seconds from L2 genesis to the first block. Source: specs `protocol/delta/span-batches.md`. */
export interface SpanBatch {
  readonly relTimestamp: bigint;
  /** L1 origin of the last block. */
  readonly l1OriginNumber: bigint;
  /** First 20 bytes of the parent's hash, and of the last L1 origin's. */
  readonly parentCheck: Uint8Array;
  readonly l1OriginCheck: Uint8Array;
  readonly blocks: readonly SpanBatchBlock[];
}

const EMPTY_BLOCK: SpanBatchBlock = { startsEpoch: false, transactions: [] };
const EMPTY_EPOCH_START: SpanBatchBlock = { startsEpoch: true, transactions: [] };

/** The batch with its type byte. Throws `InvalidInputError` for a transaction that span batches cannot carry. */
export function encodeSpanBatch(batch: SpanBatch, l2ChainId: number): Uint8Array {
  const columns = new SpanTransactionColumns(l2ChainId);
  for (const block of batch.blocks) for (const transaction of block.transactions) columns.add(transaction);
  return encodeSpanBatchWith(batch, columns);
}

/** As `encodeSpanBatch`, with the columns of the blocks' transactions at hand. */
export function encodeSpanBatchWith(batch: SpanBatch, columns: SpanTransactionColumns): Uint8Array {
  return concatBytes(
    Uint8Array.of(SPAN_BATCH_TYPE),
    encodeUvarint(batch.relTimestamp),
    encodeUvarint(batch.l1OriginNumber),
    batch.parentCheck,
    batch.l1OriginCheck,
    encodeUvarint(batch.blocks.length),
    encodeBits(batch.blocks.map((block) => (block.startsEpoch ? 1 : 0))),
    joinBytes(batch.blocks.map((block) => encodeUvarint(block.transactions.length))),
    columns.encode(),
  );
}

/** Decodes what follows the type byte. Throws `InvalidInputError`. */
export function decodeSpanBatch(data: Uint8Array, { l2ChainId }: { readonly l2ChainId: number }): SpanBatch {
  const reader = new ByteReader(data);
  const relTimestamp = BigInt(reader.uvarint("span batch timestamp"));
  const l1OriginNumber = BigInt(reader.uvarint("span batch L1 origin"));
  const parentCheck = reader.take(20, "span batch parent check");
  const l1OriginCheck = reader.take(20, "span batch L1 origin check");
  const count = reader.safeUvarint("span batch block count");
  if (count === 0 || count > MAX_SPAN_BATCH_ELEMENTS) throw new InvalidInputError(`the span batch says ${count} blocks; 1 to ${MAX_SPAN_BATCH_ELEMENTS} are allowed`);
  const originBits = reader.bits(count, "span batch origin bits");
  const counts = new Uint32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const transactions = reader.safeUvarint("span batch transaction count");
    total += transactions;
    if (total > MAX_SPAN_BATCH_ELEMENTS) throw new InvalidInputError(`the span batch says more than ${MAX_SPAN_BATCH_ELEMENTS} transactions`);
    counts[i] = transactions;
  }
  const transactions = decodeSpanTransactions(reader, total, l2ChainId);
  if (reader.remaining !== 0) throw new InvalidInputError(`the span batch has ${reader.remaining} bytes after its end`);
  let at = 0;
  const blocks = new Array<SpanBatchBlock>(count);
  for (const [i, length] of counts.entries()) {
    at += length;
    const startsEpoch = originBits[i] === 1;
    // A few bytes of a channel can stand for millions of empty blocks.
    blocks[i] = length > 0 ? { startsEpoch, transactions: transactions.slice(at - length, at) } : startsEpoch ? EMPTY_EPOCH_START : EMPTY_BLOCK;
  }
  return { relTimestamp, l1OriginNumber, parentCheck, l1OriginCheck, blocks };
}
