import type { RollupConfig } from "@pangaea/config";
import { encodeSingularBatch, encodeSpanBatch, hexToBytes, joinBytes, rlpEncode } from "@pangaea/primitives";
import type { BatchBlock } from "./batch-block.ts";
import type { BatchFormat } from "./options.ts";

const CHECK_SIZE = 20;

function singular({ ref, transactions }: BatchBlock): Uint8Array {
  return encodeSingularBatch({ parentHash: ref.parentHash, epochNumber: ref.l1Origin.number, epochHash: ref.l1Origin.hash, timestamp: ref.timestamp, transactions });
}

function span(config: RollupConfig, blocks: readonly BatchBlock[]): Uint8Array {
  const first = blocks[0]!.ref;
  const last = blocks.at(-1)!.ref;
  const batch = {
    relTimestamp: BigInt(first.timestamp - config.genesis.l2Time),
    l1OriginNumber: BigInt(last.l1Origin.number),
    parentCheck: hexToBytes(first.parentHash).subarray(0, CHECK_SIZE),
    l1OriginCheck: hexToBytes(last.l1Origin.hash).subarray(0, CHECK_SIZE),
    blocks: blocks.map(({ ref, transactions }) => ({ startsEpoch: ref.sequenceNumber === 0, transactions })),
  };
  return encodeSpanBatch(batch, config.l2ChainId);
}

/** Consecutive blocks as the content of a channel before compression: batches, each an RLP string. */
export function encodeBatches(config: RollupConfig, blocks: readonly BatchBlock[], format: BatchFormat, maxBlocksPerSpanBatch: number): Uint8Array {
  if (format === "singular") return joinBytes(blocks.map((block) => rlpEncode(singular(block))));
  const step = maxBlocksPerSpanBatch === 0 ? blocks.length : maxBlocksPerSpanBatch;
  const batches: Uint8Array[] = [];
  for (let at = 0; at < blocks.length; at += step) batches.push(rlpEncode(span(config, blocks.slice(at, at + step))));
  return joinBytes(batches);
}
