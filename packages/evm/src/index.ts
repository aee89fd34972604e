export * from "./evm.ts";
export type { Frame } from "./frame.ts";
export * from "./gas.ts";
export * from "./precompiles/index.ts";
export * from "./rules.ts";
export * from "./state/account.ts";
export * from "./state/trie.ts";
export * from "./state/world-state.ts";
export * from "./tracer.ts";
