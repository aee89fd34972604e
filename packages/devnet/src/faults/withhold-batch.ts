import { InvalidInputError } from "@pangaea/primitives";
import { batcherOf, type FaultModules } from "./fault-modules.ts";

export interface WithheldBatch {
  readonly chainId: number;
  /** Unix seconds, with a fraction. */
  readonly until: number;
}

/** Has the chain's batcher send nothing for so many seconds; blocks go on and channels wait. Throws `InvalidInputError` when it does not run. */
export async function withholdBatch(modules: FaultModules, { chainId, seconds }: { readonly chainId: number; readonly seconds: number }): Promise<WithheldBatch> {
  const batcher = batcherOf(modules, chainId);
  if (!batcher.status().isRunning) throw new InvalidInputError(`the batcher of chain ${chainId} does not run: nothing is sent as it is`);
  return { chainId, until: batcher.hold(seconds * 1_000) / 1_000 };
}
