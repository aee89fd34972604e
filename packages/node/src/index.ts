export * from "./driver.ts";
export * from "./finality.ts";
export * from "./safe-head-db.ts";
export * from "./sequencer/origin-selector.ts";
export * from "./sequencer/sequencer.ts";
export * from "./sync-status.ts";
export * from "./unsafe-payloads.ts";
export * from "./virtual-node.ts";
