import { bytesToHex, decodeTransaction, encodeHeader, type Hex, logsBloom, rlpListOfEncoded, rlpEncode, toQuantity, type Transaction, transactionHash, TX_ACCESS_LIST, TX_BLOB, TX_DEPOSIT, TX_LEGACY, TX_SET_CODE } from "@pangaea/primitives";
import type { Block, StoredReceipt } from "../block/block.ts";
import type { Blockchain } from "../chain/blockchain.ts";
import { opRulesAt } from "../op-rules.ts";
import { l1Fee, readL1FeeParameters } from "../transaction/l1-fee.ts";
import { effectiveGasPrice } from "../transaction/validate.ts";

type Json = Readonly<Record<string, unknown>>;

const FIRST_RLP_LIST = 0xc0;

/** Where a mined transaction stands; nothing for one that waits. */
export interface Placement {
  readonly block: Block;
  readonly index: number;
}

function signatureJson(tx: Exclude<Transaction, { type: 126 }>): Json {
  const v = tx.type !== TX_LEGACY ? BigInt(tx.yParity) : tx.chainId === undefined ? BigInt(27 + tx.yParity) : BigInt(tx.chainId) * 2n + 35n + BigInt(tx.yParity);
  return { v: toQuantity(v), r: toQuantity(tx.r), s: toQuantity(tx.s), ...(tx.type === TX_LEGACY ? {} : { yParity: toQuantity(tx.yParity) }) };
}

/** A transaction as `eth_getTransactionByHash` gives it. */
export function transactionToJson(encoded: Uint8Array, from: Hex, placement: Placement | undefined, receipt?: StoredReceipt): Json {
  const tx = decodeTransaction(encoded);
  const place = { blockHash: placement?.block.hash ?? null, blockNumber: placement === undefined ? null : toQuantity(placement.block.header.number), transactionIndex: placement === undefined ? null : toQuantity(placement.index) };
  const common = { hash: transactionHash(encoded), type: toQuantity(tx.type), from, to: tx.to ?? null, value: toQuantity(tx.value), gas: toQuantity(tx.gas), input: bytesToHex(tx.data), ...place };
  if (tx.type === TX_DEPOSIT) {
    return { ...common, sourceHash: tx.sourceHash, ...(tx.mint === 0n ? {} : { mint: toQuantity(tx.mint) }), ...(tx.isSystemTx ? { isSystemTx: true } : {}), nonce: toQuantity(receipt?.depositNonce ?? 0), ...(receipt?.depositReceiptVersion === undefined ? {} : { depositReceiptVersion: toQuantity(receipt.depositReceiptVersion) }), gasPrice: "0x0", v: "0x0", r: "0x0", s: "0x0" };
  }
  const signed = { ...common, nonce: toQuantity(tx.nonce), ...(tx.chainId === undefined ? {} : { chainId: toQuantity(tx.chainId) }), ...signatureJson(tx) };
  if (tx.type === TX_LEGACY) return { ...signed, gasPrice: toQuantity(tx.gasPrice) };
  if (tx.type === TX_ACCESS_LIST) return { ...signed, gasPrice: toQuantity(tx.gasPrice), accessList: tx.accessList };
  const baseFee = placement?.block.header.baseFeePerGas;
  return {
    ...signed,
    maxFeePerGas: toQuantity(tx.maxFeePerGas),
    maxPriorityFeePerGas: toQuantity(tx.maxPriorityFeePerGas),
    gasPrice: toQuantity(baseFee === undefined ? tx.maxFeePerGas : effectiveGasPrice(tx, baseFee)),
    accessList: tx.accessList,
    ...(tx.type === TX_BLOB ? { maxFeePerBlobGas: toQuantity(tx.maxFeePerBlobGas), blobVersionedHashes: tx.blobVersionedHashes } : {}),
    ...(tx.type === TX_SET_CODE ? { authorizationList: tx.authorizationList.map((one) => ({ chainId: toQuantity(one.chainId), address: one.address, nonce: toQuantity(one.nonce), yParity: toQuantity(one.yParity), r: toQuantity(one.r), s: toQuantity(one.s) })) } : {}),
  };
}

/** The RLP encoding of a block: typed transactions as byte strings, legacy ones as the lists they are. */
export function encodeBlock({ header, transactions }: Block): Uint8Array {
  const body = transactions.map((encoded) => (encoded[0]! >= FIRST_RLP_LIST ? encoded : rlpEncode(encoded)));
  return rlpListOfEncoded([encodeHeader(header), rlpListOfEncoded(body), rlpEncode([]), ...(header.withdrawalsRoot === undefined ? [] : [rlpEncode([])])]);
}

/** A block as `eth_getBlockByNumber` gives it. */
export function blockToJson(chain: Blockchain, block: Block, full: boolean): Json {
  const { header } = block;
  const receipts = full ? chain.receipts(block.hash) : [];
  const transactions = block.transactions.map((encoded, index) => (full ? transactionToJson(encoded, receipts[index]!.from, { block, index }, receipts[index]) : transactionHash(encoded)));
  return { ...headerToJson(block), uncles: [], transactions, size: toQuantity(encodeBlock(block).length), ...(header.withdrawalsRoot === undefined ? {} : { withdrawals: [] }) };
}

export function headerToJson({ hash, header }: Block): Json {
  const optional = (name: string, value: bigint | number | undefined) => (value === undefined ? {} : { [name]: toQuantity(value) });
  return {
    hash, parentHash: header.parentHash, sha3Uncles: header.ommersHash, miner: header.coinbase, stateRoot: header.stateRoot, transactionsRoot: header.transactionsRoot, receiptsRoot: header.receiptsRoot,
    logsBloom: bytesToHex(header.logsBloom), difficulty: "0x0", totalDifficulty: "0x0", number: toQuantity(header.number), gasLimit: toQuantity(header.gasLimit), gasUsed: toQuantity(header.gasUsed),
    timestamp: toQuantity(header.timestamp), extraData: bytesToHex(header.extraData), mixHash: header.mixHash, nonce: header.nonce,
    ...optional("baseFeePerGas", header.baseFeePerGas), ...(header.withdrawalsRoot === undefined ? {} : { withdrawalsRoot: header.withdrawalsRoot }),
    ...optional("blobGasUsed", header.blobGasUsed), ...optional("excessBlobGas", header.excessBlobGas),
    ...(header.parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot: header.parentBeaconBlockRoot }), ...(header.requestsHash === undefined ? {} : { requestsHash: header.requestsHash }),
  };
}

/** The logs of a block, numbered through all its receipts. */
export function logsToJson(block: Block, receipts: readonly StoredReceipt[], removed = false): readonly (Json & { readonly address: Hex; readonly topics: readonly Hex[] })[] {
  let logIndex = 0;
  return receipts.flatMap((receipt, transactionIndex) =>
    receipt.logs.map((log) => ({
      address: bytesToHex(log.address), topics: log.topics.map(bytesToHex), data: bytesToHex(log.data), blockHash: block.hash, blockNumber: toQuantity(block.header.number), blockTimestamp: toQuantity(block.header.timestamp),
      transactionHash: receipt.transactionHash, transactionIndex: toQuantity(transactionIndex), logIndex: toQuantity(logIndex++), removed,
    })),
  );
}

/** The receipts of a block, with what the OP Stack adds. Source: specs `protocol/exec-engine.md`, op-geth receipts. */
export function receiptsToJson(chain: Blockchain, block: Block): readonly Json[] {
  const receipts = chain.receipts(block.hash);
  const logs = logsToJson(block, receipts);
  const rules = opRulesAt(chain.config, block.header.timestamp);
  const fees = readL1FeeParameters(chain.stateAt(block), rules);
  let firstLog = 0;
  return receipts.map((receipt, index) => {
    const own = logs.slice(firstLog, firstLog + receipt.logs.length);
    firstLog += receipt.logs.length;
    const common = {
      transactionHash: receipt.transactionHash, transactionIndex: toQuantity(index), blockHash: block.hash, blockNumber: toQuantity(block.header.number), from: receipt.from, to: receipt.to ?? null,
      cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed), gasUsed: toQuantity(receipt.gasUsed), contractAddress: receipt.contractAddress ?? null, logs: own, logsBloom: bytesToHex(logsBloom(receipt.logs)),
      status: toQuantity(receipt.status), type: toQuantity(receipt.type), effectiveGasPrice: toQuantity(receipt.effectiveGasPrice),
    };
    if (receipt.type === TX_DEPOSIT) return { ...common, ...(receipt.depositNonce === undefined ? {} : { depositNonce: toQuantity(receipt.depositNonce) }), ...(receipt.depositReceiptVersion === undefined ? {} : { depositReceiptVersion: toQuantity(receipt.depositReceiptVersion) }) };
    const l1 = l1Fee(block.transactions[index]!, fees, rules);
    const operator = rules.active("isthmus") && (fees.operatorFeeScalar !== 0 || fees.operatorFeeConstant !== 0n);
    return {
      ...common,
      l1Fee: toQuantity(l1.fee), l1GasPrice: toQuantity(fees.baseFee), l1GasUsed: toQuantity(l1.gasUsed),
      ...(rules.active("ecotone") ? { l1BaseFeeScalar: toQuantity(fees.baseFeeScalar), l1BlobBaseFee: toQuantity(fees.blobBaseFee), l1BlobBaseFeeScalar: toQuantity(fees.blobBaseFeeScalar) } : {}),
      ...(operator ? { operatorFeeScalar: toQuantity(fees.operatorFeeScalar), operatorFeeConstant: toQuantity(fees.operatorFeeConstant) } : {}),
      ...(rules.active("jovian") ? { blobGasUsed: toQuantity(receipt.daFootprint), daFootprintGasScalar: toQuantity(fees.daFootprintGasScalar) } : {}),
    };
  });
}
