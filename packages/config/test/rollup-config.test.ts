import { InvalidInputError } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FORKS, l2BlockNumberAt, parseRollupConfig, rollupConfigToJson, timestampOfL2Block } from "../src/index.ts";

const HASH_1 = `0x${"11".repeat(32)}`;
const HASH_2 = `0x${"22".repeat(32)}`;
const ADDRESS = `0x${"aB".repeat(20)}`;
const ZERO_HASH = `0x${"00".repeat(32)}`;
const ZERO_ADDRESS = `0x${"00".repeat(20)}`;

type Json = Readonly<Record<string, unknown>>;

/** As op-node writes it for a chain of the superchain registry. */
const FILE: Json = {
  genesis: {
    l1: { hash: HASH_1, number: 5 }, l2: { hash: HASH_2, number: 0 }, l2_time: 1_000,
    system_config: { batcherAddr: ADDRESS, overhead: ZERO_HASH, scalar: `0x01${"00".repeat(31)}`, gasLimit: 30_000_000, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 7, daFootprintGasScalar: 400 },
  },
  block_time: 2, max_sequencer_drift: 600, seq_window_size: 3_600, channel_timeout: 300, l1_chain_id: 900, l2_chain_id: 901,
  regolith_time: 0, canyon_time: 0, delta_time: 0, ecotone_time: 0, fjord_time: 0, granite_time: 10, holocene_time: 20, isthmus_time: 30, jovian_time: 40, karst_time: 50, lagoon_time: 60,
  pectra_blob_schedule_time: 25,
  batch_inbox_address: ADDRESS, deposit_contract_address: ADDRESS, l1_system_config_address: ADDRESS, protocol_versions_address: ADDRESS,
  chain_op_config: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
};

/** The file with the value at a path of names changed; `undefined` takes the field away. */
function changed(path: string, value: unknown, file: Json = FILE): Json {
  const [name, ...rest] = path.split(".") as [string, ...string[]];
  if (rest.length > 0) return { ...file, [name]: changed(rest.join("."), value, file[name] as Json) };
  const { [name]: _, ...others } = file;
  return value === undefined ? others : { ...others, [name]: value };
}

describe("rollup.json", () => {
  test("reads as op-node writes it; hex in any case means the same", () => {
    const config = parseRollupConfig(FILE);
    expect(config).toMatchObject({
      genesis: { l1: { hash: HASH_1, number: 5 }, l2: { hash: HASH_2, number: 0 }, l2Time: 1_000, systemConfig: { batcherAddress: ADDRESS.toLowerCase(), gasLimit: 30_000_000, minBaseFee: 7n, daFootprintGasScalar: 400 } },
      blockTime: 2, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: 900, l2ChainId: 901, pectraBlobScheduleTime: 25, keepKarstUpgradeGas: false,
      batchInboxAddress: ADDRESS.toLowerCase(), protocolVersionsAddress: ADDRESS.toLowerCase(), feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 },
    });
    expect(config.forks).toEqual({ regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 10, holocene: 20, isthmus: 30, jovian: 40, karst: 50, lagoon: 60 });
  });

  test("is written key for key as op-node has it", () => {
    expect(rollupConfigToJson(parseRollupConfig(FILE))).toEqual(JSON.parse(JSON.stringify(FILE).replaceAll("aB", "ab")));
  });

  test("reads what kona's file has besides: parameters apart, null for what is not set, the superchain's address and Granite's channel timeout", () => {
    const apart = { eip1559Params: undefined, operatorFeeParams: undefined, baseFeeScalar: null, blobBaseFeeScalar: null, eip1559Denominator: 250, eip1559Elasticity: 6, operatorFeeScalar: 7, operatorFeeConstant: 8 };
    const system = Object.entries(apart).reduce((file, [name, value]) => changed(`genesis.system_config.${name}`, value, file), FILE);
    const { genesis } = parseRollupConfig({ ...system, granite_channel_timeout: 50, superchain_config_address: ADDRESS });
    expect(genesis.systemConfig).toMatchObject({ eip1559Params: "0x000000fa00000006", operatorFeeParams: `0x${"00".repeat(20)}00000007${"00".repeat(7)}08` });
    expect(() => parseRollupConfig({ ...FILE, granite_channel_timeout: 60 })).toThrow("granite_channel_timeout");
  });

  test("reads what it writes, whatever the schedule", () => {
    const times = fc.array(fc.nat(1_000), { maxLength: FORKS.length - 1 }).map((gaps) => Object.fromEntries(gaps.map((gap, i) => [`${FORKS[i + 1]}_time`, gaps.slice(0, i).reduce((sum, one) => sum + one, gap)])));
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 100 }), fc.boolean(), (schedule, blockTime, keep) => {
        const bare = FORKS.slice(1).reduce((file, fork) => changed(`${fork}_time`, undefined, file), FILE);
        const config = parseRollupConfig({ ...bare, ...schedule, block_time: blockTime, keep_karst_upgrade_gas: keep });
        expect(parseRollupConfig(JSON.parse(JSON.stringify(rollupConfigToJson(config))))).toEqual(config);
      }),
    );
  });

  test("takes interop_time as the old name of lagoon_time, which wins", () => {
    const old = changed("lagoon_time", undefined);
    expect(parseRollupConfig({ ...old, interop_time: 70 }).forks.lagoon).toBe(70);
    expect(parseRollupConfig({ ...FILE, interop_time: 70 }).forks.lagoon).toBe(60);
  });

  test.each([
    ["chain_op_config", { feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 } }],
    ["protocol_versions_address", { protocolVersionsAddress: ZERO_ADDRESS }],
    ["genesis.system_config.eip1559Params", { genesis: { systemConfig: { eip1559Params: "0x0000000000000000" } } }],
    ["genesis.system_config.operatorFeeParams", { genesis: { systemConfig: { operatorFeeParams: ZERO_HASH } } }],
    ["genesis.system_config.minBaseFee", { genesis: { systemConfig: { minBaseFee: 0n } } }],
    ["genesis.system_config.daFootprintGasScalar", { genesis: { systemConfig: { daFootprintGasScalar: 0 } } }],
    ["lagoon_time", { l2ChainId: 901 }],
  ])("may leave %s out", (path, expected) => {
    expect(parseRollupConfig(changed(path, undefined))).toMatchObject(expected);
  });

  test("may say null for forks that never activate and for alt_da", () => {
    expect(parseRollupConfig({ ...FILE, lagoon_time: null, karst_time: null, alt_da: null, pectra_blob_schedule_time: null })).not.toHaveProperty("pectraBlobScheduleTime");
  });

  const REQUIRED = [
    "genesis", "genesis.l1", "genesis.l1.hash", "genesis.l1.number", "genesis.l2", "genesis.l2.hash", "genesis.l2.number", "genesis.l2_time", "genesis.system_config", "genesis.system_config.batcherAddr", "genesis.system_config.overhead", "genesis.system_config.scalar", "genesis.system_config.gasLimit",
    "block_time", "max_sequencer_drift", "seq_window_size", "channel_timeout", "l1_chain_id", "l2_chain_id", "batch_inbox_address", "deposit_contract_address", "l1_system_config_address",
  ];
  test.each(REQUIRED)("without %s is refused with its name", (path) => {
    expect(() => parseRollupConfig(changed(path, undefined), "my.json")).toThrow(new RegExp(`^my\\.json: ${path.replaceAll(".", "\\.")} .*\\(is missing\\)`));
  });

  const NUMBERS = [
    "genesis.l1.number", "genesis.l2.number", "genesis.l2_time", "genesis.system_config.gasLimit", "genesis.system_config.minBaseFee", "genesis.system_config.daFootprintGasScalar", "block_time", "max_sequencer_drift", "seq_window_size", "channel_timeout", "l1_chain_id", "l2_chain_id",
    "regolith_time", "lagoon_time", "interop_time", "pectra_blob_schedule_time", "chain_op_config.eip1559Elasticity", "chain_op_config.eip1559Denominator", "chain_op_config.eip1559DenominatorCanyon",
  ];
  test.each(NUMBERS.flatMap((path) => (["12", -1, 1.5, 2 ** 53, true, {}] as const).map((value) => [path, value] as const)))("with %s = %j is refused with the name and the value", (path, value) => {
    expect(() => parseRollupConfig(changed(path, value))).toThrow(`${path} `);
    expect(() => parseRollupConfig(changed(path, value))).toThrow(`(is ${JSON.stringify(value)})`);
  });

  const HEX = ["genesis.l1.hash", "genesis.l2.hash", "genesis.system_config.batcherAddr", "genesis.system_config.overhead", "genesis.system_config.scalar", "genesis.system_config.eip1559Params", "genesis.system_config.operatorFeeParams", "batch_inbox_address", "deposit_contract_address", "l1_system_config_address", "protocol_versions_address"];
  test.each(HEX.flatMap((path) => (["0x12", "12".repeat(32), "0xzz", 5, null] as const).map((value) => [path, value] as const)))("with %s = %j is refused with how many bytes it wants", (path, value) => {
    expect(() => parseRollupConfig(changed(path, value))).toThrow(new RegExp(`${path.replaceAll(".", "\\.")} wants \\d+ bytes of 0x-prefixed hex \\(is `));
  });

  test.each([
    ["pluto_time", "unknown field pluto_time: remove it or check its spelling"],
    ["Block_Time", "unknown field Block_Time"],
    ["genesis.l1.timestamp", "unknown field genesis.l1.timestamp"],
    ["genesis.system_config.unsafeBlockSigner", "unknown field genesis.system_config.unsafeBlockSigner"],
    ["chain_op_config.elasticity", "unknown field chain_op_config.elasticity"],
  ])("with the unknown field %s is refused, so that no setting is dropped in silence", (path, message) => {
    expect(() => parseRollupConfig(changed(path, 1))).toThrow(message);
  });

  test.each<[string, unknown, RegExp]>([
    ["block_time", 0, /block_time is 0; it must be at least 1 second/],
    ["channel_timeout", 0, /channel_timeout is 0; it must be at least 1 L1 block/],
    ["seq_window_size", 1, /seq_window_size is 1; it must be at least 2 L1 blocks/],
    ["max_sequencer_drift", 0, /max_sequencer_drift is 0/],
    ["genesis.l1.hash", ZERO_HASH, /genesis\.l1\.hash is zero; give the hash of the L1 block/],
    ["genesis.l2.hash", ZERO_HASH, /genesis\.l2\.hash is zero/],
    ["genesis.l2.hash", HASH_1, /genesis\.l2\.hash equals genesis\.l1\.hash/],
    ["genesis.l2_time", 0, /genesis\.l2_time is 0/],
    ["genesis.system_config.batcherAddr", ZERO_ADDRESS, /batcherAddr is zero; give the batcher's address/],
    ["genesis.system_config.scalar", ZERO_HASH, /scalar is zero/],
    ["genesis.system_config.gasLimit", 0, /gasLimit is 0/],
    ["genesis.system_config.daFootprintGasScalar", 0x10000, /daFootprintGasScalar/],
    ["batch_inbox_address", ZERO_ADDRESS, /batch_inbox_address is zero/],
    ["deposit_contract_address", ZERO_ADDRESS, /deposit_contract_address is zero; give the portal's address/],
    ["l1_chain_id", 0, /l1_chain_id is 0/],
    ["l2_chain_id", 0, /l2_chain_id is 0/],
    ["l2_chain_id", 900, /l2_chain_id equals l1_chain_id \(900\)/],
    ["alt_da", { da_challenge_window: 1 }, /alt_da/],
    ["keep_karst_upgrade_gas", "yes", /keep_karst_upgrade_gas .*\(is "yes"\)/],
  ])("with %s = %j is refused with the remedy", (path, value, message) => {
    expect(() => parseRollupConfig(changed(path, value))).toThrow(message);
  });

  test.each(FORKS.slice(2).map((fork, i) => [fork, FORKS[i + 1]!] as const))("with %s after a %s that never comes is refused", (fork, before) => {
    expect(() => parseRollupConfig(changed(`${before}_time`, undefined))).toThrow(new RegExp(`${fork}_time is \\d+, but ${before}_time is not set; forks activate in order`));
  });

  test("with a fork before its predecessor is refused with both times", () => {
    expect(() => parseRollupConfig({ ...FILE, isthmus_time: 41 })).toThrow("jovian_time is 40, but isthmus_time is 41; forks activate in order");
  });

  test("tells everything that is malformed at once", () => {
    expect(() => parseRollupConfig(changed("block_time", "2", changed("l2_chain_id", undefined)))).toThrow(/block_time .*; l2_chain_id /);
  });

  test("any JSON either reads or is refused as input", () => {
    const fields = fc.constantFrom(...REQUIRED, ...NUMBERS, ...HEX);
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.tuple(fields, fc.jsonValue()).map(([path, value]) => changed(path, value))), (json) => {
        try {
          expect(parseRollupConfig(json).blockTime).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
    );
  });

  test("gives each L2 block its time, and the time its block", () => {
    const config = parseRollupConfig(changed("genesis.l2.number", 100));
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 1_000_000 }), fc.integer({ min: 0, max: 1 }), (number, within) => {
        expect(l2BlockNumberAt(config, timestampOfL2Block(config, number) + within)).toBe(number);
      }),
    );
    expect(timestampOfL2Block(config, 100)).toBe(1_000);
  });
});

describe("alt_da", () => {
  const KECCAK = { da_challenge_contract_address: ADDRESS.toLowerCase(), da_commitment_type: "KeccakCommitment", da_challenge_window: 8, da_resolve_window: 9 };
  const GENERIC = { da_challenge_contract_address: ZERO_ADDRESS, da_commitment_type: "GenericCommitment", da_challenge_window: 8, da_resolve_window: 9 };
  const LEGACY = { da_challenge_contract_address: ADDRESS, da_challenge_window: 8, da_resolve_window: 9 };
  const read = { commitmentKind: "keccak256", challengeContract: ADDRESS.toLowerCase(), challengeWindow: 8, resolveWindow: 9 };

  test.each<[string, Json, unknown]>([
    ["of keccak commitments has the challenge contract", { alt_da: KECCAK }, read],
    ["of generic commitments has none", { alt_da: GENERIC }, { ...read, commitmentKind: "generic", challengeContract: ZERO_ADDRESS }],
    ["may leave the contract of generic commitments out", { alt_da: { ...GENERIC, da_challenge_contract_address: undefined } }, { ...read, commitmentKind: "generic", challengeContract: ZERO_ADDRESS }],
    ["is of keccak commitments when it does not say", { alt_da: { ...KECCAK, da_commitment_type: undefined } }, read],
    ["may stand in the keys of before", { ...LEGACY, use_alt_da: true }, read],
    ["may stand in the keys of before that", { ...LEGACY, use_plasma: true }, read],
    ["may stand in both when they say the same", { ...LEGACY, use_alt_da: true, alt_da: KECCAK }, read],
    ["may be null", { alt_da: null }, undefined],
    ["is not there where the keys of before say so", { da_challenge_contract_address: ZERO_ADDRESS, da_challenge_window: 0, da_resolve_window: 0, use_alt_da: false }, undefined],
  ])("%s", (_, fields, altDa) => {
    expect(parseRollupConfig({ ...FILE, ...fields }).altDa).toEqual(altDa);
  });

  test.each([["keccak", KECCAK], ["generic", GENERIC]])("is written as it was read: %s", (_, fields) => {
    expect(rollupConfigToJson(parseRollupConfig({ ...FILE, alt_da: fields })).alt_da).toEqual(fields);
  });

  test.each<[string, Json, string]>([
    ["an unknown kind", { alt_da: { ...KECCAK, da_commitment_type: "Keccak" } }, "alt_da.da_commitment_type"],
    ["an unknown field", { alt_da: { ...KECCAK, da_window: 1 } }, "alt_da.da_window"],
    ["keccak commitments without a contract", { alt_da: { ...KECCAK, da_challenge_contract_address: undefined } }, "alt_da.da_challenge_contract_address is zero"],
    ["generic commitments with one", { alt_da: { ...GENERIC, da_challenge_contract_address: ADDRESS } }, "generic commitments cannot be challenged"],
    ["no time to challenge", { alt_da: { ...KECCAK, da_challenge_window: 0 } }, "alt_da.da_challenge_window is 0"],
    ["no time to answer", { alt_da: { ...KECCAK, da_resolve_window: 0 } }, "alt_da.da_resolve_window is 0"],
    ["two places that differ", { ...LEGACY, da_resolve_window: 10, use_alt_da: true, alt_da: KECCAK }, "da_resolve_window is 10, but alt_da.da_resolve_window is 9"],
    ["keys of before without windows", { da_challenge_contract_address: ADDRESS, use_plasma: true }, "alt_da.da_challenge_window is 0"],
  ])("is refused with %s", (_, fields, message) => {
    expect(() => parseRollupConfig({ ...FILE, ...fields })).toThrow(InvalidInputError);
    expect(() => parseRollupConfig({ ...FILE, ...fields })).toThrow(message);
  });
});
