import { applyConfigUpdate, depositFromLog, updateSystemConfig, userDeposits } from "@pangaea/derivation";
import { parseBeaconTiming, parseBlobs, parseBlobSidecars, parseL1Block, parseL1Receipts, parseL1Transaction } from "@pangaea/l1";
import { decodeHeader, decodeL1Attributes, decodeTransaction, encodeHeader, encodeL1Attributes, encodeReceipt, encodeTransaction, type L1AttributesFormat, hexToBytes, orderedTrieRoot, recoverSender, rlpEncode, rlpInteger, TX_DEPOSIT } from "@pangaea/primitives";
import { bytesTarget, expectSame, jsonTarget } from "../target.ts";
import { ADDRESS, blockJson, CONFIG, CONFIG_LOGS, DEPOSIT_LOG, HASH, HEADER, packLog, TRANSACTIONS, unpackLog } from "./samples.ts";

const FORMATS: readonly L1AttributesFormat[] = ["bedrock", "ecotone", "isthmus", "jovian"];
const attributes = {
  number: 1, time: 2, baseFee: 3n, blockHash: HASH, sequenceNumber: 4, batcherAddress: ADDRESS, overhead: HASH, scalar: HASH, blobBaseFee: 5n, baseFeeScalar: 6, blobBaseFeeScalar: 7, operatorFeeScalar: 8, operatorFeeConstant: 9n, daFootprintGasScalar: 10,
};

const withdrawal = { index: "0x1", validatorIndex: "0x2", address: ADDRESS, amount: "0x3" };
const withdrawalsRoot = orderedTrieRoot([rlpEncode([rlpInteger(1), rlpInteger(2), hexToBytes(ADDRESS), rlpInteger(3)])]);
const LOG = { address: ADDRESS, topics: [HASH], data: "0x01" };
const RECEIPT = { transactionHash: HASH, type: "0x2", status: "0x1", cumulativeGasUsed: "0x5208", logs: [LOG] };
const shared = { gas: "0x5208", value: "0x1", input: "0x01", nonce: "0x1", to: ADDRESS, r: "0x1", s: "0x2" };
const listed = { ...shared, chainId: "0x385", accessList: [{ address: ADDRESS, storageKeys: [HASH] }], yParity: "0x1", v: "0x1" };
const fees = { maxFeePerGas: "0x9", maxPriorityFeePerGas: "0x1" };
const RPC_TRANSACTIONS = [
  { ...shared, type: "0x0", gasPrice: "0x7", v: "0x1b" }, { ...shared, type: "0x0", gasPrice: "0x7", v: "0x72d" }, { ...listed, type: "0x1", gasPrice: "0x7" }, { ...listed, ...fees, type: "0x2" },
  { ...listed, ...fees, type: "0x3", maxFeePerBlobGas: "0x1", blobVersionedHashes: [HASH] },
  { ...listed, ...fees, type: "0x4", authorizationList: [{ chainId: "0x1", address: ADDRESS, nonce: "0x0", yParity: "0x0", r: "0x1", s: "0x2" }] },
  { ...shared, type: "0x7e", sourceHash: HASH, from: ADDRESS, mint: "0x1", isSystemTx: false },
];

export const L1_TARGETS = [
  bytesTarget("transaction", TRANSACTIONS, (input) => {
    const transaction = decodeTransaction(input);
    expectSame(input, encodeTransaction(transaction));
    if (transaction.type !== TX_DEPOSIT) recoverSender(transaction);
  }),
  bytesTarget("header", [encodeHeader(HEADER)], (input) => expectSame(input, encodeHeader(decodeHeader(input)))),
  bytesTarget("l1-attributes", FORMATS.map((format) => encodeL1Attributes(format, attributes)), (input) => decodeL1Attributes(input)),
  bytesTarget("deposit-log", [packLog(DEPOSIT_LOG)], (input) => {
    const log = unpackLog(input);
    userDeposits([{ status: 1, logs: [log], transactionHash: HASH }], ADDRESS, HASH);
    encodeTransaction(depositFromLog(log, HASH, 0));
  }),
  bytesTarget("system-config-log", CONFIG_LOGS.map(packLog), (input) => {
    const log = unpackLog(input);
    updateSystemConfig(CONFIG.genesis.systemConfig, [{ status: 1, logs: [log], transactionHash: HASH }], CONFIG, 0);
    applyConfigUpdate(CONFIG.genesis.systemConfig, log, false);
    applyConfigUpdate(CONFIG.genesis.systemConfig, log, true);
  }),
  jsonTarget("l1-block", [blockJson(HEADER), { ...blockJson({ ...HEADER, withdrawalsRoot }), withdrawals: [withdrawal] }], parseL1Block),
  jsonTarget("l1-receipts", [[RECEIPT]], (json) => parseL1Receipts(json).map((receipt) => encodeReceipt(receipt))),
  jsonTarget("l1-transaction", RPC_TRANSACTIONS, (json) => decodeTransaction(parseL1Transaction(json))),
  jsonTarget("beacon-answers", [{ data: { genesis_time: "1" } }, { data: { SECONDS_PER_SLOT: "12" } }, { data: [] }, { data: [{ index: "0", blob: "0x", kzg_commitment: `0x${"ab".repeat(48)}`, kzg_proof: `0x${"ab".repeat(48)}` }] }], (json) => {
    for (const parse of [parseBlobSidecars, parseBlobs, () => parseBeaconTiming(json, json)]) {
      try {
        parse(json);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "InvalidInputError") throw error;
      }
    }
  }),
];
