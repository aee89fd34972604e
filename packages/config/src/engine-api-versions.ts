import { type ForkSchedule, isForkActiveAtBlock } from "./forks.ts";

/** The versions of the Engine API's methods that serve a block. */
export interface EngineApiVersions {
  readonly forkchoiceUpdated: 1 | 2 | 3;
  readonly newPayload: 2 | 3 | 4;
  readonly getPayload: 2 | 3 | 4;
}

/** By the block's own time (Unix seconds). Source: specs `protocol/exec-engine.md#engine-api`. */
export function engineApiVersions(forks: ForkSchedule, time: number): EngineApiVersions {
  if (isForkActiveAtBlock(forks, "isthmus", time)) return { forkchoiceUpdated: 3, newPayload: 4, getPayload: 4 };
  if (isForkActiveAtBlock(forks, "ecotone", time)) return { forkchoiceUpdated: 3, newPayload: 3, getPayload: 3 };
  return { forkchoiceUpdated: isForkActiveAtBlock(forks, "canyon", time) ? 2 : 1, newPayload: 2, getPayload: 2 };
}
