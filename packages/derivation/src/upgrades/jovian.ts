import { PREDEPLOYS } from "@pangaea/config";
import { JOVIAN_GAS_PRICE_ORACLE, JOVIAN_L1_BLOCK } from "./jovian.data.ts";
import { deployment, depositorCall, proxyUpdate, type Upgrade, type UpgradeTransaction } from "./upgrade.ts";

/** Intents are spelled as the networks' nodes spell them; the specification's page leaves out spaces. */
const TRANSACTIONS: readonly UpgradeTransaction[] = [
  deployment("Jovian: L1 Block Deployment", "0x4210000000000000000000000000000000000006", 447_315, JOVIAN_L1_BLOCK),
  proxyUpdate("Jovian: L1 Block Proxy Update", PREDEPLOYS.l1Block, "0x3ba4007f5c922fbb33c454b41ea7a1f11e83df2c"),
  deployment("Jovian: Gas Price Oracle Deployment", "0x4210000000000000000000000000000000000007", 1_750_714, JOVIAN_GAS_PRICE_ORACLE),
  proxyUpdate("Jovian: Gas Price Oracle Proxy Update", PREDEPLOYS.gasPriceOracle, "0x4f1db3c6abd250ba86e0928471a8f7db3afd88f1"),
  depositorCall("Jovian: Gas Price Oracle Set Jovian", PREDEPLOYS.gasPriceOracle, 90_000, "setJovian()"),
];

/** The DA footprint in L1Block and GasPriceOracle. Source: specs `protocol/jovian/derivation.md`. */
export const jovianUpgrade: Upgrade = { fork: "jovian", gas: 0, transactions: () => TRANSACTIONS };
