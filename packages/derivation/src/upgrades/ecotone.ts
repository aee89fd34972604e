import { PREDEPLOYS } from "@pangaea/config";
import { BEACON_ROOTS_INITCODE, ECOTONE_GAS_PRICE_ORACLE, ECOTONE_L1_BLOCK } from "./ecotone.data.ts";
import { deployment, depositorCall, proxyUpdate, type Upgrade, type UpgradeTransaction } from "./upgrade.ts";

const TRANSACTIONS: readonly UpgradeTransaction[] = [
  deployment("Ecotone: L1 Block Deployment", "0x4210000000000000000000000000000000000000", 375_000, ECOTONE_L1_BLOCK),
  deployment("Ecotone: Gas Price Oracle Deployment", "0x4210000000000000000000000000000000000001", 1_000_000, ECOTONE_GAS_PRICE_ORACLE),
  proxyUpdate("Ecotone: L1 Block Proxy Update", PREDEPLOYS.l1Block, "0x07dbe8500fc591d1852b76fee44d5a05e13097ff"),
  proxyUpdate("Ecotone: Gas Price Oracle Proxy Update", PREDEPLOYS.gasPriceOracle, "0xb528d11cc114e026f138fe568744c6d45ce6da7a"),
  depositorCall("Ecotone: Gas Price Oracle Set Ecotone", PREDEPLOYS.gasPriceOracle, 80_000, "setEcotone()"),
  deployment("Ecotone: beacon block roots contract deployment", "0x0b799c86a49deeb90402691f1041aa3af2d3c875", 250_000, BEACON_ROOTS_INITCODE),
];

/** Blob fees in L1Block and GasPriceOracle, and the beacon roots contract. Source: specs `protocol/ecotone/derivation.md`. */
export const ecotoneUpgrade: Upgrade = { fork: "ecotone", gas: 0, transactions: () => TRANSACTIONS };
