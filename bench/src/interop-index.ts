import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, type Hex, keccak256, writeU32 } from "@pangaea/primitives";
import { type IndexedBlock, LmdbStore, MessageIndex } from "@pangaea/store";
import type { Figure } from "./figure.ts";

const CHAIN_ID = 901n;
const BLOCKS = 20_000;
const BLOCKS_A_BATCH = 500;
/** Logs of a block, in turn: 25 on average, some blocks without any. */
const LOGS = [0, 4, 10, 25, 40, 71];
/** Every so many blocks one executes a message. */
const EXECUTING_EVERY = 10;
const LOG_HASH_BYTES = 32;
/** A value that fills a page of LMDB. */
const PAGE_BYTES = 4_080;
const GENESIS_TIME = 1_700_000_000;

const word = (kind: number, n: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  writeU32(bytes, 0, kind);
  writeU32(bytes, 4, n);
  return keccak256(bytes);
};
const blockHash = (number: number): Hex => bytesToHex(word(1, number));

function block(number: number): IndexedBlock {
  const count = LOGS[number % LOGS.length]!;
  const logHashes = new Uint8Array(count * LOG_HASH_BYTES);
  for (let i = 0; i < count; i++) logHashes.set(word(2, number * 100 + i), i * LOG_HASH_BYTES);
  const place = { blockNumber: 1, logIndex: 0, timestamp: GENESIS_TIME, chainId: CHAIN_ID };
  const executing = count > 0 && number % EXECUTING_EVERY === 1 ? [{ logIndex: 0, identifier: { origin: `0x${"11".repeat(20)}` as const, ...place }, payloadHash: blockHash(number), checksum: blockHash(number) }] : [];
  return { number, hash: blockHash(number), parentHash: blockHash(number - 1), timestamp: GENESIS_TIME + number, logHashes, executing };
}

/** Logs a second if their hashes were only put on disk as they come, in pages, as many to a transaction. */
async function plainLogsPerSecond(folder: string, logs: number): Promise<number> {
  const store = new LmdbStore(folder);
  const batches = BLOCKS / BLOCKS_A_BATCH;
  const pages = Math.ceil((logs * LOG_HASH_BYTES) / PAGE_BYTES / batches);
  const started = performance.now();
  for (let batch = 0; batch < batches; batch++) store.write(Array.from({ length: pages }, (_, i) => [word(batch, i).subarray(0, 8), new Uint8Array(PAGE_BYTES).fill(i)]));
  const spent = performance.now() - started;
  await store.close();
  return (logs / spent) * 1_000;
}

/** The message index on disk: durable ingestion, and bytes a log. */
export async function messageIndexFigures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-bench-"));
  try {
    const store = new LmdbStore(folder);
    const index = new MessageIndex(store, { chainId: CHAIN_ID });
    let logs = 0;
    let spent = 0;
    for (let from = 1; from <= BLOCKS; from += BLOCKS_A_BATCH) {
      const batch = Array.from({ length: BLOCKS_A_BATCH }, (_, i) => block(from + i));
      const started = performance.now();
      index.seal(batch);
      spent += performance.now() - started;
      for (const { logHashes } of batch) logs += logHashes.length / LOG_HASH_BYTES;
    }
    await store.close();
    const plain = await plainLogsPerSecond(join(folder, "plain"), logs);
    const bytes = statSync(join(folder, "data.mdb")).blocks * 512;
    return [
      { name: "logs into the message index, durable", value: (logs / spent) * 1_000, unit: "/s", reach: { atLeast: 200_000 } },
      { name: "… to the same bytes as plain pages of LMDB, same run", value: (logs / spent) * 1_000 / plain, unit: "times" },
      { name: `bytes on disk a log, ${Math.round(logs / BLOCKS)} logs a block`, value: bytes / logs, unit: "bytes", reach: { atMost: 48 } },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
