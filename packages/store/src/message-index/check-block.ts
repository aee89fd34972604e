import { InvalidInputError } from "@pangaea/primitives";
import { fitsU48 } from "../checked-value.ts";
import { MAX_LOGS } from "./block-records.ts";
import type { IndexedBlock } from "./indexed-block.ts";

/** Bytes. */
export const LOG_HASH_SIZE = 32;

/** Throws `InvalidInputError` for a block that no chain can have; `after` is its parent's timestamp where it is known. */
export function checkBlock({ number, hash, timestamp, logHashes, executing }: IndexedBlock, after: number | undefined, where: string): void {
  const wrong = (what: string) => new InvalidInputError(`${where}: block ${number} (${hash}) ${what}`);
  if (!fitsU48(number) || !fitsU48(timestamp)) throw wrong(`has number ${number} and timestamp ${timestamp}, which are to be from 0 to 2^48-1`);
  if (after !== undefined && timestamp <= after) throw wrong(`has timestamp ${timestamp}, not above its parent's ${after}`);
  const logs = logHashes.length / LOG_HASH_SIZE;
  if (!Number.isInteger(logs) || logs > MAX_LOGS) throw wrong(`has ${logHashes.length} bytes of log hashes, not ${LOG_HASH_SIZE} for each of at most ${MAX_LOGS} logs`);
  let previous = -1;
  for (const { logIndex } of executing) {
    if (!Number.isInteger(logIndex) || logIndex <= previous || logIndex >= logs) throw wrong(`executes a message by log ${logIndex}, which is to be above ${previous} and below ${logs}`);
    previous = logIndex;
  }
}
