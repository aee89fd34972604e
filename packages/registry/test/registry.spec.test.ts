import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { activationsOf, parseRegistryChain, parseRegistryNetwork, RegistryFolder } from "../src/index.ts";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

const FOLDER = vectorPath("superchain-registry-2026-08");
const ids = vectorsAreThere ? new RegistryFolder(FOLDER).ids() : [];

describe.skipIf(!vectorsAreThere)("the superchain-registry of 2026-08", () => {
  it("lists its chains, none of them a network's own file", () => {
    expect(ids).toEqual(["mainnet/op", "mainnet/soneium", "mainnet/unichain", "mainnet/zora", "sepolia-devnet-2/sepolia-devnet-2", "sepolia/op", "sepolia/soneium-minato", "sepolia/unichain"]);
  });

  it.each(ids)("%s has a rollup configuration whose forks follow each other, and a genesis", async (id) => {
    const folder = new RegistryFolder(FOLDER);
    const chain = folder.chain(id);
    expect(chain.config.forks.regolith).toBe(0);
    expect(chain.config.l1ChainId).toBe(id.startsWith("mainnet/") ? 1 : 11_155_111);
    const activations = activationsOf(chain.config);
    expect(activations.map(({ time }) => time)).toEqual(activations.map(({ time }) => time).sort((a, b) => a - b));
    const genesis = await folder.genesis(chain);
    if (genesis.kind === "allocation") expect(genesis.genesis).toMatchObject({ chainId: chain.config.l2ChainId, timestamp: chain.config.genesis.l2Time });
  });

  it("reads OP Sepolia as its node is configured", () => {
    const { config, title } = new RegistryFolder(FOLDER).chain("op-sepolia");
    expect(title).toBe("OP Sepolia Testnet");
    expect(config).toMatchObject({
      l2ChainId: 11_155_420, blockTime: 2, maxSequencerDrift: 600, seqWindowSize: 3600, channelTimeout: 300, pectraBlobScheduleTime: 1_742_486_400, keepKarstUpgradeGas: true,
      forks: { canyon: 1_699_981_200, karst: 1_781_712_001 }, batchInboxAddress: "0xff00000000000000000000000000000011155420", depositContractAddress: "0x16fc5058f25648194471939df75cf27a2fdc48bc",
      l1SystemConfigAddress: "0x034edd2a225f7f429a63e0f1d2084b9e0a93b538", genesis: { l2: { number: 0, hash: "0x102de6ffb001480cc9b8b548fd05c34cd4f46ae4aa91759393db90ea0409887d" } },
    });
  });

  it("finds a chain as network/name, as name-network, and by its name alone where only one network has it", () => {
    const folder = new RegistryFolder(FOLDER);
    for (const name of ["mainnet/zora", "zora-mainnet", "zora"]) expect(folder.chain(name).config.l2ChainId).toBe(7_777_777);
    expect(() => folder.chain("op")).toThrow('"op" is the name of 2 chains: say which, mainnet/op or sepolia/op');
    expect(() => folder.chain("opal")).toThrow(/has no chain "opal"; it has mainnet\/op,/);
  });

  it("has the dependency set of a chain that is in a cluster", () => {
    expect(new RegistryFolder(FOLDER).chain("sepolia-devnet-2").dependencySet?.chains).toEqual([420_130_015]);
  });

  it("counts the blocks up to each fork from genesis", () => {
    const activations = activationsOf(new RegistryFolder(FOLDER).chain("op-mainnet").config);
    expect(activations.find(({ fork }) => fork === "canyon")).toEqual({ fork: "canyon", time: 1_704_992_401, block: 114_696_812, atGenesis: false });
    expect(activations.find(({ fork }) => fork === "regolith")).toMatchObject({ block: 105_235_063, atGenesis: true });
  });

  it("is refused where a fork is unknown, naming the key", () => {
    const network = parseRegistryNetwork(readFileSync(join(FOLDER, "superchain/configs/sepolia/superchain.toml"), "utf8"), "superchain.toml");
    const text = readFileSync(join(FOLDER, "superchain/configs/sepolia/op.toml"), "utf8").replace("karst_time =", "monsoon_time =");
    expect(() => parseRegistryChain(text, { network: "sepolia", name: "op", where: "op.toml" }, network)).toThrow("op.toml: unknown key monsoon_time under hardforks");
  });

  it("is refused where a genesis is damaged, naming the file", async () => {
    const copy = mkdtempSync(join(tmpdir(), "pangaea-registry-"));
    try {
      cpSync(FOLDER, copy, { recursive: true });
      const path = join(copy, "superchain/extra/genesis/mainnet/zora.json.zst");
      execFileSync("chmod", ["-R", "u+w", copy]);
      writeFileSync(path, readFileSync(path).subarray(0, 10_000));
      const folder = new RegistryFolder(copy);
      await expect(folder.genesis(folder.chain("zora"))).rejects.toThrow(/zora\.json\.zst: the zstd data cannot be decompressed/);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it("reads the configuration of an interop rehearsal network", () => {
    const text = readFileSync(vectorPath("monorepo-2026-06/kona-genesis/rehearsal-0-bn-0.toml"), "utf8");
    const chain = parseRegistryChain(text, { network: "rehearsal-0", name: "rehearsal-0-bn-0", where: "rehearsal-0-bn-0.toml" }, { l1ChainId: 11_155_111, protocolVersionsAddress: `0x${"00".repeat(20)}` });
    expect(chain.dependencySet?.chains).toEqual([420_120_009, 420_120_010]);
    expect(chain.config.forks).toEqual({ regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, lagoon: 1_749_150_000 });
  });
});
