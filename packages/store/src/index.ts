export { LmdbStore } from "./lmdb-store.ts";
export { MemoryStore } from "./memory-store.ts";
export { openStore, prefixed } from "./open-store.ts";
export { MAX_KEY_LENGTH, type Range, type Store, type Write } from "./store.ts";
