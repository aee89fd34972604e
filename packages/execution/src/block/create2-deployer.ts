import { CREATE2_DEPLOYER_ADDRESS, isActivationBlock, type RollupConfig } from "@pangaea/config";
import type { WorldState } from "@pangaea/evm";
import { hexToBytes } from "@pangaea/primitives";
import { CREATE2_DEPLOYER_CODE } from "./create2-deployer.data.ts";

/**
 * Puts the Create2Deployer's code in place in Canyon's activation block, before its transactions; no other block is touched.
 * Source: specs `protocol/canyon/overview.md#create2deployer-contract-deployment`.
 */
export function ensureCreate2Deployer(config: RollupConfig, state: WorldState, time: number): void {
  if (isActivationBlock(config.forks, "canyon", time, config.blockTime)) state.setCode(CREATE2_DEPLOYER_ADDRESS, hexToBytes(CREATE2_DEPLOYER_CODE));
}
