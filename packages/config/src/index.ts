export * from "./constants.ts";
export * from "./forks.ts";
export * from "./genesis.ts";
export * from "./options.ts";
export * from "./parse-rollup-config.ts";
export * from "./predeploys.ts";
export * from "./rollup-config.ts";
