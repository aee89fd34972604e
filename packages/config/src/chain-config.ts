import type { ForkSchedule } from "./forks.ts";
import type { FeeMarket } from "./rollup-config.ts";

/** Block-numbered Ethereum forks, all active from an L2's genesis. */
const ETHEREUM_FORKS = [
  "homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul", "muirGlacier", "berlin", "london", "arrowGlacier", "grayGlacier", "mergeNetsplit", "bedrock",
];
/** The Ethereum fork that an OP fork brings along. Source: specs `protocol/superchain-upgrades.md`. */
const ETHEREUM_FORK_OF: { readonly [F in keyof ForkSchedule]?: string } = { canyon: "shanghai", ecotone: "cancun", isthmus: "prague", karst: "osaka" };

export interface L2ChainConfigInput {
  readonly chainId: number;
  readonly forks: ForkSchedule;
  readonly feeMarket: FeeMarket;
}

/** The `config` section of a `genesis.json`, as op-geth and op-reth read it. Fork times in Unix seconds. */
export function l2ChainConfigToJson({ chainId, forks, feeMarket }: L2ChainConfigInput): Readonly<Record<string, unknown>> {
  const times: Record<string, number> = {};
  for (const [fork, time] of Object.entries(forks) as [keyof ForkSchedule, number | undefined][]) {
    if (time === undefined) continue;
    times[`${fork === "lagoon" ? "interop" : fork}Time`] = time;
    const ethereum = ETHEREUM_FORK_OF[fork];
    if (ethereum !== undefined) times[`${ethereum}Time`] = time;
  }
  return {
    chainId,
    ...Object.fromEntries(ETHEREUM_FORKS.map((fork) => [`${fork}Block`, 0])),
    ...times,
    terminalTotalDifficulty: 0,
    optimism: { eip1559Elasticity: feeMarket.elasticity, eip1559Denominator: feeMarket.denominator, eip1559DenominatorCanyon: feeMarket.denominatorCanyon },
  };
}
