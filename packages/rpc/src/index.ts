export * from "./client.ts";
export * from "./errors.ts";
export * from "./jwt.ts";
export * from "./methods.ts";
export * from "./server.ts";
export * from "./worker/serve.ts";
export * from "./worker/worker-client.ts";
