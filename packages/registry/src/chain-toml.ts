import { type DependencySet, FORKS, type Fork, parseDependencySet, type RollupConfig } from "@pangaea/config";
import { errorMessage, type Hex, InvalidInputError, isHex, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { parse } from "smol-toml";
import { z } from "zod";

/** A chain as the registry describes it. */
export interface RegistryChain {
  /** `<network>/<name>`, as `chainList.json` has it. */
  readonly id: string;
  readonly network: string;
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly publicRpc: string;
  readonly sequencerRpc: string;
  readonly dataAvailability: "eth-da" | "alt-da";
  readonly config: RollupConfig;
  /** Where the chain is in an interop cluster. */
  readonly dependencySet?: DependencySet;
}

/** What a network's `superchain.toml` says that its chains need. */
export interface RegistryNetwork {
  readonly l1ChainId: number;
  readonly superchainConfigAddress?: Hex;
  readonly protocolVersionsAddress: Hex;
}

/** Every chain of the registry has this one; from Granite it is 50. Source: specs `protocol/configurability.md`. */
const CHANNEL_TIMEOUT = 300;
const REGOLITH_TIME = 0;

const hex = (size: number) => z.custom<string>((value) => isHex(value, size), `wants ${size} bytes of 0x-prefixed hex`).transform((value) => value.toLowerCase() as Hex);
const whole = z.number().int().nonnegative().safe();
const blockId = z.strictObject({ hash: hex(32), number: whole });
/** Forks that have a time in the registry; the last is an older name of Lagoon. */
const forkTimes = Object.fromEntries([...FORKS.slice(2), "interop", "regolith"].map((fork) => [`${fork}_time`, whole.optional()]));

const chainSchema = z.object({
  name: z.string(),
  public_rpc: z.string().default(""),
  sequencer_rpc: z.string().default(""),
  data_availability_type: z.enum(["eth-da", "alt-da"]).default("eth-da"),
  chain_id: whole,
  batch_inbox_addr: hex(20),
  block_time: whole,
  seq_window_size: whole,
  max_sequencer_drift: whole,
  hardforks: z.strictObject({ ...forkTimes, pectra_blob_schedule_time: whole.optional(), keep_karst_upgrade_gas: z.boolean().optional() }),
  interop: z.strictObject({ dependencies: z.record(z.string(), z.unknown()) }).optional(),
  alt_da: z.strictObject({ da_challenge_contract_address: hex(20).default(ZERO_ADDRESS), da_challenge_window: whole, da_resolve_window: whole, da_commitment_type: z.enum(["KeccakCommitment", "GenericCommitment"]).default("KeccakCommitment") }).optional(),
  optimism: z.strictObject({ eip1559_elasticity: whole, eip1559_denominator: whole, eip1559_denominator_canyon: whole }),
  genesis: z.strictObject({
    l2_time: whole, l1: blockId, l2: blockId,
    system_config: z.strictObject({ batcherAddress: hex(20), overhead: hex(32), scalar: hex(32), gasLimit: whole, eip1559Params: hex(8).optional(), operatorFeeParams: hex(32).optional(), minBaseFee: whole.optional(), daFootprintGasScalar: whole.optional() }),
  }),
  addresses: z.object({ OptimismPortalProxy: hex(20), SystemConfigProxy: hex(20) }),
});
const networkSchema = z.object({ l1: z.object({ chain_id: whole }), superchain_config_addr: hex(20).optional(), protocol_versions_addr: hex(20).optional() });

function parseToml<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let toml: unknown;
  try {
    toml = parse(text);
  } catch (error) {
    throw new InvalidInputError(`${where} is not TOML: ${errorMessage(error).split("\n")[0]}`);
  }
  const result = schema.safeParse(toml);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map((issue) => {
    const path = issue.path.join(".");
    return issue.code === "unrecognized_keys" ? `unknown key ${issue.keys.join(", ")} under ${path}: this version does not know what it changes, use a newer one` : `${path} ${issue.message.replace(/^Invalid input: /, "")}`;
  });
  throw new InvalidInputError(`${where}: ${problems.join("; ")}`);
}

/** Reads a network's `superchain.toml`. Throws `InvalidInputError` naming the key. */
export function parseRegistryNetwork(text: string, where: string): RegistryNetwork {
  const { l1, superchain_config_addr: superchainConfig, protocol_versions_addr: protocolVersions } = parseToml(networkSchema, text, where);
  return { l1ChainId: l1.chain_id, protocolVersionsAddress: protocolVersions ?? ZERO_ADDRESS, ...(superchainConfig === undefined ? {} : { superchainConfigAddress: superchainConfig }) };
}

/**
 * Reads a chain's TOML file into its rollup configuration. Keys that this version does not know are refused where they change what is derived
 * (forks, fee market, genesis) and passed over elsewhere; whether the values go together is `checkRollupConfig`'s matter. Times in Unix seconds. Throws `InvalidInputError` naming the key.
 * Source: superchain-registry `docs/ops.md`, specs `protocol/superchain-configuration.md`.
 */
export function parseRegistryChain(text: string, { network, name, where }: { readonly network: string; readonly name: string; readonly where: string }, { l1ChainId, protocolVersionsAddress }: RegistryNetwork): RegistryChain {
  const file = parseToml(chainSchema, text, where);
  const times: Readonly<Record<string, unknown>> = file.hardforks;
  const forks: { [F in Exclude<Fork, "bedrock">]?: number } = {};
  for (const fork of FORKS) {
    if (fork === "bedrock") continue;
    const time = times[`${fork}_time`] ?? (fork === "lagoon" ? times.interop_time : fork === "regolith" ? REGOLITH_TIME : undefined);
    if (typeof time === "number") forks[fork] = time;
  }
  const { genesis, hardforks, optimism, alt_da: altDa } = file;
  if (file.data_availability_type === "alt-da" && altDa === undefined) throw new InvalidInputError(`${where}: the chain's data are at a DA server, and there is no alt_da that says under which rules: use a newer copy, or a rollup.json with alt_da`);
  const { batcherAddress, overhead, scalar, gasLimit, eip1559Params, operatorFeeParams, minBaseFee, daFootprintGasScalar } = genesis.system_config;
  const config: RollupConfig = {
    genesis: {
      l1: genesis.l1, l2: genesis.l2, l2Time: genesis.l2_time,
      systemConfig: { batcherAddress, overhead, scalar, gasLimit, eip1559Params: eip1559Params ?? "0x0000000000000000", operatorFeeParams: operatorFeeParams ?? ZERO_HASH, minBaseFee: BigInt(minBaseFee ?? 0), daFootprintGasScalar: daFootprintGasScalar ?? 0 },
    },
    blockTime: file.block_time, maxSequencerDrift: file.max_sequencer_drift, seqWindowSize: file.seq_window_size, channelTimeout: CHANNEL_TIMEOUT, l1ChainId, l2ChainId: file.chain_id, forks,
    ...(hardforks.pectra_blob_schedule_time === undefined ? {} : { pectraBlobScheduleTime: Number(hardforks.pectra_blob_schedule_time) }),
    keepKarstUpgradeGas: hardforks.keep_karst_upgrade_gas === true,
    batchInboxAddress: file.batch_inbox_addr, depositContractAddress: file.addresses.OptimismPortalProxy, l1SystemConfigAddress: file.addresses.SystemConfigProxy, protocolVersionsAddress,
    ...(altDa === undefined ? {} : { altDa: { commitmentKind: altDa.da_commitment_type === "KeccakCommitment" ? "keccak256" : "generic", challengeContract: altDa.da_challenge_contract_address, challengeWindow: altDa.da_challenge_window, resolveWindow: altDa.da_resolve_window } }),
    feeMarket: { elasticity: optimism.eip1559_elasticity, denominator: optimism.eip1559_denominator, denominatorCanyon: optimism.eip1559_denominator_canyon },
  };
  return {
    id: `${network}/${name}`, network, name, title: file.name, publicRpc: file.public_rpc, sequencerRpc: file.sequencer_rpc, dataAvailability: file.data_availability_type, config,
    ...(file.interop === undefined ? {} : { dependencySet: parseDependencySet({ dependencies: file.interop.dependencies }, `${where}: interop`) }),
  };
}
