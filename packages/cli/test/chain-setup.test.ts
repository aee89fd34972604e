import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { genesisToJson, resolveOptions, type RollupConfig, rollupConfigToJson } from "@pangaea/config";
import { buildL2Genesis } from "@pangaea/contracts";
import { bytesToHex, privateKeyToAddress, ZERO_ADDRESS } from "@pangaea/primitives";
import { SUPERNODE_OPTIONS, virtualNodeOptions } from "@pangaea/supernode";
import { afterAll, describe, expect, it } from "vitest";
import { type ChainPlan, interopSetup, planChain } from "../src/chain-setup.ts";

const KEY = new Uint8Array(32).fill(7);
const FORKS = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0 };
const FEE_MARKET = { elasticity: 6, denominator: 50, denominatorCanyon: 250 };
const HASH = (byte: string) => `0x${byte.repeat(32)}` as const;
const ADDRESS = `0x${"ff".repeat(20)}` as const;
const CONFIG: RollupConfig = {
  genesis: {
    l1: { hash: HASH("01"), number: 1 }, l2: { hash: HASH("02"), number: 0 }, l2Time: 1_700_000_000,
    systemConfig: { batcherAddress: privateKeyToAddress(KEY), overhead: HASH("00"), scalar: HASH("01"), gasLimit: 30_000_000, eip1559Params: "0x0000000000000000", operatorFeeParams: HASH("00"), minBaseFee: 0n, daFootprintGasScalar: 0 },
  },
  blockTime: 1, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: 900, l2ChainId: 901, forks: FORKS, keepKarstUpgradeGas: false,
  batchInboxAddress: ADDRESS, depositContractAddress: ADDRESS, l1SystemConfigAddress: ADDRESS, protocolVersionsAddress: ZERO_ADDRESS, feeMarket: FEE_MARKET,
};

describe("a chain's settings", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-plan-"));
  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const rollup = write("rollup.json", JSON.stringify(rollupConfigToJson(CONFIG)));
  const genesis = write("genesis.json", JSON.stringify(genesisToJson(buildL2Genesis({ chainId: 901, timestamp: 1_700_000_000, forks: FORKS, feeMarket: FEE_MARKET, gasLimit: 30_000_000, funded: {}, owner: ADDRESS, feeRecipient: ADDRESS }), { chainId: 901 })));
  const jwt = write("jwt.hex", `0x${"11".repeat(32)}\n`);
  const key = write("key.hex", bytesToHex(KEY));
  const otherKey = write("other-key.hex", "08".repeat(32));
  const plan = (flags: Readonly<Record<string, string>>) => planChain(901, virtualNodeOptions(901, Object.fromEntries(Object.entries({ "rollup.config": rollup, ...flags }).map(([name, text]) => [`vn.901.${name}`, { text, source: name }]))));

  it("take in what a file says of an L1 that is no public one", async () => {
    const l1 = write("l1.json", JSON.stringify({ config: { chainId: 900, cancunTime: 7, blobSchedule: { cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 } } } }));
    expect((await plan({ "l2.genesis": genesis, "rollup.l1-chain-config": l1 })).config.l1BlobSchedule).toEqual([{ from: 7, updateFraction: 3_338_477n }]);
    const other = write("other-l1.json", '{"chainId":1}');
    await expect(plan({ "l2.genesis": genesis, "rollup.l1-chain-config": other })).rejects.toThrow(`--vn.901.rollup.l1-chain-config: ${other} is of L1 1, the rollup configuration says 900`);
  });

  it("lead to an embedded execution layer, with its ports", async () => {
    const { execution, batcherKey } = await plan({ "l2.genesis": genesis, "l2.rpc.port": "0", "l2.engine.port": "8551", "l2.engine.addr": "0.0.0.0", "l2.jwt-secret": jwt });
    expect(execution).toMatchObject({ kind: "embedded", rpc: { host: "127.0.0.1", port: 0 }, engineRpc: { host: "0.0.0.0", port: 8_551, jwtSecret: new Uint8Array(32).fill(0x11) } });
    expect(batcherKey).toBeUndefined();
  });

  it("lead to an external execution layer", async () => {
    const { execution } = await plan({ l2: "http://127.0.0.1:8551", "l2.jwt-secret": jwt, "l2.engine-rpc-timeout": "3s" });
    expect(execution).toEqual({ kind: "external", url: "http://127.0.0.1:8551", jwtSecret: new Uint8Array(32).fill(0x11), jwtSource: `--vn.901.l2.jwt-secret: ${jwt}`, timeoutMs: 3_000 });
  });

  it("lead to a batcher with the chain's key", async () => {
    const { batcherKey } = await plan({ "l2.genesis": genesis, "batcher.enabled": "true", "batcher.private-key-file": key });
    expect(batcherKey).toEqual(KEY);
  });

  const ALT_DA = { commitmentKind: "keccak256", challengeContract: ADDRESS, challengeWindow: 8, resolveWindow: 8 } as const;
  const keccak = write("keccak.json", JSON.stringify(rollupConfigToJson({ ...CONFIG, altDa: ALT_DA })));
  const generic = write("generic.json", JSON.stringify(rollupConfigToJson({ ...CONFIG, altDa: { ...ALT_DA, commitmentKind: "generic", challengeContract: ZERO_ADDRESS } })));
  const altda = { "altda.enabled": "true", "altda.da-server": "http://127.0.0.1:3100" };
  const batcher = { "batcher.enabled": "true", "batcher.private-key-file": key };

  it.each([
    ["of a chain with keccak commitments", { ...altda, ...batcher, "rollup.config": keccak }],
    ["of a chain with generic commitments", { ...altda, ...batcher, "rollup.config": generic, "altda.da-service": "true" }],
    ["of a chain that only reads generic commitments", { ...altda, "rollup.config": generic }],
  ])("lead to a DA server: %s", async (_, flags) => {
    expect((await plan({ "l2.genesis": genesis, ...flags })).da).toBeDefined();
  });

  it("lead to no DA server where the data are on L1", async () => {
    expect((await plan({ "l2.genesis": genesis })).da).toBeUndefined();
  });

  const l2 = "http://127.0.0.1:8551";
  it.each<readonly [string, Readonly<Record<string, string>>, RegExp]>([
    ["without an execution layer", {}, /--vn\.901\.l2\.genesis is missing: .*\(or give --vn\.901\.l2 for an execution client of your own\)/],
    ["with an external layer without a secret", { l2 }, /--vn\.901\.l2\.jwt-secret is missing: the Engine API at http:.* wants a JWT/],
    ["with a secret's file that is not there", { l2, "l2.jwt-secret": "/nonexistent" }, /--vn\.901\.l2\.jwt-secret: \/nonexistent cannot be read/],
    ["with a file that holds no secret", { l2, "l2.jwt-secret": rollup }, /--vn\.901\.l2\.jwt-secret: .*rollup\.json holds no JWT secret: it must be 32 bytes of hex \(make one with: openssl rand -hex 32\)/],
    ["with an external layer beside an embedded one", { l2, "l2.jwt-secret": jwt, "l2.rpc.port": "0" }, /--vn\.901\.l2\.rpc\.port is of the embedded execution layer, and --vn\.901\.l2 puts http:.* in its place: leave one of them out/],
    ["with a URL that is none", { l2: "nowhere", "l2.jwt-secret": jwt }, /--vn\.901\.l2 wants an http or https URL, not "nowhere"/],
    ["with an engine port without a secret", { "l2.genesis": genesis, "l2.engine.port": "1" }, /--vn\.901\.l2\.jwt-secret is missing: --vn\.901\.l2\.engine\.port serves nobody without a secret/],
    ["with a genesis that is no JSON", { "l2.genesis": jwt }, /--vn\.901\.l2\.genesis: .*jwt\.hex is not JSON/],
    ["with a sync by the embedded execution layer", { "l2.genesis": genesis, syncmode: "execution-layer" }, /--vn\.901\.syncmode execution-layer wants an execution client that syncs with its own peers: give --vn\.901\.l2; the embedded execution layer has none/],
    ["with a sync of the execution layer of a sequencer", { l2, "l2.jwt-secret": jwt, syncmode: "execution-layer", "sequencer.enabled": "true" }, /--vn\.901\.sequencer\.enabled makes this the sequencer: leave one of them out/],
    ["with an offset of a sync that is not asked for", { "l2.genesis": genesis, "syncmode.offset-el-safe": "1h" }, /--vn\.901\.syncmode\.offset-el-safe is of --vn\.901\.syncmode execution-layer/],
    ["with alt-DA where the data are on L1", { ...altda, "l2.genesis": genesis }, /--vn\.901\.altda\.enabled: the chain's data are on L1, .*rollup\.json has no alt_da: leave the flag out/],
    ["with a DA server where the data are on L1", { "altda.da-server": "http://127.0.0.1:1", "l2.genesis": genesis }, /--vn\.901\.altda\.da-server: the chain's data are on L1/],
    ["without alt-DA where the data are elsewhere", { "rollup.config": keccak, "l2.genesis": genesis }, /--vn\.901\.altda\.enabled is missing: .*keccak\.json has alt_da; give it and --vn\.901\.altda\.da-server URL/],
    ["with alt-DA without a DA server", { "rollup.config": keccak, "l2.genesis": genesis, "altda.enabled": "true" }, /--vn\.901\.altda\.da-server is missing/],
    ["with a DA server that is no URL", { "rollup.config": keccak, "l2.genesis": genesis, "altda.enabled": "true", "altda.da-server": "nowhere" }, /the DA server wants an http or https URL, not "nowhere"/],
    ["with a batcher that puts keccak commitments on a generic chain", { ...altda, ...batcher, "rollup.config": generic, "l2.genesis": genesis }, /--vn\.901\.altda\.da-service is missing: the chain has generic commitments/],
    ["with a batcher that asks for generic commitments on a keccak chain", { ...altda, ...batcher, "rollup.config": keccak, "l2.genesis": genesis, "altda.da-service": "true" }, /--vn\.901\.altda\.da-service is given, but the chain has keccak commitments/],
    ["with a batcher without a key", { "l2.genesis": genesis, "batcher.enabled": "true" }, /--vn\.901\.batcher\.private-key-file is missing/],
    ["with a file that holds no key", { "l2.genesis": genesis, "batcher.enabled": "true", "batcher.private-key-file": rollup }, /rollup\.json holds no private key: it must be 32 bytes of hex/],
    ["with the key of somebody else", { "l2.genesis": genesis, "batcher.enabled": "true", "batcher.private-key-file": otherKey }, /other-key\.hex is the key of 0x[0-9a-f]{40}, and the chain's batcher is 0x[0-9a-f]{40}/],
  ])("%s are refused with the remedy", async (_, flags, message) => {
    await expect(plan(flags)).rejects.toThrow(message);
  });
});

describe("how messages between the chains of a process are verified", () => {
  const given = (flags: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(flags).map(([name, text]) => [name, { text, source: name }]));
  const planned = (l2ChainId: number, flags: Readonly<Record<string, string>> = {}): ChainPlan => ({
    config: { ...CONFIG, l2ChainId, forks: { ...FORKS, lagoon: 0 } }, execution: { kind: "external", url: "http://127.0.0.1:8551", jwtSecret: KEY, jwtSource: "a test", timeoutMs: 1_000 },
    options: virtualNodeOptions(l2ChainId, given(Object.fromEntries(Object.entries(flags).map(([name, text]) => [`vn.${l2ChainId}.${name}`, text])))),
  });
  const setup = (flags: readonly Readonly<Record<string, string>>[], process: Readonly<Record<string, string>> = {}) => interopSetup(flags.map((own, i) => planned(901 + i, own)), resolveOptions(SUPERNODE_OPTIONS, given(process)));

  it("is by a mesh of all of them, with what the process's flags say", async () => {
    const interop = await setup([{ "interop.min-safety-of": "902=safe" }, { "interop.min-safety-of": "901=unsafe,902=finalized" }], { "interop.log-backfill-depth": "90s", "interop.failsafe-on-invalidation": "true" });
    expect(interop).toMatchObject({ backfillDepth: 90, enableAdmin: false, failsafeOnInvalidation: true });
    expect([[901n, 902], [902n, 901]].map(([source, executing]) => interop?.dependencySet.accepts(BigInt(executing!), BigInt(source!)))).toEqual([true, true]);
  });

  it.each<readonly [string, readonly Readonly<Record<string, string>>[], string]>([
    ["a level for messages of a chain that is not run here", [{}, { "interop.min-safety-of": "901=safe,9002=safe" }], "--vn.902.interop.min-safety-of names chain 9002, which is not of this cluster (901, 902): remove it or add the chain"],
    ["two levels for messages of one chain", [{ "interop.min-safety-of": "902=safe,901=safe,902=unsafe" }, {}], "--vn.901.interop.min-safety-of names chain 902 twice: remove one of the levels"],
    ["a chain whose execution layer syncs by itself", [{}, { syncmode: "execution-layer" }], "--vn.902.syncmode execution-layer takes blocks as safe unseen"],
  ])("refuses %s, naming the flag", async (_, flags, message) => {
    await expect(setup(flags)).rejects.toThrow(message);
  });

  it("refuses such a level where no chain ever has messages, too", async () => {
    await expect(interopSetup([{ ...planned(901, { "interop.min-safety-of": "902=safe" }), config: CONFIG }], resolveOptions(SUPERNODE_OPTIONS, {}))).rejects.toThrow("--vn.901.interop.min-safety-of names chain 902");
    await expect(interopSetup([{ ...planned(901), config: CONFIG }], resolveOptions(SUPERNODE_OPTIONS, {}))).resolves.toBeUndefined();
  });
});
