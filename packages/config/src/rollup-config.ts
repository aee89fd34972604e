import type { BlockId, DaCommitmentKind, Hex } from "@pangaea/primitives";
import type { ForkSchedule } from "./forks.ts";
import type { L1BlobSchedule } from "./l1-blob-schedule.ts";

/**
 * The part of the configuration that L1's SystemConfig contract can change.
 * `scalar` and `overhead` as 32-byte words, gas limit in gas, `minBaseFee` in wei.
 */
export interface SystemConfig {
  readonly batcherAddress: Hex;
  readonly overhead: Hex;
  readonly scalar: Hex;
  readonly gasLimit: number;
  /** 8 bytes: denominator u32, elasticity u32. */
  readonly eip1559Params: Hex;
  /** 32 bytes: scalar u32 at 20, constant u64 at 24. */
  readonly operatorFeeParams: Hex;
  readonly minBaseFee: bigint;
  readonly daFootprintGasScalar: number;
}

export interface ChainGenesis {
  readonly l1: BlockId;
  readonly l2: BlockId;
  /** Unix seconds. */
  readonly l2Time: number;
  readonly systemConfig: SystemConfig;
}

/** EIP-1559 constants of the chain, used where the header carries none. */
export interface FeeMarket {
  readonly elasticity: number;
  readonly denominator: number;
  readonly denominatorCanyon: number;
}

/** How a chain keeps its data elsewhere than on L1. Windows in L1 blocks. Source: specs `experimental/alt-da.md`. */
export interface AltDaConfig {
  readonly commitmentKind: DaCommitmentKind;
  /** The DataAvailabilityChallenge on L1; the zero address with generic commitments, which cannot be challenged. */
  readonly challengeContract: Hex;
  /** After its commitment, so long an input can be challenged. */
  readonly challengeWindow: number;
  /** After its challenge, so long an input can be shown on L1. */
  readonly resolveWindow: number;
}

/** One chain's rollup configuration; `parseRollupConfig` and `rollupConfigToJson` speak op-node's `rollup.json`. Times in seconds. */
export interface RollupConfig {
  readonly genesis: ChainGenesis;
  readonly blockTime: number;
  readonly maxSequencerDrift: number;
  readonly seqWindowSize: number;
  readonly channelTimeout: number;
  readonly l1ChainId: number;
  readonly l2ChainId: number;
  readonly forks: ForkSchedule;
  readonly pectraBlobScheduleTime?: number;
  /** Of an L1 that is no public one; not of rollup.json. */
  readonly l1BlobSchedule?: L1BlobSchedule;
  readonly keepKarstUpgradeGas: boolean;
  readonly batchInboxAddress: Hex;
  readonly depositContractAddress: Hex;
  readonly l1SystemConfigAddress: Hex;
  readonly protocolVersionsAddress: Hex;
  readonly feeMarket: FeeMarket;
  /** Absent when the chain's data are on L1. */
  readonly altDa?: AltDaConfig;
}

/** Number of the L2 block at a timestamp; the inverse of `timestampOfL2Block`. */
export function l2BlockNumberAt(config: RollupConfig, timestamp: number): number {
  return config.genesis.l2.number + Math.floor((timestamp - config.genesis.l2Time) / config.blockTime);
}

export function timestampOfL2Block(config: RollupConfig, number: number): number {
  return config.genesis.l2Time + (number - config.genesis.l2.number) * config.blockTime;
}
