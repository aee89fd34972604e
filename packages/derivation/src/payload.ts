import { isActivationBlock, isForkActiveAtBlock, type RollupConfig, type SystemConfig } from "@pangaea/config";
import { bytesToHex, decodeL1Attributes, decodeTransaction, type ExecutionPayload, InvalidBlockError, type L2BlockRef, ResetError, TX_DEPOSIT, writeU32, writeU64, type L1Attributes } from "@pangaea/primitives";
import { passingUpgradeGasAt } from "./upgrades/upgrades-at.ts";

/** The L1 attributes that a payload's first transaction carries. Throws `InvalidBlockError` when it is not that deposit. */
export function l1AttributesOfPayload(payload: ExecutionPayload): L1Attributes & { readonly format: string } {
  const first = payload.transactions[0];
  if (first === undefined) throw new InvalidBlockError(`L2 block ${payload.blockNumber} (${payload.blockHash}) has no transactions; the L1 attributes deposit must come first`);
  const transaction = decodeTransaction(first);
  if (transaction.type !== TX_DEPOSIT) throw new InvalidBlockError(`L2 block ${payload.blockNumber} (${payload.blockHash}) starts with a transaction of type ${transaction.type}, not with the L1 attributes deposit`);
  return decodeL1Attributes(transaction.data);
}

/**
 * The block's ref, with the L1 origin that its first deposit names; the genesis block's comes from the configuration.
 * Throws `InvalidBlockError` when the block has no L1 attributes, `ResetError` when it is another genesis.
 */
export function l2BlockRefFromPayload(config: RollupConfig, payload: ExecutionPayload): L2BlockRef {
  const base = { hash: payload.blockHash, number: payload.blockNumber, parentHash: payload.parentHash, timestamp: payload.timestamp };
  const { genesis } = config;
  if (payload.blockNumber === genesis.l2.number) {
    if (payload.blockHash !== genesis.l2.hash) throw new ResetError(`the execution layer's block ${payload.blockNumber} is ${payload.blockHash}, the configured genesis is ${genesis.l2.hash}: they belong to different chains`);
    return { ...base, l1Origin: genesis.l1, sequenceNumber: 0 };
  }
  const attributes = l1AttributesOfPayload(payload);
  return { ...base, l1Origin: { hash: attributes.blockHash, number: attributes.number }, sequenceNumber: attributes.sequenceNumber };
}

/**
 * The system configuration in force after a block, read back from the block; gas that an upgrade added to it for once is taken off.
 * Throws `InvalidBlockError` when the block has no L1 attributes, or less gas than was added. Source: op-node `PayloadToSystemConfig`.
 */
export function systemConfigFromPayload(config: RollupConfig, payload: ExecutionPayload): SystemConfig {
  if (payload.blockNumber === config.genesis.l2.number) return config.genesis.systemConfig;
  const attributes = l1AttributesOfPayload(payload);
  const time = payload.timestamp;
  const holocene = isForkActiveAtBlock(config.forks, "holocene", time);
  const jovian = isForkActiveAtBlock(config.forks, "jovian", time);
  const scalar = new Uint8Array(32);
  scalar[0] = 1;
  writeU32(scalar, 24, attributes.blobBaseFeeScalar);
  writeU32(scalar, 28, attributes.baseFeeScalar);
  const passingGas = passingUpgradeGasAt(config, time);
  if (payload.gasLimit < passingGas) throw new InvalidBlockError(`L2 block ${payload.blockNumber} (${payload.blockHash}) has gas limit ${payload.gasLimit}, its upgrade alone adds ${passingGas}`);
  const operatorFee = new Uint8Array(32);
  writeU32(operatorFee, 20, attributes.operatorFeeScalar);
  writeU64(operatorFee, 24, attributes.operatorFeeConstant);
  return {
    batcherAddress: attributes.batcherAddress,
    overhead: attributes.overhead,
    scalar: attributes.format === "bedrock" ? attributes.scalar : bytesToHex(scalar),
    gasLimit: payload.gasLimit - passingGas,
    eip1559Params: holocene ? bytesToHex(payload.extraData.subarray(1, 9)) : "0x0000000000000000",
    operatorFeeParams: bytesToHex(operatorFee),
    minBaseFee: jovian && payload.extraData.length === 17 ? BigInt(bytesToHex(payload.extraData.subarray(9, 17))) : 0n,
    daFootprintGasScalar: attributes.daFootprintGasScalar,
  };
}

/** The forks whose activation block carries no user transactions, as the sequencer keeps it. Source: core specs, each fork's derivation page. */
const QUIET_ACTIVATIONS = ["ecotone", "fjord", "isthmus", "jovian", "karst", "lagoon"] as const;
/** Those of them for which derivation drops a batch that has any. */
const ENFORCED_ACTIVATIONS = ["jovian", "karst", "lagoon"] as const;

export function isQuietActivationBlock(config: RollupConfig, time: number): boolean {
  return QUIET_ACTIVATIONS.some((fork) => isActivationBlock(config.forks, fork, time, config.blockTime));
}

export function mustBeEmptyOfUserTransactions(config: RollupConfig, time: number): boolean {
  return ENFORCED_ACTIVATIONS.some((fork) => isActivationBlock(config.forks, fork, time, config.blockTime));
}

