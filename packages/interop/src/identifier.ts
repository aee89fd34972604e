import { bigIntToBytes, bytesToBigInt, bytesToHex, type Hex, hexToBytes, InvalidInputError, readU32, readU64, toSafeNumber, writeU32, writeU64 } from "@pangaea/primitives";

/**
 * Where a log lies: its chain, block and place among all logs of the block, with the block's time (Unix seconds).
 * Source: specs `interop/messaging.md#message-identifier`.
 */
export interface LogPlace {
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly timestamp: number;
  /** 256 bits. */
  readonly chainId: bigint;
}

/** A log's place and the contract that emitted it, lower-case. Source: specs `interop/messaging.md#message-identifier`. */
export interface Identifier extends LogPlace {
  readonly origin: Hex;
}

/** A log's place with block number and time over the whole of u64, as they travel. Every `LogPlace` is one; encoders take it. */
export interface WideLogPlace {
  readonly blockNumber: number | bigint;
  readonly logIndex: number;
  readonly timestamp: number | bigint;
  readonly chainId: bigint;
}

/** An identifier with block number and time over the whole of u64. Every `Identifier` is one; encoders take it. */
export interface WideIdentifier extends WideLogPlace {
  readonly origin: Hex;
}

/** Bytes of an ABI-encoded identifier: five words. */
export const IDENTIFIER_BYTES = 160;
const WORD = 32;
const TWO_TO_32 = 2 ** 32;
const MAX_U32 = 0xffff_ffff;
const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const MAX_U256 = (1n << 256n) - 1n;

function checkU64(value: number | bigint, what: string): void {
  const fits = typeof value === "bigint" ? value >= 0n && value <= MAX_U64 : Number.isSafeInteger(value) && value >= 0;
  if (!fits) throw new InvalidInputError(`${what} ${value} does not fit into 64 unsigned bits: give the number of a block that exists`);
}

/** Writes a block number or time as u64. Throws `InvalidInputError` when it does not fit. */
export function writeCheckedU64(out: Uint8Array, at: number, value: number | bigint, what: string): void {
  checkU64(value, what);
  if (typeof value === "bigint") return writeU64(out, at, value);
  writeU32(out, at, Math.floor(value / TWO_TO_32));
  writeU32(out, at + 4, value % TWO_TO_32);
}

/** Writes a log index as u32. Throws `InvalidInputError` when it does not fit. */
export function writeLogIndex(out: Uint8Array, at: number, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > MAX_U32) throw new InvalidInputError(`log index ${value} does not fit into 32 unsigned bits: give the log's place in its block`);
  writeU32(out, at, value);
}

/** A chain id as a 32-byte word. Throws `InvalidInputError` when it does not fit. */
export function chainIdWord(chainId: bigint): Uint8Array {
  if (chainId < 0n || chainId > MAX_U256) throw new InvalidInputError(`chain id ${chainId} does not fit into 256 unsigned bits`);
  if (chainId > MAX_U64) return bigIntToBytes(chainId, WORD);
  const word = new Uint8Array(WORD);
  writeU64(word, WORD - 8, chainId);
  return word;
}

/** The ABI encoding of an identifier: origin, block number, log index, timestamp, chain id; 160 bytes. Throws `InvalidInputError` for a field out of range. */
export function encodeIdentifier({ origin, blockNumber, logIndex, timestamp, chainId }: WideIdentifier): Uint8Array {
  const out = new Uint8Array(IDENTIFIER_BYTES);
  out.set(hexToBytes(origin, 20), 12);
  writeCheckedU64(out, 2 * WORD - 8, blockNumber, "block number");
  writeLogIndex(out, 3 * WORD - 4, logIndex);
  writeCheckedU64(out, 4 * WORD - 8, timestamp, "timestamp");
  out.set(chainIdWord(chainId), 4 * WORD);
  return out;
}

function checkPadding(data: Uint8Array, word: number, length: number, what: string): void {
  for (let i = word * WORD; i < word * WORD + length; i++) {
    if (data[i] !== 0) throw new InvalidInputError(`invalid ${what} padding: byte ${i} of the identifier is ${data[i]}, it must be 0`);
  }
}

/** Decodes an ABI-encoded identifier, block number and time as `bigint`. Throws `InvalidInputError` for another length or for padding that is not zero. */
export function decodeWideIdentifier(data: Uint8Array): WideIdentifier & { readonly blockNumber: bigint; readonly timestamp: bigint } {
  if (data.length !== IDENTIFIER_BYTES) throw new InvalidInputError(`unexpected identifier data length: ${data.length} bytes, it must be ${IDENTIFIER_BYTES}`);
  checkPadding(data, 0, 12, "address");
  checkPadding(data, 1, 24, "block number");
  checkPadding(data, 2, 28, "log index");
  checkPadding(data, 3, 24, "timestamp");
  return {
    origin: bytesToHex(data.subarray(12, WORD)),
    blockNumber: readU64(data, 2 * WORD - 8),
    logIndex: readU32(data, 3 * WORD - 4),
    timestamp: readU64(data, 4 * WORD - 8),
    chainId: bytesToBigInt(data.subarray(4 * WORD)),
  };
}

/** Decodes an ABI-encoded identifier. Throws `InvalidInputError` as `decodeWideIdentifier` does, and for a block number or time above 2^53-1: no chain has such a block. */
export function decodeIdentifier(data: Uint8Array): Identifier {
  const wide = decodeWideIdentifier(data);
  return { ...wide, blockNumber: toSafeNumber(wide.blockNumber, "block number"), timestamp: toSafeNumber(wide.timestamp, "timestamp") };
}
