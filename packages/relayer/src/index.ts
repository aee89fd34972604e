export * from "./flags.ts";
export * from "./json-rpc-relay-chain.ts";
export * from "./metrics.ts";
export * from "./options.ts";
export * from "./relay-chain.ts";
export * from "./relay-policy.ts";
export * from "./relayer.ts";
export * from "./start-relayer.ts";
