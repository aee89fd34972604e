import { isActivationBlock, type RollupConfig } from "@pangaea/config";
import { ecotoneUpgrade } from "./ecotone.ts";
import { fjordUpgrade } from "./fjord.ts";
import { isthmusUpgrade } from "./isthmus.ts";
import { jovianUpgrade } from "./jovian.ts";
import { karstUpgrade } from "./karst.ts";
import { lagoonUpgrade } from "./lagoon.ts";
import { type Dependencies, encodeUpgradeTransaction, type Upgrade } from "./upgrade.ts";

/** The upgrades in order of activation; Canyon's is a change of state by the execution layer, other forks have none. */
export const UPGRADES: readonly Upgrade[] = [ecotoneUpgrade, fjordUpgrade, isthmusUpgrade, jovianUpgrade, karstUpgrade, lagoonUpgrade];

const upgradesAt = (config: RollupConfig, time: number): readonly Upgrade[] => UPGRADES.filter(({ fork }) => isActivationBlock(config.forks, fork, time, config.blockTime));

/** The encoded upgrade transactions of the block at an L2 time; none but in activation blocks. */
export function upgradeTransactionsAt(config: RollupConfig, time: number, dependencies?: Dependencies): Uint8Array[] {
  return upgradesAt(config, time).flatMap((upgrade) => upgrade.transactions(dependencies).map(encodeUpgradeTransaction));
}

/** Gas by which the limit of the block at an L2 time is raised. */
export function upgradeGasAt(config: RollupConfig, time: number): number {
  return upgradesAt(config, time).reduce((sum, { gas }) => sum + gas, 0);
}

/** The part of it that does not stay: all, but for chains that have kept Karst's. Source: superchain-registry `keep_karst_upgrade_gas`. */
export function passingUpgradeGasAt(config: RollupConfig, time: number): number {
  return upgradesAt(config, time).reduce((sum, { fork, gas }) => sum + (fork === "karst" && config.keepKarstUpgradeGas ? 0 : gas), 0);
}
