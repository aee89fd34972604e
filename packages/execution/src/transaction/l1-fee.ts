import { PREDEPLOYS } from "@pangaea/config";
import type { WorldState } from "@pangaea/evm";
import { bigIntToBytes, fastLzLength, readU16, readU32, readU64 } from "@pangaea/primitives";
import type { OpRules } from "../op-rules.ts";

/** What the L1Block contract says of fees: wei, and scalars as they stand there. Source: specs `protocol/{ecotone,isthmus,jovian}/l1-attributes.md`. */
export interface L1FeeParameters {
  readonly baseFee: bigint;
  readonly blobBaseFee: bigint;
  readonly baseFeeScalar: number;
  readonly blobBaseFeeScalar: number;
  readonly overhead: bigint;
  readonly scalar: bigint;
  readonly operatorFeeScalar: number;
  readonly operatorFeeConstant: bigint;
  readonly daFootprintGasScalar: number;
  /** Whether the Bedrock formula holds: before Ecotone, and in its first block, whose L1Block has not been given the new values yet. */
  readonly isBedrock: boolean;
}

const SLOT = { baseFee: 1n, scalars: 3n, overhead: 5n, scalar: 6n, blobBaseFee: 7n, operatorFee: 8n } as const;
/** An estimate of compressed size in millionths of a byte, by FastLZ length. Source: specs `protocol/fjord/exec-engine.md`. */
const FJORD = { intercept: -42_585_600n, perByte: 836_500n, least: 100_000_000n, unit: 1_000_000n } as const;

/** Before Regolith 68 non-zero bytes were added for the signature. */
const PRE_REGOLITH_SIGNATURE_GAS = 68n * 16n;

/** Reads the slots that the block's fork uses, and only those. */
export function readL1FeeParameters(state: WorldState, rules: OpRules): L1FeeParameters {
  const read = (slot: bigint, when: boolean) => (when ? state.storage(PREDEPLOYS.l1Block, slot) : 0n);
  const ecotone = rules.active("ecotone");
  const blobBaseFee = read(SLOT.blobBaseFee, ecotone);
  const scalars = bigIntToBytes(read(SLOT.scalars, ecotone), 32);
  const baseFeeScalar = readU32(scalars, 16);
  const blobBaseFeeScalar = readU32(scalars, 20);
  const isBedrock = blobBaseFee === 0n && baseFeeScalar === 0 && blobBaseFeeScalar === 0;
  const operator = bigIntToBytes(read(SLOT.operatorFee, rules.active("isthmus")), 32);
  return {
    baseFee: read(SLOT.baseFee, true),
    blobBaseFee,
    baseFeeScalar,
    blobBaseFeeScalar,
    isBedrock,
    overhead: read(SLOT.overhead, isBedrock),
    scalar: read(SLOT.scalar, isBedrock),
    operatorFeeScalar: readU32(operator, 20),
    operatorFeeConstant: readU64(operator, 24),
    daFootprintGasScalar: readU16(operator, 18),
  };
}

/** Estimated compressed size of an encoded transaction, in millionths of a byte. */
export function estimatedSize(encoded: Uint8Array): bigint {
  const estimate = FJORD.intercept + FJORD.perByte * BigInt(fastLzLength(encoded));
  return estimate > FJORD.least ? estimate : FJORD.least;
}

function calldataGas(encoded: Uint8Array): bigint {
  let gas = 0;
  for (const byte of encoded) gas += byte === 0 ? 4 : 16;
  return BigInt(gas);
}

/** The L1 data fee of an encoded transaction in wei, and the gas that receipts call `l1GasUsed`. */
export function l1Fee(encoded: Uint8Array, fees: L1FeeParameters, rules: OpRules): { readonly fee: bigint; readonly gasUsed: bigint } {
  if (fees.isBedrock) {
    const gasUsed = calldataGas(encoded) + fees.overhead + (rules.active("regolith") ? 0n : PRE_REGOLITH_SIGNATURE_GAS);
    return { fee: (gasUsed * fees.baseFee * fees.scalar) / 1_000_000n, gasUsed };
  }
  const weighted = 16n * fees.baseFee * BigInt(fees.baseFeeScalar) + fees.blobBaseFee * BigInt(fees.blobBaseFeeScalar);
  if (rules.active("fjord")) {
    const size = estimatedSize(encoded);
    return { fee: (size * weighted) / 1_000_000_000_000n, gasUsed: (size * 16n) / FJORD.unit };
  }
  const gasUsed = calldataGas(encoded);
  return { fee: (gasUsed * weighted) / 16_000_000n, gasUsed };
}

/** The operator fee for an amount of gas, in wei. Source: specs `protocol/{isthmus,jovian}/exec-engine.md`. */
export function operatorFee(gas: number, fees: L1FeeParameters, rules: OpRules): bigint {
  if (!rules.active("isthmus")) return 0n;
  const scaled = BigInt(gas) * BigInt(fees.operatorFeeScalar);
  return (rules.active("jovian") ? scaled * 100n : scaled / 1_000_000n) + fees.operatorFeeConstant;
}

/** What a transaction counts towards the block's DA footprint, in gas. Source: specs `protocol/jovian/exec-engine.md`. */
export function daFootprint(encoded: Uint8Array, fees: L1FeeParameters): number {
  return Number(estimatedSize(encoded) / FJORD.unit) * fees.daFootprintGasScalar;
}
