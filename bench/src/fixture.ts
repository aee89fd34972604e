import type { L2Genesis, RollupConfig } from "@pangaea/config";
import { buildL2Genesis } from "@pangaea/contracts";
import { Blockchain, EmbeddedExecutionLayer, genesisBlock, TransactionPool } from "@pangaea/execution";
import { encodeTransaction, type Hex, keccak256, privateKeyToAddress, signTransaction, TX_FEE_MARKET, utf8ToBytes, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { openStore } from "@pangaea/store";

const FORKS = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0 };
const FEE_MARKET = { elasticity: 6, denominator: 50, denominatorCanyon: 250 };
export const GAS_LIMIT = 30_000_000;
const CHAIN_ID = 901;
const GENESIS_TIME = 1_000;

/** Keys of funded accounts, the same in every run. */
export const keys = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => keccak256(utf8ToBytes(`bench account ${i}`)));

/** An L2 of its own with funded accounts, in a folder or in memory. */
export function openChain(senders: readonly Uint8Array[], dataDir?: string): { readonly chain: Blockchain; readonly layer: EmbeddedExecutionLayer; readonly genesis: L2Genesis } {
  const funded = Object.fromEntries(senders.map((key): [Hex, bigint] => [privateKeyToAddress(key), 10n ** 21n]));
  const genesis = buildL2Genesis({ chainId: CHAIN_ID, timestamp: GENESIS_TIME, forks: FORKS, feeMarket: FEE_MARKET, gasLimit: GAS_LIMIT, funded, owner: ZERO_ADDRESS, feeRecipient: ZERO_ADDRESS });
  const config: RollupConfig = {
    genesis: { l1: { hash: ZERO_HASH, number: 0 }, l2: { hash: genesisBlock(genesis, FORKS).hash, number: 0 }, l2Time: GENESIS_TIME, systemConfig: { batcherAddress: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH, gasLimit: GAS_LIMIT, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 } },
    blockTime: 1, maxSequencerDrift: 600, seqWindowSize: 3600, channelTimeout: 300, l1ChainId: 900, l2ChainId: CHAIN_ID, forks: FORKS, keepKarstUpgradeGas: false,
    batchInboxAddress: ZERO_ADDRESS, depositContractAddress: ZERO_ADDRESS, l1SystemConfigAddress: ZERO_ADDRESS, protocolVersionsAddress: ZERO_ADDRESS, feeMarket: FEE_MARKET,
  };
  const chain = new Blockchain({ config, genesis, store: openStore(dataDir) });
  return { chain, layer: new EmbeddedExecutionLayer(chain, new TransactionPool(chain)), genesis };
}

/** A signed transaction, encoded; a creation when it goes to nobody. */
export function signed(key: Uint8Array, nonce: number, to: Hex | undefined, gas: number, value: bigint, data: Uint8Array): Uint8Array {
  return encodeTransaction(signTransaction({ type: TX_FEE_MARKET, chainId: CHAIN_ID, nonce, maxPriorityFeePerGas: 1_000n, maxFeePerGas: 10n ** 10n, gas, ...(to === undefined ? {} : { to }), value, data, accessList: [] }, key));
}

/** Builds, imports and makes canonical one block of what the pool holds; gives its transaction count. */
export async function makeBlock(layer: EmbeddedExecutionLayer): Promise<number> {
  const { head } = layer.chain;
  const { payloadId } = await layer.forkchoiceUpdated(
    { head: head.hash, safe: ZERO_HASH, finalized: ZERO_HASH },
    { timestamp: head.header.timestamp + 1, prevRandao: ZERO_HASH, suggestedFeeRecipient: "0x4200000000000000000000000000000000000011", withdrawals: [], parentBeaconBlockRoot: ZERO_HASH, transactions: [], noTxPool: false, gasLimit: GAS_LIMIT, eip1559Params: new Uint8Array(8), minBaseFee: 0n },
  );
  const envelope = await layer.getPayload(payloadId!);
  await layer.newPayload(envelope);
  await layer.forkchoiceUpdated({ head: envelope.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
  return envelope.payload.transactions.length;
}
