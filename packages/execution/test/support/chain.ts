import { type ForkSchedule, type L2Genesis, PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import {
  bytesToHex, type DepositTransaction, encodeTransaction, type ExecutionLayer, type ExecutionPayload, type ExecutionPayloadEnvelope, type Hex, hexToBytes, keccak256, type PayloadAttributes, privateKeyToAddress, signTransaction, TX_DEPOSIT, TX_FEE_MARKET, type UnsignedFeeMarket, ZERO_HASH,
} from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { Blockchain, EmbeddedExecutionLayer, type PoolOptions, TransactionPool } from "../../src/index.ts";

/** A chain for tests, small enough to be read: every fork up to Jovian from genesis, three funded accounts, fee scalars as L1Block keeps them. */
export const CHAIN_ID = 901;
export const GAS_LIMIT = 30_000_000;
export const GENESIS_TIME = 1_700_000_000;
export const GWEI = 1_000_000_000n;
export const ETHER = 10n ** 18n;

const ALL_FORKS: ForkSchedule = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0 };

const zero: Hex = `0x${"00".repeat(20)}`;

export interface Account {
  readonly key: Uint8Array;
  readonly address: Hex;
}

const accountOf = (seed: number): Account => {
  const key = keccak256(Uint8Array.of(seed));
  return { key, address: privateKeyToAddress(key) };
};
export const alice = accountOf(1);
export const bob = accountOf(2);
export const carol = accountOf(3);

/** Logs its 32-byte input under the topic 0x77, stores it in slot 1, and gives it back; reverts with `Error("no")` when it is zero. */
export const TOOL: Hex = "0x00000000000000000000000000000000000070a1";
const TOOL_CODE = hexToBytes(assembleTool());

function assembleTool(): Hex {
  const revertData = `08c379a0${"00".repeat(31)}20${"00".repeat(31)}02${"6e6f"}${"00".repeat(30)}`;
  const push32 = (hex: string) => `7f${hex}`;
  // if (input != 0) goto ok; memory[0..100] = revertData; revert(0, 100)
  const writes = [0, 32, 64, 96].map((at) => `${push32(revertData.padEnd(256, "0").slice(at * 2, at * 2 + 64))}60${at.toString(16).padStart(2, "0")}52`).join("");
  const failing = `${writes}60645ffd`;
  const head = (target: number) => `5f358061${target.toString(16).padStart(4, "0")}57`;
  const target = (head(0).length + failing.length) / 2;
  // ok: (stack: input) sstore(1, input); memory[0] = input; log1(0, 32, 0x77); return(0, 32)
  return `0x${head(target)}${failing}5b${"80600155"}${"5f52"}${"607760205fa1"}${"60205ff3"}`;
}

export function testConfig(forks: ForkSchedule = ALL_FORKS): RollupConfig {
  const block = { hash: ZERO_HASH, number: 0 };
  return {
    genesis: { l1: block, l2: block, l2Time: GENESIS_TIME, systemConfig: { batcherAddress: zero, overhead: ZERO_HASH, scalar: ZERO_HASH, gasLimit: GAS_LIMIT, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 } },
    blockTime: 1, maxSequencerDrift: 600, seqWindowSize: 3600, channelTimeout: 300, l1ChainId: 900, l2ChainId: CHAIN_ID, forks, keepKarstUpgradeGas: false, batchInboxAddress: zero, depositContractAddress: zero,
    l1SystemConfigAddress: zero, protocolVersionsAddress: zero, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 },
  };
}

const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;

export function testGenesis(forks: ForkSchedule = ALL_FORKS): L2Genesis {
  const account = { balance: 0n, nonce: 0, code: new Uint8Array(0), storage: {} };
  const extraData = forks.jovian === 0 ? "0x01000000fa000000060000000000000000" : forks.holocene === 0 ? "0x00000000fa00000006" : "0x";
  // Base fee 2 gwei and blob base fee 1 wei; scalars 1,368 and 810,949; operator fee constant 7; DA footprint scalar 400.
  const scalars = (1_368n << 96n) | (810_949n << 64n);
  const operator = (400n << 96n) | 7n;
  return {
    chainId: CHAIN_ID, timestamp: GENESIS_TIME, gasLimit: GAS_LIMIT, baseFeePerGas: GWEI, extraData: hexToBytes(extraData), coinbase: PREDEPLOYS.sequencerFeeVault, mixHash: ZERO_HASH,
    alloc: {
      [alice.address]: { ...account, balance: 100n * ETHER },
      [bob.address]: { ...account, balance: 100n * ETHER },
      [carol.address]: { ...account, balance: 100n * ETHER },
      [TOOL]: { ...account, nonce: 1, code: TOOL_CODE },
      [PREDEPLOYS.l2ToL1MessagePasser]: { ...account, nonce: 1, code: Uint8Array.of(0), storage: { [word(0n)]: word(5n) } },
      [PREDEPLOYS.l1Block]: { ...account, nonce: 1, code: Uint8Array.of(0), storage: { [word(1n)]: word(2n * GWEI), [word(3n)]: word(scalars), [word(7n)]: word(1n), [word(8n)]: word(operator) } },
    },
  };
}

export function testLayer(forks?: ForkSchedule, pool?: PoolOptions): EmbeddedExecutionLayer {
  const chain = new Blockchain({ config: testConfig(forks), genesis: testGenesis(forks), store: new MemoryStore() });
  return new EmbeddedExecutionLayer(chain, new TransactionPool(chain, pool));
}

export function deposit(fields: Partial<DepositTransaction> = {}): Uint8Array {
  return encodeTransaction({ type: TX_DEPOSIT, sourceHash: ZERO_HASH, from: carol.address, to: bob.address, mint: 0n, value: 0n, gas: 100_000, isSystemTx: false, data: new Uint8Array(0), ...fields });
}

const feeMarket = (nonce: number): UnsignedFeeMarket => ({ type: TX_FEE_MARKET, chainId: CHAIN_ID, nonce, maxPriorityFeePerGas: GWEI, maxFeePerGas: 10n * GWEI, gas: 200_000, value: 0n, data: new Uint8Array(0), accessList: [] });

/** A signed call, to bob with 1 wei unless told otherwise. */
export function signed(from: Account, nonce: number, fields: Partial<UnsignedFeeMarket> = {}): Uint8Array {
  return encodeTransaction(signTransaction({ ...feeMarket(nonce), to: bob.address, value: 1n, ...fields }, from.key));
}

/** A signed contract creation. */
export function creation(from: Account, nonce: number, initcode: Uint8Array): Uint8Array {
  return encodeTransaction(signTransaction({ ...feeMarket(nonce), data: initcode }, from.key));
}

/** Attributes for the block after one, of Jovian's shape. */
export function attributesAfter(parent: ExecutionPayload, fields: Partial<PayloadAttributes> = {}): PayloadAttributes {
  return {
    timestamp: parent.timestamp + 1, prevRandao: bytesToHex(keccak256(hexToBytes(parent.blockHash))), suggestedFeeRecipient: PREDEPLOYS.sequencerFeeVault, withdrawals: [], parentBeaconBlockRoot: ZERO_HASH, transactions: [deposit()], noTxPool: false,
    gasLimit: GAS_LIMIT, eip1559Params: new Uint8Array(8), minBaseFee: 0n, ...fields,
  };
}

/** Builds a block without making it the head. */
export async function build(layer: ExecutionLayer, parent: ExecutionPayload, attributes: PayloadAttributes): Promise<ExecutionPayloadEnvelope> {
  const { payloadId } = await layer.forkchoiceUpdated({ head: parent.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH }, attributes);
  return layer.getPayload(payloadId!, attributes.timestamp);
}

/** Builds a block on the head, imports it and makes it the head. */
export async function extend(layer: ExecutionLayer, fields: Partial<PayloadAttributes> = {}): Promise<ExecutionPayloadEnvelope> {
  const { payload: head } = await layer.payloadByLabel("latest");
  const envelope = await build(layer, head, attributesAfter(head, fields));
  await layer.newPayload(envelope);
  await layer.forkchoiceUpdated({ head: envelope.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
  return envelope;
}
