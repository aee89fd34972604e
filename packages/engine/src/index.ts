export { grantedHead, localAuthority, type SafetyAuthority, type SafetyVerdict } from "./authority.ts";
export { ENGINE_KINDS, type ElSyncOptions, type EngineKind, syncsAfterFinality } from "./el-sync.ts";
export { EngineController } from "./engine-controller.ts";
export type { EngineModules } from "./engine-state.ts";
export type { Heads } from "./heads.ts";
export { HttpExecutionLayer, type HttpExecutionLayerModules } from "./http-execution-layer.ts";
export type { Building } from "./tasks/build.ts";
export type { DerivedResult } from "./tasks/build-derived.ts";
