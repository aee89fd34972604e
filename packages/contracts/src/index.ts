export * from "./abi.ts";
export * from "./data-availability-challenge.ts";
export * from "./generated/index.ts";
export * from "./l1-deployment.ts";
export * from "./l2-genesis.ts";
export * from "./optimism-portal.ts";
export * from "./system-config.ts";
