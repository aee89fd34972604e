import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checksumOfLog } from "@pangaea/interop";
import { bytesToHex, type Hex, keccak256, writeU32 } from "@pangaea/primitives";
import { type IndexedBlock, LmdbStore, MessageIndex, type MessageQuery } from "@pangaea/store";
import type { Figure } from "./figure.ts";

const CHAIN_ID = 901n;
const BLOCKS = 20_000;
const BLOCKS_A_BATCH = 500;
/** Logs of a block, in turn: 25 on average, some blocks without any. */
const LOGS = [0, 4, 10, 25, 40, 71];
/** Every so many blocks one executes a message. */
const EXECUTING_EVERY = 10;
const GENESIS_TIME = 1_700_000_000;
const LOOKUPS = 200_000;
/** Look-ups ask for the blocks of the last hour: a message is mostly executed soon. */
const RECENT_BLOCKS = 3_600;

const word = (kind: number, n: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  writeU32(bytes, 0, kind);
  writeU32(bytes, 4, n);
  return keccak256(bytes);
};
const blockHash = (number: number): Hex => bytesToHex(word(1, number));

function block(number: number): IndexedBlock {
  const count = LOGS[number % LOGS.length]!;
  const logHashes = new Uint8Array(count * 32);
  for (let i = 0; i < count; i++) logHashes.set(word(2, number * 100 + i), i * 32);
  const place = { blockNumber: 1, logIndex: 0, timestamp: GENESIS_TIME, chainId: CHAIN_ID };
  const executing = count > 0 && number % EXECUTING_EVERY === 1 ? [{ logIndex: 0, identifier: { origin: `0x${"11".repeat(20)}` as const, ...place }, payloadHash: blockHash(number), checksum: blockHash(number) }] : [];
  return { number, hash: blockHash(number), parentHash: blockHash(number - 1), timestamp: GENESIS_TIME + number, logHashes, executing };
}

function query(number: number, logIndex: number): MessageQuery {
  const place = { blockNumber: number, logIndex, timestamp: GENESIS_TIME + number };
  return { ...place, checksum: checksumOfLog(word(2, number * 100 + logIndex), { ...place, chainId: CHAIN_ID }) };
}

/** The message index on disk: durable ingestion, bytes a log, look-ups among the last hour's blocks. */
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
      for (const { logHashes } of batch) logs += logHashes.length / 32;
    }
    const queries: MessageQuery[] = [];
    for (let i = 0; queries.length < LOOKUPS; i++) {
      const number = BLOCKS - ((i * 7_919) % RECENT_BLOCKS);
      const count = LOGS[number % LOGS.length]!;
      if (count > 0) queries.push(query(number, (i * 31) % count));
    }
    const started = performance.now();
    const found = queries.filter((one) => index.contains(one).kind === "yes").length;
    const lookups = (LOOKUPS / (performance.now() - started)) * 1_000;
    if (found !== LOOKUPS) throw new Error(`the index found ${found} of ${LOOKUPS} messages`);
    await store.close();
    const bytes = statSync(join(folder, "data.mdb")).blocks * 512;
    return [
      { name: "logs into the message index, durable", value: (logs / spent) * 1_000, unit: "/s", reach: { atLeast: 200_000 } },
      { name: `bytes on disk a log, ${Math.round(logs / BLOCKS)} logs a block`, value: bytes / logs, unit: "bytes", reach: { atMost: 48 } },
      { name: "look-ups of messages in the index", value: lookups, unit: "/s", reach: { atLeast: 200_000 } },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
