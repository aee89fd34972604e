export * from "./block-message.ts";
export * from "./payload-ssz.ts";
export * from "./snappy-block.ts";
