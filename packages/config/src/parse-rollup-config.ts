import { bytesToHex, CriticalError, type Hex, InvalidInputError, isHex, shortJson, writeU32, writeU64, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { z } from "zod";
import { FORKS, type Fork, type ForkSchedule } from "./forks.ts";
import type { AltDaConfig, RollupConfig, SystemConfig } from "./rollup-config.ts";

const hex = (size: number) => z.custom<string>((value) => isHex(value, size), `wants ${size} bytes of 0x-prefixed hex`).transform((value) => value.toLowerCase() as Hex);
const whole = z.number().int().nonnegative().safe();
const u32 = whole.max(0xffff_ffff);
const blockId = z.strictObject({ hash: hex(32), number: whole });

const systemConfig = z.strictObject({
  batcherAddr: hex(20),
  overhead: hex(32),
  scalar: hex(32),
  gasLimit: whole,
  eip1559Params: hex(8).optional(),
  operatorFeeParams: hex(32).optional(),
  minBaseFee: whole.nullish(),
  daFootprintGasScalar: whole.max(0xffff).nullish(),
  baseFeeScalar: whole.nullish(),
  blobBaseFeeScalar: whole.nullish(),
  eip1559Denominator: u32.nullish(),
  eip1559Elasticity: u32.nullish(),
  operatorFeeScalar: u32.nullish(),
  operatorFeeConstant: whole.nullish(),
});

/** The two EIP-1559 parameters as one word, where a file gives them apart, as kona does. */
function eip1559ParamsOf({ eip1559Params, eip1559Denominator, eip1559Elasticity }: z.infer<typeof systemConfig>): Hex {
  if (eip1559Params !== undefined) return eip1559Params;
  const out = new Uint8Array(8);
  writeU32(out, 0, eip1559Denominator ?? 0);
  writeU32(out, 4, eip1559Elasticity ?? 0);
  return bytesToHex(out);
}

function operatorFeeParamsOf({ operatorFeeParams, operatorFeeScalar, operatorFeeConstant }: z.infer<typeof systemConfig>): Hex {
  if (operatorFeeParams !== undefined) return operatorFeeParams;
  const out = new Uint8Array(32);
  writeU32(out, 20, operatorFeeScalar ?? 0);
  writeU64(out, 24, operatorFeeConstant ?? 0);
  return bytesToHex(out);
}

const forkTimes = Object.fromEntries(FORKS.slice(1).map((fork) => [`${fork}_time`, whole.nullish()]));

const schema = z.strictObject({
  genesis: z.strictObject({ l1: blockId, l2: blockId, l2_time: whole, system_config: systemConfig }),
  block_time: whole,
  max_sequencer_drift: whole,
  seq_window_size: whole,
  channel_timeout: whole,
  granite_channel_timeout: z.literal(50).optional(),
  l1_chain_id: whole,
  l2_chain_id: whole,
  ...forkTimes,
  interop_time: whole.nullish(),
  pectra_blob_schedule_time: whole.nullish(),
  keep_karst_upgrade_gas: z.boolean().optional(),
  batch_inbox_address: hex(20),
  deposit_contract_address: hex(20),
  l1_system_config_address: hex(20),
  protocol_versions_address: hex(20).optional(),
  superchain_config_address: hex(20).nullish(),
  chain_op_config: z.strictObject({ eip1559Elasticity: whole, eip1559Denominator: whole, eip1559DenominatorCanyon: whole.nullish() }).optional(),
  alt_da: z.strictObject({ da_challenge_contract_address: hex(20).optional(), da_commitment_type: z.enum(["KeccakCommitment", "GenericCommitment"]).default("KeccakCommitment"), da_challenge_window: whole, da_resolve_window: whole }).nullish(),
  use_alt_da: z.boolean().optional(),
  use_plasma: z.boolean().optional(),
  da_challenge_contract_address: hex(20).optional(),
  da_challenge_address: hex(20).optional(),
  da_challenge_window: whole.optional(),
  da_resolve_window: whole.optional(),
});

const COMMITMENT_KINDS = { KeccakCommitment: "keccak256", GenericCommitment: "generic" } as const;

/** The alt-DA settings: `alt_da`, or the keys at the top level that stood for it before. Throws `InvalidInputError` when both are there and differ. */
function altDaOf(file: z.infer<typeof schema>, where: string): AltDaConfig | undefined {
  const named = file.alt_da ?? undefined;
  const given: AltDaConfig | undefined = named && { commitmentKind: COMMITMENT_KINDS[named.da_commitment_type], challengeContract: named.da_challenge_contract_address ?? ZERO_ADDRESS, challengeWindow: named.da_challenge_window, resolveWindow: named.da_resolve_window };
  if (file.use_alt_da !== true && file.use_plasma !== true) return given;
  const legacy: AltDaConfig = { commitmentKind: given?.commitmentKind ?? "keccak256", challengeContract: file.da_challenge_contract_address ?? file.da_challenge_address ?? ZERO_ADDRESS, challengeWindow: file.da_challenge_window ?? 0, resolveWindow: file.da_resolve_window ?? 0 };
  if (given === undefined) return legacy;
  for (const [field, name] of [["challengeContract", "da_challenge_contract_address"], ["challengeWindow", "da_challenge_window"], ["resolveWindow", "da_resolve_window"]] as const) {
    if (given[field] !== legacy[field]) throw new InvalidInputError(`${where}: ${name} is ${legacy[field]}, but alt_da.${name} is ${given[field]}; leave the fields beside alt_da out`);
  }
  return given;
}

/** OP Mainnet's values, for a file that leaves `chain_op_config` out. */
const DEFAULT_FEE_MARKET = { elasticity: 6, denominator: 50, denominatorCanyon: 250 };

/**
 * Reads op-node's `rollup.json`. Unknown fields are refused, so that a setting is never dropped in silence; `interop_time` is
 * taken as the old name of `lagoon_time`; what kona's file has besides is read too. Throws `InvalidInputError` naming each field, its value and what it wants.
 */
export function parseRollupConfig(json: unknown, where = "rollup.json"): RollupConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const path = issue.path.join(".");
      const value = issue.path.reduce<unknown>((at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined), json);
      return issue.code === "unrecognized_keys" ? `unknown field ${issue.keys.map((key) => (path === "" ? key : `${path}.${key}`)).join(", ")}: remove it or check its spelling` : `${path === "" ? "the file" : path} ${issue.message.replace(/^Invalid input: /, "")} (is ${shortJson(value)})`;
    });
    throw new InvalidInputError(`${where}: ${problems.join("; ")}`);
  }
  const file = parsed.data;
  const times: Readonly<Record<string, unknown>> = file;
  const forks: { [F in Exclude<Fork, "bedrock">]?: number } = {};
  for (const fork of FORKS) {
    if (fork === "bedrock") continue;
    const time = times[`${fork}_time`] ?? (fork === "lagoon" ? file.interop_time : undefined);
    if (typeof time === "number") forks[fork] = time;
  }
  const system = file.genesis.system_config;
  const altDa = altDaOf(file, where);
  const config: RollupConfig = {
    genesis: {
      l1: file.genesis.l1,
      l2: file.genesis.l2,
      l2Time: file.genesis.l2_time,
      systemConfig: {
        batcherAddress: system.batcherAddr,
        overhead: system.overhead,
        scalar: system.scalar,
        gasLimit: system.gasLimit,
        eip1559Params: eip1559ParamsOf(system),
        operatorFeeParams: operatorFeeParamsOf(system),
        minBaseFee: BigInt(system.minBaseFee ?? 0),
        daFootprintGasScalar: system.daFootprintGasScalar ?? 0,
      },
    },
    blockTime: file.block_time,
    maxSequencerDrift: file.max_sequencer_drift,
    seqWindowSize: file.seq_window_size,
    channelTimeout: file.channel_timeout,
    l1ChainId: file.l1_chain_id,
    l2ChainId: file.l2_chain_id,
    forks,
    ...(typeof file.pectra_blob_schedule_time === "number" ? { pectraBlobScheduleTime: file.pectra_blob_schedule_time } : {}),
    keepKarstUpgradeGas: file.keep_karst_upgrade_gas ?? false,
    batchInboxAddress: file.batch_inbox_address,
    depositContractAddress: file.deposit_contract_address,
    l1SystemConfigAddress: file.l1_system_config_address,
    protocolVersionsAddress: file.protocol_versions_address ?? ZERO_ADDRESS,
    feeMarket:
      file.chain_op_config === undefined
        ? DEFAULT_FEE_MARKET
        : { elasticity: file.chain_op_config.eip1559Elasticity, denominator: file.chain_op_config.eip1559Denominator, denominatorCanyon: file.chain_op_config.eip1559DenominatorCanyon ?? DEFAULT_FEE_MARKET.denominatorCanyon },
    ...(altDa === undefined ? {} : { altDa }),
  };
  checkRollupConfig(config, where);
  return config;
}

/** The checks that op-node makes of a configuration. Throws `InvalidInputError` with the first that fails. */
export function checkRollupConfig(config: RollupConfig, where = "rollup.json"): void {
  const fail = (field: string, remedy: string): never => {
    throw new InvalidInputError(`${where}: ${field} ${remedy}`);
  };
  const { genesis } = config;
  if (config.blockTime === 0) fail("block_time", "is 0; it must be at least 1 second");
  if (config.channelTimeout === 0) fail("channel_timeout", "is 0; it must be at least 1 L1 block");
  if (config.seqWindowSize < 2) fail("seq_window_size", `is ${config.seqWindowSize}; it must be at least 2 L1 blocks`);
  if (config.maxSequencerDrift === 0) fail("max_sequencer_drift", "is 0; it must be at least 1 second");
  if (genesis.l1.hash === ZERO_HASH) fail("genesis.l1.hash", "is zero; give the hash of the L1 block that the chain starts at");
  if (genesis.l2.hash === ZERO_HASH) fail("genesis.l2.hash", "is zero; give the hash of the L2 genesis block");
  if (genesis.l1.hash === genesis.l2.hash) fail("genesis.l2.hash", "equals genesis.l1.hash; one of them is wrong");
  if (genesis.l2Time === 0) fail("genesis.l2_time", "is 0; give the time of the L2 genesis block");
  if (genesis.systemConfig.batcherAddress === ZERO_ADDRESS) fail("genesis.system_config.batcherAddr", "is zero; give the batcher's address");
  if (genesis.systemConfig.scalar === ZERO_HASH) fail("genesis.system_config.scalar", "is zero; give the fee scalars");
  if (genesis.systemConfig.gasLimit === 0) fail("genesis.system_config.gasLimit", "is 0; give the block gas limit");
  if (config.batchInboxAddress === ZERO_ADDRESS) fail("batch_inbox_address", "is zero; give the address that batches are sent to");
  if (config.depositContractAddress === ZERO_ADDRESS) fail("deposit_contract_address", "is zero; give the portal's address");
  if (config.l1ChainId === 0) fail("l1_chain_id", "is 0");
  if (config.l2ChainId === 0) fail("l2_chain_id", "is 0");
  if (config.l1ChainId === config.l2ChainId) fail("l2_chain_id", `equals l1_chain_id (${config.l1ChainId}); one of them is wrong`);
  if (config.altDa !== undefined) checkAltDa(config.altDa, fail);
  let previous: { readonly fork: Fork; readonly time: number | undefined } = { fork: "bedrock", time: 0 };
  for (const fork of FORKS) {
    if (fork === "bedrock") continue;
    const time = config.forks[fork];
    if (time !== undefined && (previous.time === undefined || time < previous.time)) fail(`${fork}_time`, `is ${time}, but ${previous.fork}_time is ${previous.time ?? "not set"}; forks activate in order`);
    previous = { fork, time };
  }
}

function checkAltDa({ commitmentKind, challengeContract, challengeWindow, resolveWindow }: AltDaConfig, fail: (field: string, remedy: string) => never): void {
  if (challengeWindow === 0) fail("alt_da.da_challenge_window", "is 0; it must be at least 1 L1 block");
  if (resolveWindow === 0) fail("alt_da.da_resolve_window", "is 0; it must be at least 1 L1 block");
  if (commitmentKind === "keccak256" && challengeContract === ZERO_ADDRESS) fail("alt_da.da_challenge_contract_address", "is zero; keccak commitments want the address of the challenge contract");
  if (commitmentKind === "generic" && challengeContract !== ZERO_ADDRESS) fail("alt_da.da_challenge_contract_address", `is ${challengeContract}; generic commitments cannot be challenged: leave it out`);
}

function altDaToJson({ commitmentKind, challengeContract, challengeWindow, resolveWindow }: AltDaConfig): Readonly<Record<string, unknown>> {
  return { da_challenge_contract_address: challengeContract, da_commitment_type: commitmentKind === "keccak256" ? "KeccakCommitment" : "GenericCommitment", da_challenge_window: challengeWindow, da_resolve_window: resolveWindow };
}

function systemConfigToJson(system: SystemConfig): Readonly<Record<string, unknown>> {
  return {
    batcherAddr: system.batcherAddress,
    overhead: system.overhead,
    scalar: system.scalar,
    gasLimit: system.gasLimit,
    eip1559Params: system.eip1559Params,
    operatorFeeParams: system.operatorFeeParams,
    minBaseFee: Number(system.minBaseFee),
    daFootprintGasScalar: system.daFootprintGasScalar,
  };
}

/** The configuration as op-node's `rollup.json` and `optimism_rollupConfig` have it. */
export function rollupConfigToJson(config: RollupConfig): Readonly<Record<string, unknown>> {
  if (config.genesis.systemConfig.minBaseFee > BigInt(Number.MAX_SAFE_INTEGER)) throw new CriticalError(`minBaseFee ${config.genesis.systemConfig.minBaseFee} cannot be written as a JSON number`);
  return {
    genesis: { l1: config.genesis.l1, l2: config.genesis.l2, l2_time: config.genesis.l2Time, system_config: systemConfigToJson(config.genesis.systemConfig) },
    block_time: config.blockTime,
    max_sequencer_drift: config.maxSequencerDrift,
    seq_window_size: config.seqWindowSize,
    channel_timeout: config.channelTimeout,
    l1_chain_id: config.l1ChainId,
    l2_chain_id: config.l2ChainId,
    ...forkTimesToJson(config.forks),
    ...(config.pectraBlobScheduleTime === undefined ? {} : { pectra_blob_schedule_time: config.pectraBlobScheduleTime }),
    ...(config.keepKarstUpgradeGas ? { keep_karst_upgrade_gas: true } : {}),
    batch_inbox_address: config.batchInboxAddress,
    deposit_contract_address: config.depositContractAddress,
    l1_system_config_address: config.l1SystemConfigAddress,
    protocol_versions_address: config.protocolVersionsAddress,
    chain_op_config: { eip1559Elasticity: config.feeMarket.elasticity, eip1559Denominator: config.feeMarket.denominator, eip1559DenominatorCanyon: config.feeMarket.denominatorCanyon },
    ...(config.altDa === undefined ? {} : { alt_da: altDaToJson(config.altDa) }),
  };
}

function forkTimesToJson(forks: ForkSchedule): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(forks).map(([fork, time]) => [`${fork}_time`, time]));
}
