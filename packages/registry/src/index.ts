export * from "./activations.ts";
export * from "./chain-toml.ts";
export * from "./registry-folder.ts";
export * from "./registry-genesis.ts";
export * from "./zstd.ts";
