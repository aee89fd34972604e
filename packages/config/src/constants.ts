import { isForkActiveAtInclusion, isForkActiveAtOrigin } from "./forks.ts";
import type { RollupConfig } from "./rollup-config.ts";

const MAX_SEQUENCER_DRIFT_FJORD = 1_800;
const CHANNEL_TIMEOUT_GRANITE = 50;
const MAX_RLP_BYTES_BEDROCK = 10_000_000;
const MAX_RLP_BYTES_FJORD = 100_000_000;
const MAX_CHANNEL_BANK_BEDROCK = 100_000_000;
const MAX_CHANNEL_BANK_FJORD = 1_000_000_000;
/** What a frame counts beyond its data where a channel's size is bounded. */
export const FRAME_SIZE_ACCOUNTING = 200;

/** Longest an L2 block's time may run ahead of its L1 origin's, seconds; by the origin's time. Source: specs `protocol/fjord/derivation.md`. */
export function maxSequencerDrift(config: RollupConfig, originTime: number): number {
  return isForkActiveAtOrigin(config.forks, "fjord", originTime) ? MAX_SEQUENCER_DRIFT_FJORD : config.maxSequencerDrift;
}

/** L1 blocks between a channel's first and last frame; by the inclusion block's time. Source: specs `protocol/granite/derivation.md`. */
export function channelTimeout(config: RollupConfig, inclusionTime: number): number {
  return isForkActiveAtInclusion(config.forks, "granite", inclusionTime) ? CHANNEL_TIMEOUT_GRANITE : config.channelTimeout;
}

/** Most decompressed bytes that are read of a channel; by the inclusion block's time. Source: specs `protocol/fjord/derivation.md`. */
export function maxRlpBytesPerChannel(config: RollupConfig, inclusionTime: number): number {
  return isForkActiveAtInclusion(config.forks, "fjord", inclusionTime) ? MAX_RLP_BYTES_FJORD : MAX_RLP_BYTES_BEDROCK;
}

/** Most bytes that the channel bank keeps (before Holocene); by the inclusion block's time. */
export function maxChannelBankSize(config: RollupConfig, inclusionTime: number): number {
  return isForkActiveAtInclusion(config.forks, "fjord", inclusionTime) ? MAX_CHANNEL_BANK_FJORD : MAX_CHANNEL_BANK_BEDROCK;
}
