import { CANCUN_BLOB_FRACTION, DEFAULT_L1_BLOB_SCHEDULE, L1_BLOB_SCHEDULES, type RollupConfig } from "@pangaea/config";

function fakeExponential(numerator: bigint, denominator: bigint): bigint {
  let sum = 0n;
  let term = denominator;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * numerator) / (denominator * i);
  }
  return sum / denominator;
}

/** L1's blob base fee in wei at an L1 time (Unix seconds); 1 for a header without excess blob gas. Until the chain's own Pectra time the fraction stays Cancun's. Source: EIP-4844, specs `protocol/pectra-blob-schedule/derivation.md`. */
export function blobBaseFee({ l1ChainId, l1BlobSchedule, pectraBlobScheduleTime }: Pick<RollupConfig, "l1ChainId" | "l1BlobSchedule" | "pectraBlobScheduleTime">, l1Time: number, excessBlobGas: bigint | undefined): bigint {
  if (excessBlobGas === undefined) return 1n;
  const schedule = (L1_BLOB_SCHEDULES[l1ChainId] ?? l1BlobSchedule ?? DEFAULT_L1_BLOB_SCHEDULE).findLast(({ from }) => l1Time >= from);
  const fraction = pectraBlobScheduleTime !== undefined && l1Time < pectraBlobScheduleTime ? CANCUN_BLOB_FRACTION : (schedule?.updateFraction ?? CANCUN_BLOB_FRACTION);
  return fakeExponential(excessBlobGas, fraction);
}
