import { maxSequencerDrift, type RollupConfig } from "@pangaea/config";
import type { L1BlockRef } from "@pangaea/primitives";
import { ACCEPT, drop, undecided, type Verdict } from "./validity.ts";

/** A block as the drift sees it. `following` is the L1 block after its origin, where that is known; time in Unix seconds. */
interface DriftingBlock {
  readonly timestamp: number;
  readonly origin: L1BlockRef;
  readonly following: L1BlockRef | undefined;
  readonly startsEpoch: boolean;
  readonly isEmpty: boolean;
}

/**
 * Judges how far a block runs ahead of its L1 origin. Past the drift it must be empty, and must take the next origin as soon as there
 * is one that is old enough. Source: specs `protocol/derivation.md#batch-queue`, `protocol/fjord/derivation.md#constant-maximum-sequencer-drift`.
 */
export function checkSequencerDrift(config: RollupConfig, { timestamp, origin, following, startsEpoch, isEmpty }: DriftingBlock): Verdict {
  if (timestamp <= origin.timestamp + maxSequencerDrift(config, origin.timestamp)) return ACCEPT;
  if (!isEmpty) return drop(`its time ${timestamp} is past the sequencer drift, and it has transactions`);
  if (startsEpoch) return ACCEPT;
  if (following === undefined) return undecided("it is past the sequencer drift, and the next L1 block is not known yet");
  return timestamp >= following.timestamp ? drop("it is past the sequencer drift, and could have taken the next L1 origin") : ACCEPT;
}
