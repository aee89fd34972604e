import { isForkActiveAtBlock, PREDEPLOYS, type RollupConfig, type SystemConfig } from "@pangaea/config";
import { type BlockId, type ExecutionLayer, formatBlock, hexToBytes, type L1Source, type L2BlockRef, type PayloadAttributes, ResetError, ZERO_HASH } from "@pangaea/primitives";
import { systemConfigFromPayload } from "../payload.ts";
import type { Dependencies } from "../upgrades/upgrade.ts";
import { upgradeGasAt, upgradeTransactionsAt } from "../upgrades/upgrades-at.ts";
import { userDeposits } from "./deposits.ts";
import { l1InfoDeposit } from "./l1-info.ts";
import { updateSystemConfig } from "./system-config-updates.ts";

export interface AttributesModules {
  readonly config: RollupConfig;
  readonly l1: L1Source;
  readonly l2: Pick<ExecutionLayer, "payloadByHash">;
  /** Without it, the chain counts as one that depends on no other. */
  readonly dependencies?: Dependencies;
}

/**
 * What the block after `parent` on an L1 origin must be built from, before any user transactions: the L1 attributes deposit,
 * the origin's deposits when it is new, upgrade transactions.
 * Errors: `ResetError` when parent and origin do not fit together, `TemporaryError` from the sources, `CriticalError` for a malformed deposit.
 * Source: specs `protocol/derivation.md#deriving-payload-attributes`.
 */
export async function prepareAttributes({ config, l1, l2, dependencies }: AttributesModules, parent: L2BlockRef, epoch: BlockId): Promise<PayloadAttributes> {
  let system: SystemConfig = systemConfigFromPayload(config, (await l2.payloadByHash(parent.hash)).payload);
  const info = await l1.infoByHash(epoch.hash);
  const time = parent.timestamp + config.blockTime;
  let deposits: Uint8Array[] = [];
  let sequenceNumber = 0;
  if (epoch.number !== parent.l1Origin.number) {
    if (info.parentHash !== parent.l1Origin.hash) throw new ResetError(`L1 block ${formatBlock(epoch)} does not follow ${formatBlock(parent.l1Origin)}, the origin of L2 block ${formatBlock(parent)}`);
    const receipts = await l1.receiptsByHash(epoch.hash);
    deposits = userDeposits(receipts, config.depositContractAddress, epoch.hash);
    system = updateSystemConfig(system, receipts, config, info.timestamp);
  } else {
    if (epoch.hash !== parent.l1Origin.hash) throw new ResetError(`L1 block ${formatBlock(epoch)} is not the origin ${formatBlock(parent.l1Origin)} of L2 block ${formatBlock(parent)}`);
    sequenceNumber = parent.sequenceNumber + 1;
  }
  if (time < info.timestamp) throw new ResetError(`L2 block ${parent.number + 1} at time ${time} would be older than its L1 origin ${formatBlock(epoch)} at ${info.timestamp}`);
  const active = (fork: "canyon" | "ecotone" | "holocene" | "jovian") => isForkActiveAtBlock(config.forks, fork, time);
  return {
    timestamp: time,
    prevRandao: info.mixHash,
    suggestedFeeRecipient: PREDEPLOYS.sequencerFeeVault,
    ...(active("canyon") ? { withdrawals: [] } : {}),
    ...(active("ecotone") ? { parentBeaconBlockRoot: info.parentBeaconBlockRoot ?? ZERO_HASH } : {}),
    transactions: [l1InfoDeposit(config, system, info, sequenceNumber, time), ...deposits, ...upgradeTransactionsAt(config, time, dependencies)],
    noTxPool: false,
    gasLimit: system.gasLimit + upgradeGasAt(config, time),
    ...(active("holocene") ? { eip1559Params: hexToBytes(system.eip1559Params, 8) } : {}),
    ...(active("jovian") ? { minBaseFee: system.minBaseFee } : {}),
  };
}
