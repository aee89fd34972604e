export * from "./da-client.ts";
export * from "./da-server.ts";
export * from "./flags.ts";
export * from "./input-folder.ts";
