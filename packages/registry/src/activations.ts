import { FORKS, type Fork, type RollupConfig } from "@pangaea/config";

/** When a fork begins on a chain. `time` in Unix seconds; `block` is the first L2 block of the fork, 0 blocks after genesis where the chain began with it. */
export interface Activation {
  readonly fork: Exclude<Fork, "bedrock">;
  readonly time: number;
  readonly block: number;
  /** Whether the chain began with the fork: then there is no activation block and no upgrade transaction. */
  readonly atGenesis: boolean;
}

/** When each fork that a chain has a time for begins, in order. Source: specs `protocol/superchain-upgrades.md`. */
export function activationsOf({ forks, genesis, blockTime }: RollupConfig): readonly Activation[] {
  return FORKS.flatMap((fork) => {
    const time = fork === "bedrock" ? undefined : forks[fork];
    if (fork === "bedrock" || time === undefined) return [];
    return [{ fork, time, block: genesis.l2.number + Math.max(0, Math.ceil((time - genesis.l2Time) / blockTime)), atGenesis: time <= genesis.l2Time }];
  });
}
