import { isForkActiveAtOrigin, type RollupConfig, type SystemConfig } from "@pangaea/config";
import { bytesEqual, bytesToHex, hexToBytes, InvalidInputError, keccak256, type Log, type ReceiptLogs, readU32, readU64, readU16, toSafeNumber, utf8ToBytes, ZERO_HASH } from "@pangaea/primitives";

export const CONFIG_UPDATE = keccak256(utf8ToBytes("ConfigUpdate(uint256,uint8,bytes)"));
const UPDATE = { batcher: 0, feeScalars: 1, gasLimit: 2, unsafeBlockSigner: 3, eip1559Params: 4, operatorFee: 5, minBaseFee: 6, daFootprintGasScalar: 7 } as const;

function uint(word: Uint8Array, bytes: number, what: string): Uint8Array {
  if (word.subarray(0, 32 - bytes).some((byte) => byte !== 0)) throw new InvalidInputError(`${what} is larger than ${bytes} bytes`);
  return word.subarray(32 - bytes);
}

/** Whether a scalar word is of version 0 or 1 with zeros where they belong. Source: specs `protocol/ecotone/l1-attributes.md`. */
function isEcotoneScalar(word: Uint8Array): boolean {
  const zeros = word[0] === 0 ? word.subarray(1, 28) : word[0] === 1 ? word.subarray(1, 24) : undefined;
  return zeros?.every((byte) => byte === 0) ?? false;
}

/** The configuration after one `ConfigUpdate` log. Throws `InvalidInputError` for a malformed one. Source: specs `protocol/system-config.md`. */
export function applyConfigUpdate(system: SystemConfig, log: Log, ecotone: boolean): SystemConfig {
  const [, version, kind] = log.topics;
  if (log.topics.length !== 3 || version === undefined || kind === undefined) throw new InvalidInputError(`a ConfigUpdate has ${log.topics.length} topics, not 3`);
  if (version.some((byte) => byte !== 0)) throw new InvalidInputError(`ConfigUpdate version ${bytesToHex(version)} is unknown`);
  const type = uint(kind, 1, "the update type")[0]!;
  const words = type === UPDATE.feeScalars ? 2 : 1;
  if (log.data.length !== 64 + 32 * words) throw new InvalidInputError(`a ConfigUpdate of type ${type} has ${log.data.length} bytes of data, not ${64 + 32 * words}`);
  const word = (i: number) => log.data.subarray(32 * i, 32 * i + 32);
  if (readU64(uint(word(0), 8, "the data offset"), 0) !== 32n) throw new InvalidInputError("a ConfigUpdate's data is not at offset 32");
  if (readU64(uint(word(1), 8, "the data length"), 0) !== BigInt(32 * words)) throw new InvalidInputError("a ConfigUpdate's data has the wrong length");
  switch (type) {
    case UPDATE.batcher:
      return { ...system, batcherAddress: bytesToHex(uint(word(2), 20, "the batcher")) };
    case UPDATE.feeScalars: {
      if (!ecotone) return { ...system, overhead: bytesToHex(word(2)), scalar: bytesToHex(word(3)) };
      if (!isEcotoneScalar(word(3))) throw new InvalidInputError(`the fee scalar ${bytesToHex(word(3))} is not of version 0 or 1`);
      return { ...system, overhead: ZERO_HASH, scalar: bytesToHex(word(3)) };
    }
    case UPDATE.gasLimit:
      return { ...system, gasLimit: toSafeNumber(readU64(uint(word(2), 8, "the gas limit"), 0), "the gas limit") };
    case UPDATE.eip1559Params: {
      const params = uint(word(2), 8, "the EIP-1559 parameters");
      if ((readU32(params, 0) === 0) !== (readU32(params, 4) === 0)) throw new InvalidInputError("the EIP-1559 denominator and elasticity must both be zero or both not");
      return { ...system, eip1559Params: bytesToHex(params) };
    }
    case UPDATE.operatorFee:
      return { ...system, operatorFeeParams: bytesToHex(new Uint8Array([...new Uint8Array(20), ...uint(word(2), 12, "the operator fee")])) };
    case UPDATE.minBaseFee:
      return { ...system, minBaseFee: readU64(uint(word(2), 8, "the minimum base fee"), 0) };
    case UPDATE.daFootprintGasScalar:
      return { ...system, daFootprintGasScalar: readU16(uint(word(2), 2, "the DA footprint gas scalar"), 0) };
    case UPDATE.unsafeBlockSigner:
      return system;
    default:
      throw new InvalidInputError(`ConfigUpdate type ${type} is unknown`);
  }
}

/** The configuration after an L1 block; a malformed update is skipped, the others hold. */
export function updateSystemConfig(system: SystemConfig, receipts: readonly ReceiptLogs[], config: RollupConfig, l1Time: number): SystemConfig {
  const address = hexToBytes(config.l1SystemConfigAddress, 20);
  const ecotone = isForkActiveAtOrigin(config.forks, "ecotone", l1Time);
  let updated = system;
  for (const receipt of receipts) {
    if (receipt.status !== 1) continue;
    for (const log of receipt.logs) {
      if (log.topics[0] === undefined || !bytesEqual(log.topics[0], CONFIG_UPDATE) || !bytesEqual(log.address, address)) continue;
      try {
        updated = applyConfigUpdate(updated, log, ecotone);
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
      }
    }
  }
  return updated;
}
