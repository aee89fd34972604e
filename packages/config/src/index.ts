export * from "./forks.ts";
export * from "./rollup-config.ts";
export * from "./options.ts";
