export * from "./accounts.ts";
export * from "./cluster.ts";
export * from "./options.ts";
export * from "./system.ts";
