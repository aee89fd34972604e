import { type Hex, hexToBytes, readU32, saysBytes, writeU32 } from "@pangaea/primitives";
import { readU48, U48_SIZE, writeU48 } from "../checked-value.ts";
import type { Store } from "../store.ts";
import { PagedRecords, type PagedRecordsOptions } from "./paged-records.ts";

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

/** The records of blocks, found by block number. Whether a block is there is for the caller to know. Every method throws as `PagedRecords.pageOf` does. */
export class BlockRecords extends PagedRecords {
  constructor(store: Store, options: Omit<PagedRecordsOptions, "recordSize">) {
    super(store, { ...options, recordSize: BLOCK_RECORD_SIZE });
  }

  record(number: number): BlockRecord {
    const [page, at] = [this.pageOf(number), this.offsetOf(number)];
    const count = readU32(page, at + LOGS_AT);
    return { timestamp: readU48(page, at + TIMESTAMP_AT), firstLog: readU48(page, at + FIRST_LOG_AT), logs: count % EXECUTES, executes: count >= EXECUTES };
  }

  timestamp(number: number): number {
    return readU48(this.pageOf(number), this.offsetOf(number) + TIMESTAMP_AT);
  }

  /** Apart from the rest of the record because hex costs more than all of it. */
  hash(number: number): Hex {
    const at = this.offsetOf(number);
    return `0x${this.pageOf(number).toString("hex", at, at + TIMESTAMP_AT)}`;
  }

  hasHash(number: number, hash: Hex): boolean {
    const at = this.offsetOf(number);
    return saysBytes(hash, this.pageOf(number).subarray(at, at + TIMESTAMP_AT));
  }

  /** The number of the first block younger than a time, of the blocks from one to another; one above the last when there is none. */
  firstAfter(timestamp: number, { first, last }: { readonly first: number; readonly last: number }): number {
    let low = first;
    let high = last + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.timestamp(middle) <= timestamp) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
