/** The OP Stack's forks, in order of activation. Source: specs `protocol/superchain-upgrades.md`. */
export const FORKS = [
  "bedrock", "regolith", "canyon", "delta", "ecotone", "fjord", "granite", "holocene", "isthmus", "jovian", "karst", "lagoon",
] as const;
export type Fork = (typeof FORKS)[number];

/** Activation time (Unix seconds) by fork; a fork without a time never activates. Bedrock is active from genesis. */
export type ForkSchedule = { readonly [F in Exclude<Fork, "bedrock">]?: number };

/** Whether a fork is active at a time: the predicate behind the four below. */
function isActive(schedule: ForkSchedule, fork: Fork, time: number): boolean {
  if (fork === "bedrock") return true;
  const activation = schedule[fork];
  return activation !== undefined && time >= activation;
}

/** By the L2 block's own time: transaction rules, header and payload shape. */
export function isForkActiveAtBlock(schedule: ForkSchedule, fork: Fork, blockTime: number): boolean {
  return isActive(schedule, fork, blockTime);
}

/** By the parent's time: how the base fee follows from the parent. */
export function isForkActiveAtParent(schedule: ForkSchedule, fork: Fork, parentTime: number): boolean {
  return isActive(schedule, fork, parentTime);
}

/** By the time of the L2 block's L1 origin: derivation limits such as the sequencer drift. */
export function isForkActiveAtOrigin(schedule: ForkSchedule, fork: Fork, originTime: number): boolean {
  return isActive(schedule, fork, originTime);
}

/** By the time of the L1 block that includes the data: channel, frame and batch-stage rules. */
export function isForkActiveAtInclusion(schedule: ForkSchedule, fork: Fork, inclusionTime: number): boolean {
  return isActive(schedule, fork, inclusionTime);
}

/** Whether the block at `blockTime` is the fork's first block after genesis; a fork active at genesis has none. */
export function isActivationBlock(schedule: ForkSchedule, fork: Fork, blockTime: number, blockInterval: number): boolean {
  return blockTime >= blockInterval && isActive(schedule, fork, blockTime) && !isActive(schedule, fork, blockTime - blockInterval);
}

/** The newest fork active at a time. */
export function newestFork(schedule: ForkSchedule, time: number): Fork {
  return FORKS.findLast((fork) => isActive(schedule, fork, time)) ?? "bedrock";
}
