import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serialize } from "node:v8";
import { genesisToJson, type L2Genesis, l2ChainConfigToJson, type RollupConfig, rollupConfigToJson } from "@pangaea/config";
import { buildL2Genesis } from "@pangaea/contracts";
import { l1InfoDeposit } from "@pangaea/derivation";
import { Blockchain, genesisBlock } from "@pangaea/execution";
import { type BlockId, bytesToHex, headerHash, type Hex, hexToBytes, type L1BlockInfo, orderedTrieRoot, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { type IndexedBlock, openStore, type VerifiedTimestamp, type Write } from "@pangaea/store";
// The layouts of the stores are their packages' own; only here are stores made that no node has written.
import { blockKey, canonicalKey, labelKey, receiptsKey } from "../../packages/execution/src/chain/keys.ts";
import { InteropStores } from "../../packages/supernode/src/interop/interop-stores.ts";
import { EmptyL1 } from "./empty-l1.ts";
import { word, writeSafeHeads } from "./interop-chains.ts";

export const WEEK = 604_800;
export const CHAIN_IDS = [901, 902] as const;
const L1_CHAIN_ID = 900;
const L1_BLOCK_TIME = 12;
/** L1 blocks between an L2 block's origin and the block that carries its batch. */
const BATCH_DELAY = 2;
/** Newest blocks that the execution layers hold: more than a start reads. */
const HELD_BLOCKS = 7_200;
const LOGS_A_BLOCK = 2;
const BATCH = 8_192;
const GAS_LIMIT = 60_000_000;
const FORKS = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0, karst: 0, lagoon: 0 };
const FEE_MARKET = { elasticity: 6, denominator: 50, denominatorCanyon: 250 };

interface Chain {
  readonly config: RollupConfig;
  readonly genesis: L2Genesis;
}

/** An L1 of a week, and the data directory of a supernode that has followed two chains of one-second blocks on it from their genesis. */
export interface WeekOfData {
  readonly l1Url: string;
  readonly configDir: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

/** Prepares both. The message indexes, the verified timestamps and the safe heads hold the whole week, the execution layers its last two hours. */
export async function prepareWeek(folder: string): Promise<WeekOfData> {
  const l1 = await EmptyL1.serve({ chainId: L1_CHAIN_ID, from: Math.floor(Date.now() / 1_000) - WEEK - BATCH_DELAY * L1_BLOCK_TIME, count: WEEK / L1_BLOCK_TIME + BATCH_DELAY + 1, blockTime: L1_BLOCK_TIME });
  const [configDir, dataDir] = [join(folder, "config"), join(folder, "data")];
  const stores = new InteropStores((name) => openStore(join(dataDir, "interop", name)));
  const hashes: (readonly Hex[])[] = [];
  for (const chainId of CHAIN_IDS) {
    const chain = defineChain(chainId, l1.blocks[0]!);
    writeChain(chain, join(configDir, String(chainId)));
    hashes.push(await fillChain(chain, l1.blocks, stores, join(dataDir, String(chainId))));
  }
  verifyAll(stores, l1.blocks, hashes);
  await stores.close();
  return { l1Url: l1.url, configDir, dataDir, stop: () => l1.close() };
}

function defineChain(chainId: number, l1: L1BlockInfo): Chain {
  const genesis = buildL2Genesis({ chainId, timestamp: l1.timestamp, forks: FORKS, feeMarket: FEE_MARKET, gasLimit: GAS_LIMIT, funded: {}, owner: ZERO_ADDRESS, feeRecipient: ZERO_ADDRESS });
  const address = (i: number): Hex => bytesToHex(word(chainId, i).subarray(0, 20));
  const config: RollupConfig = {
    genesis: {
      l1: { hash: l1.hash, number: l1.number }, l2: { hash: genesisBlock(genesis, FORKS).hash, number: 0 }, l2Time: l1.timestamp,
      systemConfig: { batcherAddress: address(0), overhead: ZERO_HASH, scalar: `0x01${"00".repeat(31)}`, gasLimit: GAS_LIMIT, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 },
    },
    blockTime: 1, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: L1_CHAIN_ID, l2ChainId: chainId, forks: FORKS, keepKarstUpgradeGas: false,
    batchInboxAddress: address(1), depositContractAddress: address(2), l1SystemConfigAddress: address(3), protocolVersionsAddress: ZERO_ADDRESS, feeMarket: FEE_MARKET,
  };
  return { config, genesis };
}

function writeChain({ config, genesis }: Chain, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "rollup.json"), JSON.stringify(rollupConfigToJson(config)));
  writeFileSync(join(folder, "genesis.json"), JSON.stringify(genesisToJson(genesis, l2ChainConfigToJson({ chainId: config.l2ChainId, forks: FORKS, feeMarket: FEE_MARKET }))));
}

/** The hashes of a chain's blocks, by number: those that the execution layer holds are true. */
async function fillChain({ config, genesis }: Chain, l1: readonly L1BlockInfo[], stores: InteropStores, folder: string): Promise<readonly Hex[]> {
  const chainId = config.l2ChainId;
  const hashes: Hex[] = [config.genesis.l2.hash];
  for (let number = 1; number <= WEEK - HELD_BLOCKS; number++) hashes.push(bytesToHex(word(chainId, number)));
  const store = openStore(join(folder, "chain"));
  const { header: base } = new Blockchain({ config, genesis, store }).head;
  const writes: Write[] = [];
  for (let number = hashes.length; number <= WEEK; number++) {
    const timestamp = config.genesis.l2Time + number;
    const deposit = l1InfoDeposit(config, config.genesis.systemConfig, l1[Math.floor(number / L1_BLOCK_TIME)]!, number % L1_BLOCK_TIME, timestamp);
    const header = { ...base, number, timestamp, parentHash: hashes[number - 1]!, transactionsRoot: orderedTrieRoot([deposit]) };
    const hash = headerHash(header);
    hashes.push(hash);
    writes.push([blockKey(hash), serialize({ header, transactions: [deposit] })], [receiptsKey(hash), serialize([])], [canonicalKey(number), hexToBytes(hash)]);
  }
  for (const label of ["head", "safe", "finalized"] as const) writes.push([labelKey(label), hexToBytes(hashes[label === "finalized" ? WEEK - HELD_BLOCKS / 2 : WEEK]!)]);
  store.write(writes);
  await store.close();

  const { index } = stores.ofChain(chainId);
  for (let from = 0; from <= WEEK; from += BATCH) index.seal(Array.from({ length: Math.min(BATCH, WEEK + 1 - from) }, (_, i) => indexedBlock(hashes, from + i, config.genesis.l2Time)));
  const safeHeads = openStore(join(folder, "safe_db"));
  writeSafeHeads(safeHeads, l1.slice(BATCH_DELAY).map((block, i) => [block, { number: Math.min(i * L1_BLOCK_TIME, WEEK), hash: hashes[Math.min(i * L1_BLOCK_TIME, WEEK)]! }]));
  await safeHeads.close();
  return hashes;
}

function indexedBlock(hashes: readonly Hex[], number: number, genesisTime: number): IndexedBlock {
  const logHashes = new Uint8Array(number === 0 ? 0 : 32 * LOGS_A_BLOCK).fill(number & 0xff);
  return { number, hash: hashes[number]!, parentHash: hashes[number - 1] ?? ZERO_HASH, timestamp: genesisTime + number, logHashes, executing: [] };
}

function verifyAll({ verified }: InteropStores, l1: readonly L1BlockInfo[], chains: readonly (readonly Hex[])[]): void {
  const genesisTime = l1[0]!.timestamp;
  const entry = (number: number): VerifiedTimestamp => {
    const { hash, number: at } = l1[Math.ceil(number / L1_BLOCK_TIME) + BATCH_DELAY]!;
    const heads = new Map(CHAIN_IDS.map((chainId, i): [number, BlockId] => [chainId, { number, hash: chains[i]![number]! }]));
    return { timestamp: genesisTime + number, l1Inclusion: { hash, number: at }, heads };
  };
  for (let from = 0; from <= WEEK; from += BATCH) verified.append(Array.from({ length: Math.min(BATCH, WEEK + 1 - from) }, (_, i) => entry(from + i)));
}
