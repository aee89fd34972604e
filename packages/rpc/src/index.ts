export * from "./client.ts";
export * from "./errors.ts";
export * from "./jwt.ts";
export * from "./methods.ts";
export * from "./server.ts";
