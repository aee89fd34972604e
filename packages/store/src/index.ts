export * from "./lmdb-store.ts";
export * from "./memory-store.ts";
export * from "./open-store.ts";
export * from "./store.ts";
