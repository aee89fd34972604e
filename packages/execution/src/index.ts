export * from "./block/base-fee.ts";
export * from "./block/block.ts";
export * from "./block/block-builder.ts";
export * from "./block/process-block.ts";
export * from "./op-rules.ts";
