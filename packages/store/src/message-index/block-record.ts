import { type Hex, hexToBytes, readU32, writeU32 } from "@pangaea/primitives";
import { readU48, U48_SIZE, writeU48 } from "../checked-value.ts";

const TIMESTAMP_AT = 32;
const FIRST_LOG_AT = TIMESTAMP_AT + U48_SIZE;
const LOGS_AT = FIRST_LOG_AT + U48_SIZE;
const EXECUTES = 2 ** 31;

export const BLOCK_RECORD_SIZE = LOGS_AT + 4;
/** Logs of a block that can be counted. */
export const MAX_LOGS = EXECUTES - 1;

/** What is kept of a block: hash 32, timestamp u48, index of its first log among all logs ever sealed u48, number of its logs with the top bit set when it executes messages u32. */
export interface BlockRecord {
  readonly timestamp: number;
  readonly firstLog: number;
  readonly logs: number;
  readonly executes: boolean;
}

export function writeBlockRecord(out: Uint8Array, at: number, hash: Hex, { timestamp, firstLog, logs, executes }: BlockRecord): void {
  out.set(hexToBytes(hash, TIMESTAMP_AT), at);
  writeU48(out, at + TIMESTAMP_AT, timestamp);
  writeU48(out, at + FIRST_LOG_AT, firstLog);
  writeU32(out, at + LOGS_AT, logs + (executes ? EXECUTES : 0));
}

/** The hash of the record at a place, apart from the rest because hex costs more than all of it. */
export const hashAt = (bytes: Buffer, at: number): Hex => `0x${bytes.toString("hex", at, at + TIMESTAMP_AT)}`;

export const timestampAt = (bytes: Uint8Array, at: number): number => readU48(bytes, at + TIMESTAMP_AT);

export function readBlockRecord(bytes: Uint8Array, at: number): BlockRecord {
  const count = readU32(bytes, at + LOGS_AT);
  return { timestamp: timestampAt(bytes, at), firstLog: readU48(bytes, at + FIRST_LOG_AT), logs: count % EXECUTES, executes: count >= EXECUTES };
}
