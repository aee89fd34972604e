import { PREDEPLOYS } from "@pangaea/config";
import { FJORD_GAS_PRICE_ORACLE } from "./fjord.data.ts";
import { deployment, depositorCall, proxyUpdate, type Upgrade, type UpgradeTransaction } from "./upgrade.ts";

const TRANSACTIONS: readonly UpgradeTransaction[] = [
  deployment("Fjord: Gas Price Oracle Deployment", "0x4210000000000000000000000000000000000002", 1_450_000, FJORD_GAS_PRICE_ORACLE),
  proxyUpdate("Fjord: Gas Price Oracle Proxy Update", PREDEPLOYS.gasPriceOracle, "0xa919894851548179a0750865e7974da599c0fac7"),
  depositorCall("Fjord: Gas Price Oracle Set Fjord", PREDEPLOYS.gasPriceOracle, 90_000, "setFjord()"),
];

/** FastLZ fees in GasPriceOracle. Source: specs `protocol/fjord/derivation.md`. */
export const fjordUpgrade: Upgrade = { fork: "fjord", gas: 0, transactions: () => TRANSACTIONS };
