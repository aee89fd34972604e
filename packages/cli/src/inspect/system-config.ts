import { flag, optionalWhole, type SystemConfig, text } from "@pangaea/config";
import { applyConfigUpdate, CONFIG_UPDATE } from "@pangaea/derivation";
import { bytesEqual, bytesToHex, errorMessage, hexToBytes, InvalidInputError, type Log, padLeft, readU32, readU64, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { rollupConfigAt } from "./channel.ts";
import { inspection } from "./inspection.ts";
import { logsIn } from "./log-json.ts";

const KINDS = ["batcher", "gas-config", "gas-limit", "unsafe-block-signer", "eip1559", "operator-fee", "min-base-fee", "da-footprint-gas-scalar"] as const;
const ZERO_CONFIG: SystemConfig = { batcherAddress: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH, gasLimit: 0, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 };

/** What an update says, in the words of the contract. */
function saidBy(kind: number, after: SystemConfig, log: Log, ecotone: boolean): Readonly<Record<string, unknown>> {
  const scalar = hexToBytes(after.scalar);
  switch (kind) {
    case 0:
      return { batcherAddress: after.batcherAddress };
    case 1:
      return { overhead: after.overhead, scalar: after.scalar, ...(ecotone ? { baseFeeScalar: readU32(scalar, 28), blobBaseFeeScalar: scalar[0] === 1 ? readU32(scalar, 24) : 0 } : {}) };
    case 2:
      return { gasLimit: after.gasLimit };
    case 3:
      return { unsafeBlockSigner: bytesToHex(log.data.subarray(76, 96)) };
    case 4:
      return { denominator: readU32(hexToBytes(after.eip1559Params), 0), elasticity: readU32(hexToBytes(after.eip1559Params), 4) };
    case 5:
      return { operatorFeeScalar: readU32(hexToBytes(after.operatorFeeParams), 20), operatorFeeConstant: readU64(hexToBytes(after.operatorFeeParams), 24) };
    case 6:
      return { minBaseFee: after.minBaseFee };
    default:
      return { daFootprintGasScalar: after.daFootprintGasScalar };
  }
}

/** `ConfigUpdate` logs of a SystemConfig contract, applied one after the other. */
export const systemConfig = inspection({
  summary: "apply ConfigUpdate logs (JSON), or the data of one (hex, with --type)",
  takesFile: true,
  flags: {
    type: optionalWhole(`what the data of a log without its topics is: ${KINDS.map((kind, i) => `${i} ${kind}`).join(", ")}`),
    "rollup-config": text("the chain's rollup.json: begin with its SystemConfig, and take the logs of its contract only", "FILE"),
    "before-ecotone": flag("read fee scalars as before Ecotone"),
  },
  run: async (read, { type, "rollup-config": path, "before-ecotone": beforeEcotone }) => {
    const config = path === undefined ? undefined : rollupConfigAt(path);
    const input = await read();
    if (!input.isJson && type === undefined) throw new InvalidInputError(`${input.name} is the data of a log without its topics: say with --type what it updates`);
    const all: readonly Log[] = input.isJson ? logsIn(input.json(), input.name) : [{ address: new Uint8Array(20), topics: [CONFIG_UPDATE, new Uint8Array(32), padLeft(Uint8Array.of(type ?? 0), 32)], data: input.bytes }];
    const ours = all.filter(({ address, topics }) => topics[0] !== undefined && bytesEqual(topics[0], CONFIG_UPDATE) && (config === undefined || !input.isJson || bytesEqual(address, hexToBytes(config.l1SystemConfigAddress))));
    if (ours.length === 0) throw new InvalidInputError(`${input.name} has ${all.length} logs and no ConfigUpdate${config === undefined ? "" : ` of ${config.l1SystemConfigAddress}`} among them`);
    let system = config?.genesis.systemConfig ?? ZERO_CONFIG;
    const problems: string[] = [];
    const updates = ours.map((log, i) => {
      try {
        system = applyConfigUpdate(system, log, !beforeEcotone);
        const kind = log.topics[2]![31]!;
        return { type: kind, name: KINDS[kind], ...saidBy(kind, system, log, !beforeEcotone) };
      } catch (error) {
        problems.push(`update ${i}: ${errorMessage(error)}`);
        return { error: errorMessage(error) };
      }
    });
    const found = { updates, ...(config === undefined ? {} : { systemConfig: system }) };
    return problems.length === 0 ? { found } : { found, problem: `${input.name}: ${problems.join("; ")}` };
  },
});
