import { PREDEPLOYS } from "@pangaea/config";
import { HISTORY_STORAGE_INITCODE, ISTHMUS_GAS_PRICE_ORACLE, ISTHMUS_L1_BLOCK, ISTHMUS_OPERATOR_FEE_VAULT } from "./isthmus.data.ts";
import { deployment, depositorCall, proxyUpdate, type Upgrade, type UpgradeTransaction } from "./upgrade.ts";

const TRANSACTIONS: readonly UpgradeTransaction[] = [
  deployment("Isthmus: L1 Block Deployment", "0x4210000000000000000000000000000000000003", 425_000, ISTHMUS_L1_BLOCK),
  deployment("Isthmus: Gas Price Oracle Deployment", "0x4210000000000000000000000000000000000004", 1_625_000, ISTHMUS_GAS_PRICE_ORACLE),
  deployment("Isthmus: Operator Fee Vault Deployment", "0x4210000000000000000000000000000000000005", 500_000, ISTHMUS_OPERATOR_FEE_VAULT),
  proxyUpdate("Isthmus: L1 Block Proxy Update", PREDEPLOYS.l1Block, "0xff256497d61dcd71a9e9ff43967c13fde1f72d12"),
  proxyUpdate("Isthmus: Gas Price Oracle Proxy Update", PREDEPLOYS.gasPriceOracle, "0x93e57a196454cb919193fa9946f14943cf733845"),
  proxyUpdate("Isthmus: Operator Fee Vault Proxy Update", PREDEPLOYS.operatorFeeVault, "0x4fa2be8cd41504037f1838bce3bcc93bc68ff537"),
  depositorCall("Isthmus: Gas Price Oracle Set Isthmus", PREDEPLOYS.gasPriceOracle, 90_000, "setIsthmus()"),
  deployment("Isthmus: EIP-2935 Contract Deployment", "0x3462413af4609098e1e27a490f554f260213d685", 250_000, HISTORY_STORAGE_INITCODE),
];

/** The operator fee in L1Block and GasPriceOracle, its vault, and the block hash history. Source: specs `protocol/isthmus/derivation.md`. */
export const isthmusUpgrade: Upgrade = { fork: "isthmus", gas: 0, transactions: () => TRANSACTIONS };
