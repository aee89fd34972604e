export * from "./command-line.ts";
export { type Input, inputOf } from "./inspect/read-input.ts";
export * from "./logger.ts";
export * from "./settings-file.ts";
export * from "./status-view.ts";
export { INSPECTIONS } from "./verbs/inspect.ts";
