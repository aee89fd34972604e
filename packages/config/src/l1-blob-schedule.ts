import { InvalidInputError } from "@pangaea/primitives";
import { z } from "zod";

/** The fraction of the blob base fee's exponential from an L1 time on (Unix seconds). Source: EIP-4844, EIP-7691, EIP-7892. */
export interface BlobFraction {
  readonly from: number;
  readonly updateFraction: bigint;
}

/** In the order of L1's forks: of those whose time has come, the last counts. */
export type L1BlobSchedule = readonly BlobFraction[];

export const CANCUN_BLOB_FRACTION = 3_338_477n;
const PRAGUE_FRACTION = 5_007_716n;
const BPO1_FRACTION = 8_346_193n;
const BPO2_FRACTION = 11_684_671n;

const schedule = (prague: number, bpo1: number, bpo2: number): L1BlobSchedule => [
  { from: 0, updateFraction: CANCUN_BLOB_FRACTION }, { from: prague, updateFraction: PRAGUE_FRACTION }, { from: bpo1, updateFraction: BPO1_FRACTION }, { from: bpo2, updateFraction: BPO2_FRACTION },
];

/** Of the public L1s, by chain id: Mainnet, Holesky, Hoodi, Sepolia. Source: go-ethereum `params/config.go`. */
export const L1_BLOB_SCHEDULES: Readonly<Record<number, L1BlobSchedule>> = {
  1: schedule(1_746_612_311, 1_765_290_071, 1_767_747_671),
  17000: schedule(1_740_434_112, 1_759_800_000, 1_760_389_824),
  560048: schedule(1_742_999_832, 1_762_365_720, 1_762_955_544),
  11155111: schedule(1_741_159_776, 1_761_017_184, 1_761_607_008),
};
/** An L1 of which nothing is said counts as one with Prague from genesis. */
export const DEFAULT_L1_BLOB_SCHEDULE: L1BlobSchedule = [{ from: 0, updateFraction: PRAGUE_FRACTION }];

const BLOB_FORKS = ["cancun", "prague", "osaka", "bpo1", "bpo2", "bpo3", "bpo4", "bpo5", "amsterdam"] as const;
const whole = z.number().int().nonnegative().safe();
const chainConfig = z.object({
  chainId: whole,
  blobSchedule: z.record(z.string(), z.object({ baseFeeUpdateFraction: whole.positive() })).optional(),
  ...Object.fromEntries(BLOB_FORKS.map((fork) => [`${fork}Time`, whole.nullish()])),
});
const file = z.union([chainConfig, z.object({ config: chainConfig }).transform(({ config }) => config)]);

/**
 * Reads the blob schedule of an L1 from its chain configuration, in the format of go-ethereum's genesis files or of their `config` alone. `where` names
 * it in errors. Throws `InvalidInputError` when it is of another chain, malformed, or has no fork with blobs. Source: go-ethereum `params.ChainConfig`.
 */
export function parseL1BlobSchedule(json: unknown, l1ChainId: number, where: string): L1BlobSchedule {
  const parsed = file.safeParse(json);
  if (!parsed.success) throw new InvalidInputError(`${where} is no chain configuration of an L1 (${z.prettifyError(parsed.error).replaceAll("\n", " ")}): give the config of its genesis.json`);
  const config: Readonly<Record<string, unknown>> & z.infer<typeof chainConfig> = parsed.data;
  if (config.chainId !== l1ChainId) throw new InvalidInputError(`${where} is of L1 ${config.chainId}, the rollup configuration says ${l1ChainId}: give the configuration of that L1`);
  const found = BLOB_FORKS.flatMap((fork) => {
    const [from, fraction] = [config[`${fork}Time`], config.blobSchedule?.[fork]?.baseFeeUpdateFraction];
    return typeof from === "number" && fraction !== undefined ? [{ from, updateFraction: BigInt(fraction) }] : [];
  });
  if (found.length === 0) throw new InvalidInputError(`${where} has no fork with blobs: it needs blobSchedule with, of ${BLOB_FORKS.join(", ")}, those that have a time`);
  return found;
}
