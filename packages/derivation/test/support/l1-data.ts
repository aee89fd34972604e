import { brotliCompressSync, deflateSync } from "node:zlib";
import type { RollupConfig } from "@pangaea/config";
import {
  bigIntToBytes, concatBytes, encodeFrame, encodeSingularBatch, encodeSpanBatch, encodeTransaction, type ExecutionPayloadEnvelope, type Frame, type Hex, hexToBytes, isDepositTransaction, joinBytes, keccak256Hex, padLeft, type ReceiptLogs, rlpEncode, signTransaction, TX_FEE_MARKET, writeU64, ZERO_HASH,
} from "@pangaea/primitives";
import { l2BlockRefFromPayload, TRANSACTION_DEPOSITED } from "../../src/index.ts";
import { carol } from "../../../execution/test/support/chain.ts";

type Blocks = readonly ExecutionPayloadEnvelope[];
const userTransactions = (transactions: readonly Uint8Array[]) => transactions.filter((transaction) => !isDepositTransaction(transaction));

/** A block as a singular batch, with its type byte. */
export function singularOf(config: RollupConfig, { payload }: ExecutionPayloadEnvelope): Uint8Array {
  const { l1Origin } = l2BlockRefFromPayload(config, payload);
  return encodeSingularBatch({ parentHash: payload.parentHash, epochNumber: l1Origin.number, epochHash: l1Origin.hash, timestamp: payload.timestamp, transactions: userTransactions(payload.transactions) });
}

/** Blocks as a span batch, with its type byte. */
export function spanOf(config: RollupConfig, blocks: Blocks): Uint8Array {
  const refs = blocks.map(({ payload }) => l2BlockRefFromPayload(config, payload));
  const [first, last] = [refs[0]!, refs.at(-1)!];
  const check = (hash: Hex) => hexToBytes(hash).slice(0, 20);
  return encodeSpanBatch({
    relTimestamp: BigInt(first.timestamp - config.genesis.l2Time), l1OriginNumber: BigInt(last.l1Origin.number), parentCheck: check(first.parentHash), l1OriginCheck: check(last.l1Origin.hash),
    blocks: blocks.map(({ payload }, i) => ({ startsEpoch: refs[i]!.sequenceNumber === 0, transactions: userTransactions(payload.transactions) })),
  }, config.l2ChainId);
}

/** Batches as a channel's data. */
export function channelOf(batches: readonly Uint8Array[], compression: "zlib" | "brotli" = "zlib"): Uint8Array {
  const content = joinBytes(batches.map((batch) => rlpEncode(batch)));
  return compression === "zlib" ? deflateSync(content) : concatBytes(Uint8Array.of(1), brotliCompressSync(content));
}

/** A channel's frames, of about the same size. The channel's id is of its data. */
export function cut(channel: Uint8Array, count: number): Frame[] {
  const size = Math.ceil(channel.length / count);
  const channelId = keccak256Hex(channel).slice(0, 34) as Hex;
  return Array.from({ length: count }, (_, number) => ({ channelId, number, data: channel.subarray(number * size, (number + 1) * size), isLast: number === count - 1 }));
}

/** An L1 transaction of the batcher with frames in its calldata. */
export function framesTransaction(config: RollupConfig, frames: readonly Frame[]): Uint8Array {
  const unsigned = { type: TX_FEE_MARKET, chainId: config.l1ChainId, nonce: 0, gas: 1_000_000, to: config.batchInboxAddress, value: 0n, data: concatBytes(Uint8Array.of(0), ...frames.map(encodeFrame)), maxFeePerGas: 1n, maxPriorityFeePerGas: 0n, accessList: [] } as const;
  return encodeTransaction(signTransaction(unsigned, carol.key));
}

/** The receipt of a deposit on L1: wei to mint and to send. */
export function depositReceipt(config: RollupConfig, { from, to, mint, value }: { readonly from: Hex; readonly to: Hex; readonly mint: bigint; readonly value: bigint }): ReceiptLogs {
  const word = (bytes: Uint8Array) => padLeft(bytes, 32);
  const gas = new Uint8Array(9);
  writeU64(gas, 0, 100_000n);
  const opaque = concatBytes(bigIntToBytes(mint, 32), bigIntToBytes(value, 32), gas);
  const data = concatBytes(bigIntToBytes(32n, 32), bigIntToBytes(BigInt(opaque.length), 32), opaque, new Uint8Array((32 - (opaque.length % 32)) % 32));
  return { transactionHash: ZERO_HASH, status: 1, logs: [{ address: hexToBytes(config.depositContractAddress), topics: [TRANSACTION_DEPOSITED, word(hexToBytes(from)), word(hexToBytes(to)), new Uint8Array(32)], data }] };
}
