export * from "./command-line.ts";
export * from "./logger.ts";
export * from "./settings-file.ts";
export * from "./status-view.ts";
