import { type ForkSchedule, type L2Genesis, PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import {
  bytesToHex, type DepositTransaction, encodeTransaction, type ExecutionLayer, type ExecutionPayload, type ExecutionPayloadEnvelope, type Hex, hexToBytes, keccak256, type PayloadAttributes, privateKeyToAddress, signTransaction, TX_FEE_MARKET, type UnsignedFeeMarket, ZERO_HASH,
} from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { Blockchain, EmbeddedExecutionLayer, type PoolOptions, TransactionPool } from "../../src/index.ts";
import { account, attributesAfter as plainAttributesAfter, CHAIN_ID, configOf, deposit as depositOf, ETHER, extraDataOf, forksTo, GAS_LIMIT, GENESIS_TIME, type Key, l1BlockStorage, NOTHING, transfer, word } from "../fixture.ts";

export { CHAIN_ID, ETHER, GAS_LIMIT, GENESIS_TIME, type Key as Account } from "../fixture.ts";

/** A chain for tests of the APIs: every fork up to Jovian from genesis, three funded accounts, a contract to call, fee scalars as L1Block keeps them. */
export const GWEI = 1_000_000_000n;

const ALL_FORKS = forksTo("jovian");

const accountOf = (seed: number): Key => {
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

export const testConfig = (forks: ForkSchedule = ALL_FORKS): RollupConfig => configOf(forks);

const extraDataAt = (forks: ForkSchedule): Uint8Array => {
  const jovian = extraDataOf(250, 6, 0n);
  return forks.jovian === 0 ? jovian : forks.holocene === 0 ? Uint8Array.of(0, ...jovian.subarray(1, 9)) : NOTHING;
};

export function testGenesis(forks: ForkSchedule = ALL_FORKS): L2Genesis {
  const l1Block = l1BlockStorage({ baseFee: 2n * GWEI, baseFeeScalar: 1_368, blobBaseFeeScalar: 810_949, operatorFeeConstant: 7n, daFootprintGasScalar: 400 });
  return {
    chainId: CHAIN_ID, timestamp: GENESIS_TIME, gasLimit: GAS_LIMIT, baseFeePerGas: GWEI, extraData: extraDataAt(forks), coinbase: PREDEPLOYS.sequencerFeeVault, mixHash: ZERO_HASH,
    alloc: {
      [alice.address]: account({ balance: 100n * ETHER }),
      [bob.address]: account({ balance: 100n * ETHER }),
      [carol.address]: account({ balance: 100n * ETHER }),
      [TOOL]: account({ nonce: 1, code: TOOL_CODE }),
      [PREDEPLOYS.l2ToL1MessagePasser]: account({ nonce: 1, code: Uint8Array.of(0), storage: { [word(0n)]: word(5n) } }),
      [PREDEPLOYS.l1Block]: account({ nonce: 1, code: Uint8Array.of(0), storage: l1Block }),
    },
  };
}

export function testLayer(forks?: ForkSchedule, pool?: PoolOptions): EmbeddedExecutionLayer {
  const chain = new Blockchain({ config: testConfig(forks), genesis: testGenesis(forks), store: new MemoryStore() });
  return new EmbeddedExecutionLayer(chain, new TransactionPool(chain, pool));
}

export function deposit(fields: Partial<DepositTransaction> = {}): Uint8Array {
  return encodeTransaction(depositOf({ sourceHash: ZERO_HASH, from: carol.address, to: bob.address, ...fields }));
}

const FEES = { gas: 200_000, maxPriorityFeePerGas: GWEI, maxFeePerGas: 10n * GWEI } as const;

/** A signed call, to bob with 1 wei unless told otherwise. */
export const signed = (from: Key, nonce: number, fields: Partial<UnsignedFeeMarket> = {}): Uint8Array => transfer(nonce, { ...FEES, to: bob.address, ...fields }, from);

/** A signed contract creation. */
export function creation(from: Key, nonce: number, initcode: Uint8Array): Uint8Array {
  return encodeTransaction(signTransaction<UnsignedFeeMarket>({ ...FEES, type: TX_FEE_MARKET, chainId: CHAIN_ID, nonce, value: 0n, data: initcode, accessList: [] }, from.key));
}

/** Attributes for the block after one, of Jovian's shape. */
export function attributesAfter(parent: ExecutionPayload, fields: Partial<PayloadAttributes> = {}): PayloadAttributes {
  return plainAttributesAfter(parent.timestamp, { prevRandao: bytesToHex(keccak256(hexToBytes(parent.blockHash))), parentBeaconBlockRoot: ZERO_HASH, transactions: [deposit()], noTxPool: false, ...fields });
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
