import { isForkActiveAtBlock, isForkActiveAtParent, type RollupConfig } from "@pangaea/config";
import { type BlockHeader, InvalidBlockError, readU32, readU64, writeU32, writeU64 } from "@pangaea/primitives";

/** EIP-1559 parameters of a chain at a block; `minBaseFee` in wei. */
export interface FeeParameters {
  readonly denominator: number;
  readonly elasticity: number;
  readonly minBaseFee: bigint;
}

const HOLOCENE_VERSION = 0;
const JOVIAN_VERSION = 1;

function constants(config: RollupConfig, canyon: boolean): FeeParameters {
  return { denominator: canyon ? config.feeMarket.denominatorCanyon : config.feeMarket.denominator, elasticity: config.feeMarket.elasticity, minBaseFee: 0n };
}

/** Reads a header's extra data. Throws `InvalidBlockError` when it is not of the fork's form. Source: specs `protocol/{holocene,jovian}/exec-engine.md`. */
export function decodeExtraData(extraData: Uint8Array, jovian: boolean): FeeParameters {
  const length = jovian ? 17 : 9;
  if (extraData.length !== length || extraData[0] !== (jovian ? JOVIAN_VERSION : HOLOCENE_VERSION)) throw new InvalidBlockError(`extra data has ${extraData.length} bytes and version ${extraData[0]}; ${length} bytes of version ${jovian ? JOVIAN_VERSION : HOLOCENE_VERSION} are wanted`);
  const denominator = readU32(extraData, 1);
  if (denominator === 0) throw new InvalidBlockError("extra data has the EIP-1559 denominator 0");
  const elasticity = readU32(extraData, 5);
  if (elasticity === 0) throw new InvalidBlockError("extra data has the EIP-1559 elasticity 0");
  return { denominator, elasticity, minBaseFee: jovian ? readU64(extraData, 9) : 0n };
}

/** Throws `InvalidBlockError` when a block's extra data is not of the form that its own time demands. */
export function checkExtraData(config: RollupConfig, extraData: Uint8Array, time: number): void {
  if (isForkActiveAtBlock(config.forks, "holocene", time)) decodeExtraData(extraData, isForkActiveAtBlock(config.forks, "jovian", time));
  else if (extraData.length > 0) throw new InvalidBlockError(`extra data has ${extraData.length} bytes; before Holocene it must be empty`);
}

/** The extra data of a block built with these attributes: zero parameters stand for the chain's constants. */
export function encodeExtraData(config: RollupConfig, eip1559Params: Uint8Array | undefined, minBaseFee: bigint | undefined): Uint8Array {
  if (eip1559Params === undefined) return new Uint8Array(0);
  const out = new Uint8Array(minBaseFee === undefined ? 9 : 17);
  out[0] = minBaseFee === undefined ? HOLOCENE_VERSION : JOVIAN_VERSION;
  const isZero = eip1559Params.every((byte) => byte === 0);
  writeU32(out, 1, isZero ? config.feeMarket.denominatorCanyon : readU32(eip1559Params, 0));
  writeU32(out, 5, isZero ? config.feeMarket.elasticity : readU32(eip1559Params, 4));
  if (minBaseFee !== undefined) writeU64(out, 9, minBaseFee);
  return out;
}

/** The base fee of the block after `parent`, in wei. */
export function nextBaseFee(config: RollupConfig, parent: BlockHeader, time: number): bigint {
  const active = (fork: "holocene" | "jovian") => isForkActiveAtParent(config.forks, fork, parent.timestamp);
  const canyon = isForkActiveAtBlock(config.forks, "canyon", time);
  const parameters = active("holocene") ? decodeExtraData(parent.extraData, active("jovian")) : constants(config, canyon);
  const gasUsed = BigInt(active("jovian") ? Math.max(parent.gasUsed, parent.blobGasUsed ?? 0) : parent.gasUsed);
  const target = BigInt(Math.floor(parent.gasLimit / parameters.elasticity));
  const parentFee = parent.baseFeePerGas ?? 0n;
  const denominator = BigInt(parameters.denominator);
  let fee = parentFee;
  if (gasUsed > target) {
    const step = (parentFee * (gasUsed - target)) / target / denominator;
    fee = parentFee + (step > 0n ? step : 1n);
  } else if (gasUsed < target) {
    const step = (parentFee * (target - gasUsed)) / target / denominator;
    fee = parentFee > step ? parentFee - step : 0n;
  }
  return fee > parameters.minBaseFee ? fee : parameters.minBaseFee;
}
