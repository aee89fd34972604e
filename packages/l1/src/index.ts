export * from "./anvil/anvil.ts";
export * from "./anvil/beacon-endpoint.ts";
export * from "./beacon-client.ts";
export * from "./endpoints.ts";
export * from "./kzg/kzg-service.ts";
export * from "./l1-client.ts";
export * from "./l1-json.ts";
export * from "./l1-watcher.ts";
