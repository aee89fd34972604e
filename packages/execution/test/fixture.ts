import { BEACON_ROOTS_ADDRESS, type ForkSchedule, FORKS, type GenesisAccount, HISTORY_STORAGE_ADDRESS, type L2Genesis, PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import { bigIntToBytes, bytesToHex, type DepositTransaction, encodeTransaction, type Hex, hexToBytes, keccak256, type PayloadAttributes, privateKeyToAddress, signTransaction, TX_DEPOSIT, TX_FEE_MARKET, type UnsignedFeeMarket, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { MemoryStore, type Store } from "@pangaea/store";
import { Blockchain, EmbeddedExecutionLayer, TransactionPool } from "../src/index.ts";

export const CHAIN_ID = 901;
export const GAS_LIMIT = 30_000_000;
export const GENESIS_TIME = 1_700_000_000;
export const BASE_FEE = 1_000_000_000n;
export const ETHER = 10n ** 18n;
export const BOB: Hex = "0x00000000000000000000000000000000000b0b00";
export const FEE_RECIPIENT: Hex = "0x4200000000000000000000000000000000000011";
export const NOTHING = new Uint8Array(0);

/** Runtime codes of EIP-4788 and EIP-2935. */
const BEACON_ROOTS_CODE = "0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500";
const HISTORY_CODE = "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

export const word = (value: bigint): Hex => bytesToHex(bigIntToBytes(value, 32));
export const account = (fields: Partial<GenesisAccount> = {}): GenesisAccount => ({ balance: 0n, nonce: 0, code: NOTHING, storage: {}, ...fields });

export interface Key {
  readonly key: Uint8Array;
  readonly address: Hex;
}

/** A key made from a name. */
export function keyOf(name: string): Key {
  const key = keccak256(new TextEncoder().encode(name));
  return { key, address: privateKeyToAddress(key) };
}

export const ALICE = keyOf("alice");

/** Every fork up to one, active at genesis. */
export function forksTo(last: (typeof FORKS)[number]): ForkSchedule {
  return Object.fromEntries(FORKS.slice(1, FORKS.indexOf(last) + 1).map((fork) => [fork, 0]));
}

export function configOf(forks: ForkSchedule = forksTo("jovian")): RollupConfig {
  const block = { hash: ZERO_HASH, number: 0 };
  return {
    genesis: { l1: block, l2: block, l2Time: GENESIS_TIME, systemConfig: { batcherAddress: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH, gasLimit: GAS_LIMIT, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 400 } },
    blockTime: 1, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: 900, l2ChainId: CHAIN_ID, forks, keepKarstUpgradeGas: false,
    batchInboxAddress: ZERO_ADDRESS, depositContractAddress: ZERO_ADDRESS, l1SystemConfigAddress: ZERO_ADDRESS, protocolVersionsAddress: ZERO_ADDRESS, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 },
  };
}

/** L1Block's storage, as the attributes deposit would leave it. Fees in wei. */
export function l1BlockStorage({ baseFee = 0n, blobBaseFee = 1n, baseFeeScalar = 0, blobBaseFeeScalar = 0, operatorFeeScalar = 0, operatorFeeConstant = 0n, daFootprintGasScalar = 0 }): GenesisAccount["storage"] {
  const scalars = (BigInt(baseFeeScalar) << 96n) | (BigInt(blobBaseFeeScalar) << 64n);
  const operator = (BigInt(daFootprintGasScalar) << 96n) | (BigInt(operatorFeeScalar) << 64n) | operatorFeeConstant;
  return { [word(1n)]: word(baseFee), [word(3n)]: word(scalars), [word(7n)]: word(blobBaseFee), [word(8n)]: word(operator) };
}

export interface GenesisInput {
  readonly alloc?: L2Genesis["alloc"];
  readonly l1Block?: Parameters<typeof l1BlockStorage>[0];
  readonly extraData?: Uint8Array;
}

export function genesisOf({ alloc = {}, l1Block = {}, extraData = extraDataOf(250, 6, 0n) }: GenesisInput = {}): L2Genesis {
  return {
    chainId: CHAIN_ID, timestamp: GENESIS_TIME, gasLimit: GAS_LIMIT, baseFeePerGas: BASE_FEE, extraData, coinbase: FEE_RECIPIENT, mixHash: ZERO_HASH,
    alloc: {
      [PREDEPLOYS.l1Block]: account({ code: Uint8Array.of(0), storage: l1BlockStorage(l1Block) }),
      [BEACON_ROOTS_ADDRESS]: account({ nonce: 1, code: hexToBytes(BEACON_ROOTS_CODE) }),
      [HISTORY_STORAGE_ADDRESS]: account({ nonce: 1, code: hexToBytes(HISTORY_CODE) }),
      [ALICE.address]: account({ balance: 1_000n * ETHER }),
      ...alloc,
    },
  };
}

/** Jovian's extra data. */
export function extraDataOf(denominator: number, elasticity: number, minBaseFee: bigint): Uint8Array {
  const out = new Uint8Array(17);
  const view = new DataView(out.buffer);
  out[0] = 1;
  view.setUint32(1, denominator);
  view.setUint32(5, elasticity);
  view.setBigUint64(9, minBaseFee);
  return out;
}

export interface Fixture {
  readonly chain: Blockchain;
  readonly layer: EmbeddedExecutionLayer;
}

export function openChain(input: GenesisInput & { readonly store?: Store; readonly config?: RollupConfig } = {}): Fixture {
  const chain = new Blockchain({ config: input.config ?? configOf(), genesis: genesisOf(input), store: input.store ?? new MemoryStore() });
  return { chain, layer: new EmbeddedExecutionLayer(chain, new TransactionPool(chain)) };
}

/** Attributes of the block after one of a time. */
export function attributesAfter(time: number, more: Partial<PayloadAttributes> = {}): PayloadAttributes {
  return { timestamp: time + 1, prevRandao: word(7n), suggestedFeeRecipient: FEE_RECIPIENT, withdrawals: [], parentBeaconBlockRoot: word(9n), transactions: [], noTxPool: true, gasLimit: GAS_LIMIT, eip1559Params: new Uint8Array(8), minBaseFee: 0n, ...more };
}

export function transfer(nonce: number, more: Partial<UnsignedFeeMarket> = {}, by: Key = ALICE): Uint8Array {
  return encodeTransaction(signTransaction<UnsignedFeeMarket>({ type: TX_FEE_MARKET, chainId: CHAIN_ID, nonce, gas: 21_000, to: BOB, value: 1n, data: NOTHING, maxFeePerGas: 3n * BASE_FEE, maxPriorityFeePerGas: 0n, accessList: [], ...more }, by.key));
}

export function deposit(more: Partial<DepositTransaction> = {}): DepositTransaction {
  return { type: TX_DEPOSIT, sourceHash: word(1n), from: ALICE.address, to: BOB, mint: 0n, value: 0n, gas: 100_000, isSystemTx: false, data: NOTHING, ...more };
}

/** Builds a block on the head and makes it the head. */
export async function extend({ layer, chain }: Fixture, more: Partial<PayloadAttributes> = {}) {
  const labels = () => ({ head: chain.head.hash, safe: chain.label("safe").hash, finalized: chain.label("finalized").hash });
  const { payloadId } = await layer.forkchoiceUpdated(labels(), attributesAfter(chain.head.header.timestamp, more));
  const envelope = await layer.getPayload(payloadId!);
  await layer.newPayload(envelope);
  await layer.forkchoiceUpdated({ ...labels(), head: envelope.payload.blockHash });
  return envelope;
}
