import type { Hex } from "@pangaea/primitives";

const predeploy = (low: string): Hex => `0x42000000000000000000000000000000000000${low}`;

/** Contracts that stand on every L2 from genesis. Source: specs `protocol/predeploys.md`. */
export const PREDEPLOYS = {
  weth: predeploy("06"),
  gasPriceOracle: predeploy("0f"),
  sequencerFeeVault: predeploy("11"),
  l1Block: predeploy("15"),
  l2ToL1MessagePasser: predeploy("16"),
  proxyAdmin: predeploy("18"),
  baseFeeVault: predeploy("19"),
  l1FeeVault: predeploy("1a"),
  operatorFeeVault: predeploy("1b"),
} as const;

/** Contracts that carry messages between L2s, on chains for which Lagoon is scheduled. Source: specs `interop/predeploys.md`. */
export const INTEROP_PREDEPLOYS = {
  crossL2Inbox: predeploy("22"),
  l2ToL2CrossDomainMessenger: predeploy("23"),
  superchainEthBridge: predeploy("24"),
  ethLiquidity: predeploy("25"),
  superchainTokenBridge: predeploy("28"),
} as const;

export const BEACON_ROOTS_ADDRESS: Hex = "0x000f3df6d732807ef1319fb7b8bb8522d0beac02";
export const HISTORY_STORAGE_ADDRESS: Hex = "0x0000f90827f1c53a10cb7a02335b175320002935";
export const CREATE2_DEPLOYER_ADDRESS: Hex = "0x13b0d85ccb8bf860b6b79af3029fca081ae9bef2";
export const DETERMINISTIC_DEPLOYER_ADDRESS: Hex = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
export const MULTICALL3_ADDRESS: Hex = "0xca11bde05977b3631167028862be2a173976ca11";
/** Sender of the L1 attributes deposit. */
export const DEPOSITOR_ACCOUNT: Hex = "0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001";
/** Caller of the EIP-2935 and EIP-4788 contracts before each block. */
export const SYSTEM_ADDRESS: Hex = "0xfffffffffffffffffffffffffffffffffffffffe";
