import { isActivationBlock, isForkActiveAtBlock, PREDEPLOYS, DEPOSITOR_ACCOUNT, type RollupConfig, type SystemConfig } from "@pangaea/config";
import { encodeL1Attributes, encodeTransaction, hexToBytes, type L1AttributesFormat, type L1BlockInfo, l1InfoSourceHash, readU32, readU64, TX_DEPOSIT } from "@pangaea/primitives";
import { blobBaseFee } from "./blob-base-fee.ts";

const REGOLITH_GAS = 1_000_000;
const BEDROCK_GAS = 150_000_000;
/** What stands for a DA footprint gas scalar of 0. Source: specs `protocol/jovian/l1-attributes.md`. */
const DEFAULT_DA_FOOTPRINT_GAS_SCALAR = 400;

/** The layout at an L2 block's time; a fork's activation block still has the layout before it. */
function formatAt(config: RollupConfig, time: number): L1AttributesFormat {
  const inForce = (fork: "ecotone" | "isthmus" | "jovian") => isForkActiveAtBlock(config.forks, fork, time) && !isActivationBlock(config.forks, fork, time, config.blockTime);
  return inForce("jovian") ? "jovian" : inForce("isthmus") ? "isthmus" : inForce("ecotone") ? "ecotone" : "bedrock";
}

/** Base fee and blob base fee scalars of a scalar word. A v0 word that is not clean gives the largest scalar. */
function feeScalars(word: Uint8Array): { readonly baseFeeScalar: number; readonly blobBaseFeeScalar: number } {
  if (word[0] === 1) return { baseFeeScalar: readU32(word, 28), blobBaseFeeScalar: readU32(word, 24) };
  const clean = word.subarray(1, 28).every((byte) => byte === 0);
  return { baseFeeScalar: clean ? readU32(word, 28) : 0xffffffff, blobBaseFeeScalar: 0 };
}

/** The encoded L1 attributes deposit of an L2 block. Source: specs `protocol/deposits.md#l1-attributes-deposited-transaction`. */
export function l1InfoDeposit(config: RollupConfig, system: SystemConfig, l1: L1BlockInfo, sequenceNumber: number, l2Time: number): Uint8Array {
  const regolith = isForkActiveAtBlock(config.forks, "regolith", l2Time);
  const operatorFee = hexToBytes(system.operatorFeeParams, 32);
  const data = encodeL1Attributes(formatAt(config, l2Time), {
    number: l1.number,
    time: l1.timestamp,
    baseFee: l1.baseFee,
    blockHash: l1.hash,
    sequenceNumber,
    batcherAddress: system.batcherAddress,
    overhead: system.overhead,
    scalar: system.scalar,
    blobBaseFee: blobBaseFee(config, l1.timestamp, l1.excessBlobGas),
    ...feeScalars(hexToBytes(system.scalar, 32)),
    operatorFeeScalar: readU32(operatorFee, 20),
    operatorFeeConstant: readU64(operatorFee, 24),
    daFootprintGasScalar: system.daFootprintGasScalar === 0 ? DEFAULT_DA_FOOTPRINT_GAS_SCALAR : system.daFootprintGasScalar,
  });
  return encodeTransaction({
    type: TX_DEPOSIT,
    sourceHash: l1InfoSourceHash(l1.hash, sequenceNumber),
    from: DEPOSITOR_ACCOUNT,
    to: PREDEPLOYS.l1Block,
    mint: 0n,
    value: 0n,
    gas: regolith ? REGOLITH_GAS : BEDROCK_GAS,
    isSystemTx: !regolith,
    data,
  });
}
