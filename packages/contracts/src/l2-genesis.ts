import { BEACON_ROOTS_ADDRESS, CREATE2_DEPLOYER_ADDRESS, DETERMINISTIC_DEPLOYER_ADDRESS, type ForkSchedule, type GenesisAccount, HISTORY_STORAGE_ADDRESS, INTEROP_PREDEPLOYS, isForkActiveAtBlock, type L2Genesis, MULTICALL3_ADDRESS, PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import { create2Address } from "@pangaea/evm";
import { bigIntToBytes, bytesToHex, concatBytes, type Hex, hexToBytes, padLeft, writeU32, ZERO_HASH } from "@pangaea/primitives";
import {
  Create2Deployer, CrossL2Inbox, DevnetFaucetToken, ETHLiquidity, FeeVault, GasPriceOracle, L1Block, L2ToL1MessagePasser, L2ToL2CrossDomainMessenger, Multicall3, Proxy as Eip1967Proxy, ProxyAdmin, SuperchainETHBridge,
  SuperchainTokenBridge, WETH,
} from "./generated/index.ts";

export interface L2GenesisInput {
  readonly chainId: number;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly forks: ForkSchedule;
  readonly feeMarket: RollupConfig["feeMarket"];
  readonly gasLimit: number;
  /** Wei by address. */
  readonly funded: Readonly<Record<Hex, bigint>>;
  readonly owner: Hex;
  readonly feeRecipient: Hex;
  /**
   * Whether the interop predeploys stand in genesis; unless given, they do when Lagoon has a time, now or later. Lagoon's upgrade transactions
   * are for the public predeploys and revert above this genesis: what is sent before it is no valid message until sent again.
   */
  readonly interop?: boolean;
  /** Whether DevnetFaucetToken stands at `DEVNET_FAUCET_TOKEN_ADDRESS`; for local chains only, as anyone mints it. */
  readonly faucetToken?: boolean;
}

/** Ether that ETHLiquidity begins with: more than any bridge can ask for. Source: specs `interop/eth-liquidity.md`. */
export const ETH_LIQUIDITY_BALANCE = 2n ** 248n - 1n;
/** Where the deterministic deployer puts DevnetFaucetToken with salt zero: the same address on every chain, in genesis or deployed later. */
export const DEVNET_FAUCET_TOKEN_ADDRESS: Hex = create2Address(DETERMINISTIC_DEPLOYER_ADDRESS, 0n, hexToBytes(DevnetFaucetToken.bytecode));

const IMPLEMENTATION_SLOT: Hex = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const ADMIN_SLOT: Hex = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";
const PREDEPLOY_COUNT = 2_048;
/** `FeeVault.WithdrawalNetwork.L2`. */
const WITHDRAWS_ON_L2 = 1;
const BASE_FEE = 1_000_000_000n;
/** Runtime codes that are published with their addresses: EIP-4788, EIP-2935, and the proxy at which contracts are deployed by salt. */
const BEACON_ROOTS_CODE = "0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500";
const HISTORY_STORAGE_CODE = "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
const DETERMINISTIC_DEPLOYER_CODE = "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

const word = (value: Hex | bigint): Hex => bytesToHex(typeof value === "bigint" ? bigIntToBytes(value, 32) : padLeft(hexToBytes(value), 32));
const slot = (number: number): Hex => word(BigInt(number));
const account = (fields: Partial<GenesisAccount>): GenesisAccount => ({ balance: 0n, nonce: 0, code: new Uint8Array(0), storage: {}, ...fields });
const code = (hex: string): Uint8Array => hexToBytes(hex);
const predeployAddress = (index: number): Hex => `0x420000000000000000000000000000000000${index.toString(16).padStart(4, "0")}`;
/** Where the implementation behind a predeploy's proxy stands. */
const implementationAddress = (predeploy: Hex): Hex => `0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${predeploy.slice(-4)}`;

interface Predeploy {
  readonly address: Hex;
  readonly deployedBytecode: string;
  readonly storage?: Readonly<Record<Hex, Hex>>;
  readonly balance?: bigint;
}

const INTEROP: readonly Predeploy[] = [
  { address: INTEROP_PREDEPLOYS.crossL2Inbox, deployedBytecode: CrossL2Inbox.deployedBytecode },
  { address: INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger, deployedBytecode: L2ToL2CrossDomainMessenger.deployedBytecode },
  { address: INTEROP_PREDEPLOYS.superchainEthBridge, deployedBytecode: SuperchainETHBridge.deployedBytecode },
  { address: INTEROP_PREDEPLOYS.ethLiquidity, deployedBytecode: ETHLiquidity.deployedBytecode, balance: ETH_LIQUIDITY_BALANCE },
  { address: INTEROP_PREDEPLOYS.superchainTokenBridge, deployedBytecode: SuperchainTokenBridge.deployedBytecode },
];

function predeploys({ forks, timestamp, owner, feeRecipient, interop = forks.lagoon !== undefined }: L2GenesisInput): readonly Predeploy[] {
  const active = (fork: "ecotone" | "fjord" | "isthmus" | "jovian") => isForkActiveAtBlock(forks, fork, timestamp);
  const flags = new Uint8Array(32);
  (["ecotone", "fjord", "isthmus", "jovian"] as const).forEach((fork, i) => {
    flags[31 - i] = active(fork) ? 1 : 0;
  });
  const vault = { deployedBytecode: FeeVault.deployedBytecode, storage: { [slot(2)]: bytesToHex(concatBytes(new Uint8Array(11), Uint8Array.of(WITHDRAWS_ON_L2), hexToBytes(feeRecipient, 20))) } };
  return [
    { address: PREDEPLOYS.gasPriceOracle, deployedBytecode: GasPriceOracle.deployedBytecode, storage: { [slot(0)]: bytesToHex(flags) } },
    { address: PREDEPLOYS.l1Block, deployedBytecode: L1Block.deployedBytecode },
    { address: PREDEPLOYS.l2ToL1MessagePasser, deployedBytecode: L2ToL1MessagePasser.deployedBytecode },
    { address: PREDEPLOYS.proxyAdmin, deployedBytecode: ProxyAdmin.deployedBytecode, storage: { [slot(0)]: word(owner) } },
    { address: PREDEPLOYS.sequencerFeeVault, ...vault },
    { address: PREDEPLOYS.baseFeeVault, ...vault },
    { address: PREDEPLOYS.l1FeeVault, ...vault },
    ...(active("isthmus") ? [{ address: PREDEPLOYS.operatorFeeVault, ...vault }] : []),
    ...(interop ? INTEROP : []),
  ];
}

function extraData({ forks, timestamp, feeMarket }: L2GenesisInput): Uint8Array {
  if (!isForkActiveAtBlock(forks, "holocene", timestamp)) return new Uint8Array(0);
  const jovian = isForkActiveAtBlock(forks, "jovian", timestamp);
  const out = new Uint8Array(jovian ? 17 : 9);
  out[0] = jovian ? 1 : 0;
  writeU32(out, 1, feeMarket.denominatorCanyon);
  writeU32(out, 5, feeMarket.elasticity);
  return out;
}

/** The genesis of an L2 with this project's contracts at the standard addresses. Source: specs `protocol/predeploys.md`. */
export function buildL2Genesis(input: L2GenesisInput): L2Genesis {
  const alloc: Record<Hex, GenesisAccount> = {};
  for (let i = 0; i < 256; i++) alloc[`0x${i.toString(16).padStart(40, "0")}`] = account({ balance: 1n });
  const proxy = code(Eip1967Proxy.deployedBytecode);
  for (let i = 0; i < PREDEPLOY_COUNT; i++) alloc[predeployAddress(i)] = account({ code: proxy, storage: { [ADMIN_SLOT]: word(PREDEPLOYS.proxyAdmin) } });
  for (const { address, deployedBytecode, storage = {}, balance = 0n } of predeploys(input)) {
    const implementation = implementationAddress(address);
    alloc[implementation] = account({ code: code(deployedBytecode) });
    alloc[address] = account({ balance, code: proxy, storage: { [ADMIN_SLOT]: word(PREDEPLOYS.proxyAdmin), [IMPLEMENTATION_SLOT]: word(implementation), ...storage } });
  }
  alloc[PREDEPLOYS.weth] = account({ code: code(WETH.deployedBytecode) });
  alloc[MULTICALL3_ADDRESS] = account({ code: code(Multicall3.deployedBytecode) });
  alloc[CREATE2_DEPLOYER_ADDRESS] = account({ code: code(Create2Deployer.deployedBytecode) });
  alloc[DETERMINISTIC_DEPLOYER_ADDRESS] = account({ code: code(DETERMINISTIC_DEPLOYER_CODE) });
  if (isForkActiveAtBlock(input.forks, "ecotone", input.timestamp)) alloc[BEACON_ROOTS_ADDRESS] = account({ nonce: 1, code: code(BEACON_ROOTS_CODE) });
  if (isForkActiveAtBlock(input.forks, "isthmus", input.timestamp)) alloc[HISTORY_STORAGE_ADDRESS] = account({ nonce: 1, code: code(HISTORY_STORAGE_CODE) });
  if (input.faucetToken === true) alloc[DEVNET_FAUCET_TOKEN_ADDRESS] = account({ nonce: 1, code: code(DevnetFaucetToken.deployedBytecode) });
  for (const [address, balance] of Object.entries(input.funded) as [Hex, bigint][]) alloc[address] = account({ ...alloc[address], balance });
  return { chainId: input.chainId, timestamp: input.timestamp, gasLimit: input.gasLimit, baseFeePerGas: BASE_FEE, extraData: extraData(input), coinbase: PREDEPLOYS.sequencerFeeVault, mixHash: ZERO_HASH, alloc };
}
