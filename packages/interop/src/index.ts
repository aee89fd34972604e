export * from "./access-list.ts";
export * from "./dependency-set.ts";
export * from "./executing-descriptor.ts";
export * from "./executing-message.ts";
export {
  decodeIdentifier, decodeWideIdentifier, encodeIdentifier, IDENTIFIER_BYTES, type Identifier, type LogPlace, type WideIdentifier, type WideLogPlace,
} from "./identifier.ts";
export * from "./message-verdict.ts";
export * from "./messenger.ts";
export * from "./payload.ts";
export * from "./rules/activation.ts";
export * from "./rules/dependency-set.ts";
export * from "./rules/expiry.ts";
export * from "./rules/identity.ts";
export * from "./rules/same-timestamp-graph.ts";
export * from "./rules/timestamp.ts";
export * from "./rules/violation.ts";
export * from "./super-root.ts";
export * from "./transition-state.ts";
