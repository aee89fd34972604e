import { bigIntToBytes, bytesToHex, concatBytes, type Hex, hexToBytes, readU16, readU32, readU64, toSafeNumber, writeU16, writeU32, writeU64 } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";

/** The layouts of the L1 attributes deposit's calldata, by the fork that brought them. */
export type L1AttributesFormat = "bedrock" | "ecotone" | "isthmus" | "jovian";

/**
 * What the first deposit of each L2 block says of its L1 origin. Fees in wei, `time` in Unix seconds.
 * `overhead` and `scalar` stand in Bedrock's layout only; the scalars from Ecotone, the operator fee from Isthmus, the footprint from Jovian.
 */
export interface L1Attributes {
  readonly number: number;
  readonly time: number;
  readonly baseFee: bigint;
  readonly blockHash: Hex;
  readonly sequenceNumber: number;
  readonly batcherAddress: Hex;
  readonly overhead: Hex;
  readonly scalar: Hex;
  readonly blobBaseFee: bigint;
  readonly baseFeeScalar: number;
  readonly blobBaseFeeScalar: number;
  readonly operatorFeeScalar: number;
  readonly operatorFeeConstant: bigint;
  readonly daFootprintGasScalar: number;
}

const SELECTORS: Readonly<Record<L1AttributesFormat, Hex>> = { bedrock: "0x015d8eb9", ecotone: "0x440a5e20", isthmus: "0x098999be", jovian: "0x3db6be2b" };
const LENGTHS: Readonly<Record<L1AttributesFormat, number>> = { bedrock: 260, ecotone: 164, isthmus: 176, jovian: 178 };
const ZERO_WORD: Hex = `0x${"00".repeat(32)}`;

/** Calldata of the L1 attributes deposit. Source: specs `protocol/{deposits,ecotone/l1-attributes,isthmus/l1-attributes,jovian/l1-attributes}.md`. */
export function encodeL1Attributes(format: L1AttributesFormat, info: L1Attributes): Uint8Array {
  if (format === "bedrock") {
    return concatBytes(
      hexToBytes(SELECTORS.bedrock),
      bigIntToBytes(BigInt(info.number), 32), bigIntToBytes(BigInt(info.time), 32), bigIntToBytes(info.baseFee, 32), hexToBytes(info.blockHash, 32), bigIntToBytes(BigInt(info.sequenceNumber), 32),
      new Uint8Array(12), hexToBytes(info.batcherAddress, 20), hexToBytes(info.overhead, 32), hexToBytes(info.scalar, 32),
    );
  }
  const out = new Uint8Array(LENGTHS[format]);
  out.set(hexToBytes(SELECTORS[format]));
  writeU32(out, 4, info.baseFeeScalar);
  writeU32(out, 8, info.blobBaseFeeScalar);
  writeU64(out, 12, info.sequenceNumber);
  writeU64(out, 20, info.time);
  writeU64(out, 28, info.number);
  out.set(bigIntToBytes(info.baseFee, 32), 36);
  out.set(bigIntToBytes(info.blobBaseFee, 32), 68);
  out.set(hexToBytes(info.blockHash, 32), 100);
  out.set(hexToBytes(info.batcherAddress, 20), 144);
  if (format !== "ecotone") {
    writeU32(out, 164, info.operatorFeeScalar);
    writeU64(out, 168, info.operatorFeeConstant);
  }
  if (format === "jovian") writeU16(out, 176, info.daFootprintGasScalar);
  return out;
}

/** Reads the calldata of an L1 attributes deposit in whichever layout it is. Throws `InvalidInputError`. */
export function decodeL1Attributes(data: Uint8Array): L1Attributes & { readonly format: L1AttributesFormat } {
  const selector = bytesToHex(data.subarray(0, 4));
  const format = (["bedrock", "ecotone", "isthmus", "jovian"] as const).find((one) => SELECTORS[one] === selector);
  if (format === undefined) throw new InvalidInputError(`L1 attributes have the unknown selector ${selector}`);
  if (data.length !== LENGTHS[format]) throw new InvalidInputError(`${format} L1 attributes have ${data.length} bytes, not ${LENGTHS[format]}`);
  const word = (at: number) => BigInt(bytesToHex(data.subarray(at, at + 32)));
  const none = { overhead: ZERO_WORD, scalar: ZERO_WORD, blobBaseFee: 0n, baseFeeScalar: 0, blobBaseFeeScalar: 0, operatorFeeScalar: 0, operatorFeeConstant: 0n, daFootprintGasScalar: 0 };
  if (format === "bedrock") {
    return {
      ...none,
      format,
      number: toSafeNumber(word(4), "L1 number"), time: toSafeNumber(word(36), "L1 time"), baseFee: word(68), blockHash: bytesToHex(data.subarray(100, 132)),
      sequenceNumber: toSafeNumber(word(132), "sequence number"), batcherAddress: bytesToHex(data.subarray(176, 196)),
      overhead: bytesToHex(data.subarray(196, 228)), scalar: bytesToHex(data.subarray(228, 260)),
    };
  }
  return {
    ...none,
    format,
    baseFeeScalar: readU32(data, 4), blobBaseFeeScalar: readU32(data, 8), sequenceNumber: toSafeNumber(readU64(data, 12), "sequence number"),
    time: toSafeNumber(readU64(data, 20), "L1 time"), number: toSafeNumber(readU64(data, 28), "L1 number"),
    baseFee: word(36), blobBaseFee: word(68), blockHash: bytesToHex(data.subarray(100, 132)), batcherAddress: bytesToHex(data.subarray(144, 164)),
    ...(format === "ecotone" ? {} : { operatorFeeScalar: readU32(data, 164), operatorFeeConstant: readU64(data, 168) }),
    ...(format === "jovian" ? { daFootprintGasScalar: readU16(data, 176) } : {}),
  };
}
