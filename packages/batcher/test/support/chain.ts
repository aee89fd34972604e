import { DEPOSITOR_ACCOUNT, PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import { bigIntToBytes, bytesToHex, encodeL1Attributes, encodeTransaction, type ExecutionPayloadEnvelope, type Hex, type L1BlockRef, type L2BlockRef, l1InfoSourceHash, NotFoundError, signTransaction, TX_DEPOSIT, TX_FEE_MARKET, TX_LEGACY, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";

export const word = (value: number | bigint): Hex => bytesToHex(bigIntToBytes(BigInt(value), 32));
export const KEY = bigIntToBytes(0x1234n, 32);
const L1_GENESIS = { hash: word(0x100000), number: 0 };
const L2_GENESIS = { hash: word(0x200000), number: 0 };

/** Every fork up to Jovian at genesis; L2 blocks of 1 s, L1 blocks of 2 s from time 1,000 on. */
export const CONFIG: RollupConfig = {
  genesis: { l1: L1_GENESIS, l2: L2_GENESIS, l2Time: 1_000, systemConfig: { batcherAddress: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH, gasLimit: 30_000_000, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 } },
  blockTime: 1, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: 900, l2ChainId: 901,
  forks: { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0 },
  keepKarstUpgradeGas: false, batchInboxAddress: "0x00000000000000000000000000000000000000ff", depositContractAddress: ZERO_ADDRESS, l1SystemConfigAddress: ZERO_ADDRESS, protocolVersionsAddress: ZERO_ADDRESS,
  feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 },
};

export const l1Ref = (number: number, branch = 0): L1BlockRef => ({ hash: word(0x100000 + number + branch * 0x1000), number, parentHash: word(0x100000 + number - 1), timestamp: 1_000 + 2 * number });
const GENESIS_REF: L2BlockRef = { ...L2_GENESIS, parentHash: ZERO_HASH, timestamp: 1_000, l1Origin: L1_GENESIS, sequenceNumber: 0 };

export function transfer(nonce: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const common = { nonce, gas: 21_000 + nonce, to: word(nonce + 7).replace(/^0x0{24}/, "0x") as Hex, value: BigInt(nonce), data };
  if (nonce % 3 === 0) return encodeTransaction(signTransaction({ type: TX_LEGACY, chainId: 901, gasPrice: 5n, ...common }, KEY));
  return encodeTransaction(signTransaction({ type: TX_FEE_MARKET, chainId: 901, maxPriorityFeePerGas: 1n, maxFeePerGas: 1_000n, accessList: [], ...common }, KEY));
}

/** An L2 chain that exists as payloads only. `branch` gives other hashes from the block on. */
export class L2Chain {
  #blocks: { readonly ref: L2BlockRef; readonly envelope: ExecutionPayloadEnvelope | undefined }[] = [{ ref: GENESIS_REF, envelope: undefined }];
  branch = 0;

  get head(): L2BlockRef {
    return this.#blocks.at(-1)!.ref;
  }

  ref(number: number): L2BlockRef {
    return this.#blocks[number]!.ref;
  }

  transactions(number: number): readonly Uint8Array[] {
    return this.#blocks[number]!.envelope!.payload.transactions.slice(1);
  }

  /** Adds a block; its L1 origin follows time. */
  add(transactions: readonly Uint8Array[] = []): L2BlockRef {
    const parent = this.head;
    const number = parent.number + 1;
    const origin = l1Ref(Math.floor(number / 2));
    const sequenceNumber = origin.number === parent.l1Origin.number ? parent.sequenceNumber + 1 : 0;
    const ref: L2BlockRef = { hash: word(0x200000 + number + this.branch * 0x10000), number, parentHash: parent.hash, timestamp: 1_000 + number, l1Origin: { hash: origin.hash, number: origin.number }, sequenceNumber };
    const data = encodeL1Attributes("jovian", { number: origin.number, time: origin.timestamp, baseFee: 1n, blockHash: origin.hash, sequenceNumber, batcherAddress: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH, blobBaseFee: 1n, baseFeeScalar: 0, blobBaseFeeScalar: 0, operatorFeeScalar: 0, operatorFeeConstant: 0n, daFootprintGasScalar: 0 });
    const deposit = encodeTransaction({ type: TX_DEPOSIT, sourceHash: l1InfoSourceHash(origin.hash, sequenceNumber), from: DEPOSITOR_ACCOUNT, to: PREDEPLOYS.l1Block, mint: 0n, value: 0n, gas: 1_000_000, isSystemTx: false, data });
    const payload = {
      parentHash: parent.hash, feeRecipient: ZERO_ADDRESS, stateRoot: ZERO_HASH, receiptsRoot: ZERO_HASH, logsBloom: new Uint8Array(256), prevRandao: ZERO_HASH, blockNumber: number, gasLimit: 30_000_000, gasUsed: 0,
      timestamp: ref.timestamp, extraData: new Uint8Array(17), baseFeePerGas: 1n, blockHash: ref.hash, transactions: [deposit, ...transactions],
    } as const;
    this.#blocks.push({ ref, envelope: { payload } });
    return ref;
  }

  /** Forgets everything above a block and goes on under other hashes. */
  reorgTo(number: number): void {
    this.#blocks.length = number + 1;
    this.branch++;
  }

  payloadByNumber = async (number: number): Promise<ExecutionPayloadEnvelope> => {
    const envelope = this.#blocks[number]?.envelope;
    if (envelope === undefined) throw new NotFoundError(`no block ${number}`);
    return envelope;
  };
}
