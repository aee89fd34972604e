import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AltDaConfig, type ForkSchedule, genesisToJson, type L2Genesis, l2ChainConfigToJson, parseGenesis, parseRollupConfig, type RollupConfig, rollupConfigToJson } from "@pangaea/config";
import { buildL2Genesis, L1_PREINSTALLS, l1Deployment } from "@pangaea/contracts";
import { genesisBlock } from "@pangaea/execution";
import { type BlockId, bytesToHex, concatBytes, CriticalError, encodeTransaction, errorMessage, type Hex, InvalidInputError, isHex, keccak256, bigIntToBytes, quantityToNumber, signTransaction, toQuantity, TX_FEE_MARKET, writeU32, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import type { RpcClient } from "@pangaea/rpc";
import { TEST_ACCOUNTS, TEST_BALANCE } from "./accounts.ts";
import { devnetKey } from "./keys.ts";
import { L1_CHAIN_ID } from "./local-l1.ts";

export interface ChainPlan {
  readonly chainId: number;
  readonly blockTime: number;
}

/** One chain, set up on L1. */
export interface ChainDefinition {
  readonly config: RollupConfig;
  readonly genesis: L2Genesis;
}

const GAS_LIMIT = 60_000_000;
const BASE_FEE_SCALAR = 1_368;
const BLOB_BASE_FEE_SCALAR = 810_949;
const BEDROCK_SCALAR = 684_000;
const FEE_MARKET = { elasticity: 6, denominator: 50, denominatorCanyon: 250 };
const ROLE_BALANCE = 10n ** 24n;
const DEPLOY_GAS = 6_000_000;
const DEPLOY_FEE = 100_000_000_000n;

/** The address that a chain's batches go to, by the convention of the standard. Source: specs `protocol/configurability.md`. */
function batchInbox(chainId: number): Hex {
  return bytesToHex(concatBytes(Uint8Array.of(0), keccak256(bigIntToBytes(BigInt(chainId), 32)).subarray(0, 19)));
}

/** The fee scalars at genesis. A chain that begins before Ecotone has one, in millionths; from Ecotone on that counts as the base fee's. */
function scalarWord(forks: ForkSchedule): Hex {
  const word = new Uint8Array(32);
  if (forks.ecotone !== 0) {
    writeU32(word, 28, BEDROCK_SCALAR);
    return bytesToHex(word);
  }
  word[0] = 1;
  writeU32(word, 24, BLOB_BASE_FEE_SCALAR);
  writeU32(word, 28, BASE_FEE_SCALAR);
  return bytesToHex(word);
}

/** Who has ether on every chain from its genesis on: the developer's accounts, who pays for relaying and who sends what faults need. */
function fundedAccounts(): Readonly<Record<Hex, bigint>> {
  return { ...Object.fromEntries(TEST_ACCOUNTS.map(({ address }) => [address, TEST_BALANCE])), [devnetKey("relayer").address]: ROLE_BALANCE, [devnetKey("faults").address]: ROLE_BALANCE };
}

/** Puts the contracts of all chains onto a fresh L1, in one block, and works out their genesis. */
export async function setUpChains(rpc: RpcClient, plans: readonly ChainPlan[], { forks, seqWindowSize, altDa }: { readonly forks: (genesisTime: number, place: number) => ForkSchedule; readonly seqWindowSize: number; readonly altDa?: Omit<AltDaConfig, "challengeContract"> | undefined }): Promise<readonly ChainDefinition[]> {
  const deployer = devnetKey("deployer");
  await rpc.callMany([
    { method: "anvil_setBalance", params: [deployer.address, toQuantity(ROLE_BALANCE)] },
    ...Object.entries(L1_PREINSTALLS).map(([address, code]) => ({ method: "anvil_setCode", params: [address, bytesToHex(code)] })),
    ...plans.map(({ chainId }) => ({ method: "anvil_setBalance", params: [devnetKey("batcher", chainId).address, toQuantity(ROLE_BALANCE)] })),
  ]);
  // An earlier start may have ended between its deployment and its manifest.
  const first = quantityToNumber(await rpc.call("eth_getTransactionCount", [deployer.address, "latest"]), "the deployer's nonce");
  let nonce = first;
  const deployments = plans.map(({ chainId }) => {
    const deployment = l1Deployment({
      deployer: deployer.address, nonce, owner: deployer.address, batcher: devnetKey("batcher", chainId).address, unsafeBlockSigner: devnetKey("unsafe-block-signer", chainId).address,
      batchInbox: batchInbox(chainId), l2ChainId: chainId, gasLimit: GAS_LIMIT, baseFeeScalar: BASE_FEE_SCALAR, blobBaseFeeScalar: BLOB_BASE_FEE_SCALAR,
      ...(altDa?.commitmentKind === "keccak256" ? { challenges: altDa } : {}),
    });
    nonce += deployment.steps.length;
    return deployment;
  });
  const raw = deployments.flatMap(({ steps }) => steps).map(({ data }, i) =>
    encodeTransaction(signTransaction({ type: TX_FEE_MARKET, chainId: L1_CHAIN_ID, nonce: first + i, maxPriorityFeePerGas: 1_000_000_000n, maxFeePerGas: DEPLOY_FEE, gas: DEPLOY_GAS, value: 0n, data, accessList: [] }, deployer.key)),
  );
  const hashes = await rpc.callMany(raw.map((transaction) => ({ method: "eth_sendRawTransaction", params: [bytesToHex(transaction)] })));
  await rpc.call("evm_mine", []);
  for (const receipt of await rpc.callMany(hashes.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })))) {
    if (typeof receipt !== "object" || receipt === null || !("status" in receipt) || receipt.status !== "0x1") throw new CriticalError(`a contract could not be deployed on the local L1: ${JSON.stringify(receipt)?.slice(0, 300)}`);
  }
  const block = await rpc.call("eth_getBlockByNumber", ["latest", false]);
  if (typeof block !== "object" || block === null || !("hash" in block) || !("number" in block) || !("timestamp" in block) || !isHex(block.hash, 32)) throw new CriticalError("the local L1 gave no head block");
  const origin: BlockId = { hash: block.hash, number: quantityToNumber(block.number) };
  const time = quantityToNumber(block.timestamp);
  return plans.map(({ chainId, blockTime }, i) => {
    const schedule = forks(time, i);
    const genesis = buildL2Genesis({ chainId, timestamp: time, forks: schedule, faucetToken: schedule.lagoon !== undefined, feeMarket: FEE_MARKET, gasLimit: GAS_LIMIT, funded: fundedAccounts(), owner: deployer.address, feeRecipient: devnetKey("vault", chainId).address });
    const config: RollupConfig = {
      genesis: {
        l1: origin,
        l2: { hash: genesisBlock(genesis, schedule).hash, number: 0 },
        l2Time: time,
        systemConfig: { batcherAddress: devnetKey("batcher", chainId).address, overhead: ZERO_HASH, scalar: scalarWord(schedule), gasLimit: GAS_LIMIT, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 },
      },
      blockTime, maxSequencerDrift: 600, seqWindowSize, channelTimeout: 300, l1ChainId: L1_CHAIN_ID, l2ChainId: chainId, forks: schedule, keepKarstUpgradeGas: false,
      batchInboxAddress: batchInbox(chainId), depositContractAddress: deployments[i]!.optimismPortal, l1SystemConfigAddress: deployments[i]!.systemConfig, protocolVersionsAddress: ZERO_ADDRESS, feeMarket: FEE_MARKET,
      ...(altDa === undefined ? {} : { altDa: { ...altDa, challengeContract: deployments[i]!.dataAvailabilityChallenge ?? ZERO_ADDRESS } }),
    };
    return { config, genesis };
  });
}

export const rollupConfigFile = (folder: string, chainId: number): string => join(folder, String(chainId), "rollup.json");
export const genesisFile = (folder: string, chainId: number): string => join(folder, String(chainId), "genesis.json");

/** Writes each chain's `rollup.json` and `genesis.json`, as any supernode reads them. */
export async function writeChains(folder: string, chains: readonly ChainDefinition[]): Promise<void> {
  for (const { config, genesis } of chains) {
    await mkdir(join(folder, String(config.l2ChainId)), { recursive: true });
    await writeFile(rollupConfigFile(folder, config.l2ChainId), `${JSON.stringify(rollupConfigToJson(config), null, 2)}\n`);
    await writeFile(genesisFile(folder, config.l2ChainId), `${JSON.stringify(genesisToJson(genesis, l2ChainConfigToJson({ chainId: config.l2ChainId, forks: config.forks, feeMarket: config.feeMarket })))}\n`);
  }
}

/** What to do about a devnet that cannot go on. */
export const ANEW = "give another --data-dir, or delete this one to begin anew";

/** The JSON of one of a devnet's files. Throws `InvalidInputError` naming it. */
export async function readDefinition(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new InvalidInputError(`${file} is damaged (${errorMessage(error).split("\n")[0]}): ${ANEW}`);
  }
}

/** Reads what `writeChains` wrote. Throws `InvalidInputError` when it is damaged. */
export async function readChains(folder: string, chainIds: readonly number[]): Promise<readonly ChainDefinition[]> {
  return Promise.all(
    chainIds.map(async (chainId) => {
      const [rollup, genesis] = [rollupConfigFile(folder, chainId), genesisFile(folder, chainId)];
      return { config: parseRollupConfig(await readDefinition(rollup), rollup), genesis: parseGenesis(await readDefinition(genesis), genesis) };
    }),
  );
}
