import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseRollupConfig, rollupConfigToJson } from "@pangaea/config";
import { upgradeGasAt, upgradeTransactionsAt } from "@pangaea/derivation";
import { activationsOf, RegistryFolder } from "@pangaea/registry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planNode, registryChain } from "../src/verbs/node.ts";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

const REGISTRY = vectorPath("superchain-registry-2026-08");
/** OP Sepolia's configuration, as it was recorded with blocks of the Holocene era. */
const RECORDED = "monorepo-2026-06/kona-executor-blocks/block-26207960.json.gz";
/** Of Granite on, the timeout is the protocol's; the other says what contracts pause the chain. */
const NOT_OURS = ["granite_channel_timeout", "superchain_config_address"];
type Settings = Readonly<Record<string, unknown>>;
const given = (flags: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(flags).map(([name, text]) => [name, { text, source: `--${name}` }]));

describe.skipIf(!vectorsAreThere)("a node of a public network", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-node-registry-"));
  const jwt = join(folder, "jwt.hex");
  beforeAll(() => {
    writeFileSync(jwt, "11".repeat(32));
    mkdirSync(join(folder, "superchain/configs/sepolia"), { recursive: true });
    for (const file of ["op.toml", "superchain.toml"]) copyFileSync(join(REGISTRY, "superchain/configs/sepolia", file), join(folder, "superchain/configs/sepolia", file));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has the rollup configuration with which the reference executed its blocks", () => {
    const recorded = (JSON.parse(gunzipSync(readFileSync(vectorPath(RECORDED))).toString()) as { readonly rollup_config: Settings }).rollup_config;
    const ours = JSON.parse(JSON.stringify(rollupConfigToJson(registryChain("op-sepolia", folder).config))) as Settings;
    const { system_config: recordedSystem, ...recordedGenesis } = recorded.genesis as Settings;
    const { batcherAddr, overhead, scalar, gasLimit } = recordedSystem as Settings;
    expect(ours.genesis).toMatchObject({ ...recordedGenesis, system_config: { batcherAddr, overhead, scalar, gasLimit } });
    const settled = Object.entries(recorded).filter(([name, value]) => value !== null && !["genesis", ...NOT_OURS].includes(name));
    expect(settled).toHaveLength(18);
    expect(ours).toMatchObject(Object.fromEntries(settled));
  });

  it("is read from a rollup.json as well as from the registry", () => {
    const { config } = registryChain("sepolia/op", folder);
    expect(parseRollupConfig(JSON.parse(JSON.stringify(rollupConfigToJson(config))))).toEqual(config);
  });

  it("leads an execution client, for which the chain's configuration is enough", async () => {
    const plan = await planNode(given({ network: "op-sepolia", registry: folder, l2: "http://127.0.0.1:8551", "l2.jwt-secret": jwt, syncmode: "execution-layer", "l2.enginekind": "reth" }));
    expect(plan).toMatchObject({ config: { l2ChainId: 11_155_420 }, execution: { kind: "external", url: "http://127.0.0.1:8551", jwtSource: `--l2.jwt-secret: ${jwt}` }, options: { syncmode: "execution-layer", "l2.enginekind": "reth" } });
  });

  it("has the embedded execution layer begin with the registry's genesis where no client is given", async () => {
    const plan = await planNode(given({ network: "sepolia/unichain", registry: REGISTRY }));
    expect(plan.execution).toMatchObject({ kind: "embedded", genesis: { chainId: plan.config.l2ChainId, timestamp: plan.config.genesis.l2Time } });
  });

  it.each([
    ["whose genesis is not in the copy", "op-sepolia", folder, /extra\/dictionary cannot be read .*: give the folder of a copy of github\.com\/ethereum-optimism\/superchain-registry/],
    ["whose genesis is a state root alone", "op-mainnet", REGISTRY, /the registry has the state root alone of mainnet\/op's first block, .*: give --l2 for an execution client that has it/],
    ["that the copy has not", "zora", folder, /has no chain "zora"; it has sepolia\/op/],
  ])("without a client, for a chain %s, is refused with the remedy", async (_, network, registry, message) => {
    await expect(planNode(given({ network, registry }))).rejects.toThrow(message);
  });

  it("of any chain of the registry comes to each fork's upgrade in that fork's first block: bundles as data, gas for that block alone", () => {
    const registry = new RegistryFolder(REGISTRY);
    const counts = { ecotone: 6, fjord: 3, isthmus: 8, jovian: 5, karst: 31, lagoon: 28 } as const;
    for (const id of registry.ids()) {
      const { config } = registry.chain(id);
      for (const { fork, block, atGenesis } of activationsOf(config)) {
        const count = atGenesis ? 0 : (Reflect.get(counts, fork) ?? 0);
        const time = config.genesis.l2Time + (block - config.genesis.l2.number) * config.blockTime;
        const together = activationsOf(config).some((other) => other.fork !== fork && !other.atGenesis && other.block === block);
        if (together) continue;
        expect([id, fork, upgradeTransactionsAt(config, time).length], id).toEqual([id, fork, count]);
        expect(upgradeGasAt(config, time + config.blockTime), id).toBe(0);
        if (fork === "karst" && !atGenesis) expect(upgradeGasAt(config, time)).toBe(55_370_657);
      }
    }
  });
});
