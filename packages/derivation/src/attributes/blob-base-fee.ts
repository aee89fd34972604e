/** The fraction of the blob base fee's exponential from an L1 time on (Unix seconds). Source: EIP-4844, EIP-7691, EIP-7892. */
interface BlobSchedule {
  readonly from: number;
  readonly updateFraction: bigint;
}

const CANCUN_FRACTION = 3_338_477n;
const PRAGUE_FRACTION = 5_007_716n;
const BPO1_FRACTION = 8_346_193n;
const BPO2_FRACTION = 11_684_671n;

/** By L1 chain id. Source: go-ethereum `params/config.go`. */
const SCHEDULES: Readonly<Record<number, readonly BlobSchedule[]>> = {
  1: [
    { from: 0, updateFraction: CANCUN_FRACTION }, { from: 1_746_612_311, updateFraction: PRAGUE_FRACTION },
    { from: 1_765_290_071, updateFraction: BPO1_FRACTION }, { from: 1_767_747_671, updateFraction: BPO2_FRACTION },
  ],
  17000: [
    { from: 0, updateFraction: CANCUN_FRACTION }, { from: 1_740_434_112, updateFraction: PRAGUE_FRACTION },
    { from: 1_759_800_000, updateFraction: BPO1_FRACTION }, { from: 1_760_389_824, updateFraction: BPO2_FRACTION },
  ],
  560048: [
    { from: 0, updateFraction: CANCUN_FRACTION }, { from: 1_742_999_832, updateFraction: PRAGUE_FRACTION },
    { from: 1_762_365_720, updateFraction: BPO1_FRACTION }, { from: 1_762_955_544, updateFraction: BPO2_FRACTION },
  ],
  11155111: [
    { from: 0, updateFraction: CANCUN_FRACTION }, { from: 1_741_159_776, updateFraction: PRAGUE_FRACTION },
    { from: 1_761_017_184, updateFraction: BPO1_FRACTION }, { from: 1_761_607_008, updateFraction: BPO2_FRACTION },
  ],
};
/** An L1 that is not listed counts as one with Prague from genesis. */
const DEFAULT_SCHEDULE: readonly BlobSchedule[] = [{ from: 0, updateFraction: PRAGUE_FRACTION }];

function fakeExponential(numerator: bigint, denominator: bigint): bigint {
  let sum = 0n;
  let term = denominator;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * numerator) / (denominator * i);
  }
  return sum / denominator;
}

/** L1's blob base fee in wei; 1 for a header without excess blob gas. `pectraTime`: until then the fraction stays Cancun's. */
export function blobBaseFee(l1ChainId: number, l1Time: number, excessBlobGas: bigint | undefined, pectraTime: number | undefined): bigint {
  if (excessBlobGas === undefined) return 1n;
  const schedule = (SCHEDULES[l1ChainId] ?? DEFAULT_SCHEDULE).findLast(({ from }) => l1Time >= from);
  const fraction = pectraTime !== undefined && l1Time < pectraTime ? CANCUN_FRACTION : (schedule?.updateFraction ?? CANCUN_FRACTION);
  return fakeExponential(excessBlobGas, fraction);
}
