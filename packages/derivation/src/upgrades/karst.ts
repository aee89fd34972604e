import { KARST_BUNDLE } from "./karst.data.ts";
import type { Upgrade } from "./upgrade.ts";
import { readUpgradeBundle } from "./upgrade-bundle.ts";

const bundle = readUpgradeBundle("Karst", KARST_BUNDLE);

/** Every predeploy's implementation anew, by the contracts manager. Source: specs `protocol/karst/derivation.md`. */
export const karstUpgrade: Upgrade = { fork: "karst", gas: bundle.gas, transactions: () => bundle.transactions };
