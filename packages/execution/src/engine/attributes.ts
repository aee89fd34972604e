import { isForkActiveAtBlock, type RollupConfig } from "@pangaea/config";
import { EngineError, EngineErrorCode, type PayloadAttributes, readU32 } from "@pangaea/primitives";

/** Why attributes cannot be built from, if so. Source: specs `protocol/exec-engine.md#extended-payloadattributesv3`. */
function problem(config: RollupConfig, attributes: PayloadAttributes, parentTime: number): string | undefined {
  const active = (fork: "canyon" | "ecotone" | "holocene" | "jovian") => isForkActiveAtBlock(config.forks, fork, attributes.timestamp);
  const fits = (name: string, present: boolean, fork: "canyon" | "ecotone" | "holocene" | "jovian") => (present === active(fork) ? undefined : `${name} ${present ? `may not be given before ${fork}` : `must be given from ${fork} on`}`);
  if (attributes.timestamp <= parentTime) return `timestamp ${attributes.timestamp} is not after the parent's, ${parentTime}`;
  const { eip1559Params } = attributes;
  if (eip1559Params !== undefined && eip1559Params.length !== 8) return `eip1559Params has ${eip1559Params.length} bytes, not 8`;
  if (eip1559Params !== undefined && (readU32(eip1559Params, 0) === 0) !== (readU32(eip1559Params, 4) === 0)) return "eip1559Params has one of denominator and elasticity zero";
  return fits("withdrawals", attributes.withdrawals !== undefined, "canyon") ?? fits("parentBeaconBlockRoot", attributes.parentBeaconBlockRoot !== undefined, "ecotone") ?? fits("eip1559Params", eip1559Params !== undefined, "holocene") ?? fits("minBaseFee", attributes.minBaseFee !== undefined, "jovian");
}

/** Throws `EngineError` (invalid attributes). */
export function checkAttributes(config: RollupConfig, attributes: PayloadAttributes, parentTime: number): void {
  const why = problem(config, attributes, parentTime);
  if (why !== undefined) throw new EngineError(EngineErrorCode.invalidAttributes, `invalid payload attributes: ${why}`);
}
