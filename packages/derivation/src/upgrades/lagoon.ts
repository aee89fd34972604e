import { DEPOSITOR_ACCOUNT, PREDEPLOYS } from "@pangaea/config";
import { concatBytes, type Hex, utf8ToBytes } from "@pangaea/primitives";
import { LAGOON_BUNDLE } from "./lagoon.data.ts";
import { selector, type Upgrade, type UpgradeTransaction } from "./upgrade.ts";
import { readUpgradeBundle } from "./upgrade-bundle.ts";

const ETH_LIQUIDITY: Hex = "0x4200000000000000000000000000000000000025";
const FEATURE = utf8ToBytes("INTEROP".padEnd(32, "\0"));
/** The most that a deposit can mint. */
const LIQUIDITY = 2n ** 128n - 1n;

/** The fork was called Interop when its intents were written. */
const bundle = readUpgradeBundle("Interop", LAGOON_BUNDLE);
/** Before the bundle, so that the contracts manager finds the feature on. */
const setFeature: UpgradeTransaction = { intent: "Interop pre: setFeature(INTEROP)", from: DEPOSITOR_ACCOUNT, to: PREDEPLOYS.l1Block, gas: 100_000, data: concatBytes(selector("setFeature(bytes32)"), FEATURE) };
/** After the bundle, which cannot mint. */
const fundLiquidity: UpgradeTransaction = { intent: "Interop post: ETHLiquidity Funding", from: DEPOSITOR_ACCOUNT, to: ETH_LIQUIDITY, gas: 50_000, data: selector("fund()"), amount: LIQUIDITY };

/**
 * The interop contracts: switched on and funded on a chain whose dependency set has another chain. The gas covers both, whatever the
 * set: what is added to the activation block can be taken off again without knowing it. Source: specs `interop/derivation.md`.
 */
export const lagoonUpgrade: Upgrade = {
  fork: "lagoon",
  gas: setFeature.gas + bundle.gas + fundLiquidity.gas,
  transactions: (dependencies) => ((dependencies?.chains.length ?? 1) > 1 ? [setFeature, ...bundle.transactions, fundLiquidity] : bundle.transactions),
};
