export { type DeniedBlock, type DeniedOutput, DenyList } from "./deny-list.ts";
export { LmdbStore } from "./lmdb-store.ts";
export { MemoryStore } from "./memory-store.ts";
export type { BlockSeal, IndexedBlock, MessageAnswer, MessageQuery } from "./message-index/indexed-block.ts";
export { MessageIndex, type MessageIndexOptions } from "./message-index/message-index.ts";
export { openStore, prefixed } from "./open-store.ts";
export { MAX_KEY_LENGTH, type Range, type Store, type Write } from "./store.ts";
export { type VerifiedTimestamp, VerifiedTimestamps } from "./verified-timestamps.ts";
export { type Codec, WriteAheadLog } from "./write-ahead-log.ts";
