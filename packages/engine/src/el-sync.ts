/** The execution clients that are told apart. Source: op-node `engine.Kind`. */
export const ENGINE_KINDS = ["geth", "reth", "erigon"] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];

/** How the execution layer fetches the chain by itself. */
export interface ElSyncOptions {
  /** What it is: geth syncs by itself only while nothing is finalized, the others at each start. */
  readonly kind: EngineKind;
  /** How far behind the block that it has synced to the safe and finalized heads are set, in seconds. */
  readonly safeOffset: number;
}

/** Whether an execution client syncs by itself although it has finalized blocks. Source: op-node `SupportsPostFinalizationELSync`. */
export const syncsAfterFinality = (kind: EngineKind): boolean => kind !== "geth";
