export * from "./authority.ts";
export * from "./engine-controller.ts";
export * from "./heads.ts";
export * from "./http-execution-layer.ts";
