import type { RollupConfig } from "@pangaea/config";
import { InvalidInputError, type SpanBatch, toSafeNumber } from "@pangaea/primitives";

/** A span batch with its numbers worked out. Times in Unix seconds. */
export interface PlacedSpanBatch {
  readonly batch: SpanBatch;
  readonly startTime: number;
  readonly lastTime: number;
  readonly startEpoch: number;
  readonly lastEpoch: number;
}

/** Works out where a span batch stands. Throws `InvalidInputError` when its numbers cannot be. */
export function placeSpanBatch(config: RollupConfig, batch: SpanBatch): PlacedSpanBatch {
  const startTime = config.genesis.l2Time + toSafeNumber(batch.relTimestamp, "span batch timestamp");
  const lastEpoch = toSafeNumber(batch.l1OriginNumber, "span batch L1 origin");
  const epochChanges = batch.blocks.reduce((count, block, i) => count + (i > 0 && block.startsEpoch ? 1 : 0), 0);
  if (epochChanges > lastEpoch) throw new InvalidInputError(`the span batch has ${epochChanges} epochs before L1 block ${lastEpoch}`);
  return { batch, startTime, lastTime: startTime + (batch.blocks.length - 1) * config.blockTime, startEpoch: lastEpoch - epochChanges, lastEpoch };
}

/** The L1 origin number of each block, in order. */
export function epochsOf({ batch, startEpoch }: PlacedSpanBatch): number[] {
  let epoch = startEpoch;
  return batch.blocks.map((block, i) => (i > 0 && block.startsEpoch ? ++epoch : epoch));
}
