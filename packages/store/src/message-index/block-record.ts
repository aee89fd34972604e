import { bytesToHex, type Hex, hexToBytes, readU32, writeU32 } from "@pangaea/primitives";
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

/** The hash of a block record, apart from the rest because hex costs more than all of it. */
export const hashOf = (record: Uint8Array): Hex => bytesToHex(record.subarray(0, TIMESTAMP_AT));

export const timestampOf = (record: Uint8Array): number => readU48(record, TIMESTAMP_AT);

export function readBlockRecord(record: Uint8Array): BlockRecord {
  const count = readU32(record, LOGS_AT);
  return { timestamp: timestampOf(record), firstLog: readU48(record, FIRST_LOG_AT), logs: count % EXECUTES, executes: count >= EXECUTES };
}
