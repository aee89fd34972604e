export * from "./forks.ts";
export * from "./rollup-config.ts";
