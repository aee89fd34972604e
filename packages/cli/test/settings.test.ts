import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualNodeOptions } from "@pangaea/supernode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenAhead, parseSettingsFile, readGiven, sourcesOf, unknownVariables, valuesOf } from "../src/index.ts";
import { configProblems } from "../src/verbs/check-config.ts";
import { DEVNET_TABLE } from "../src/verbs/devnet.ts";
import { supernodeTable } from "../src/verbs/supernode.ts";

const FILE = `
[devnet]
chains = [901, 902, 903]
json = true
"l1.port" = 1
l2.block-time = "2"
[devnet.batcher]
batch-type = "singular"

[supernode]
chains = [901]
l1 = ["http://a", "http://b"]
[supernode.vn.all]
"sequencer.l1-confs" = 2
[supernode.vn.901]
sequencer.enabled = true
`;

describe("a file of settings", () => {
  it("gives each verb its flags, however they are nested, with their lines", () => {
    const { verbs } = parseSettingsFile(FILE, "p.toml");
    expect(verbs.get("devnet")).toEqual({
      chains: { text: "901,902,903", source: "p.toml:3 chains" },
      json: { text: "true", source: "p.toml:4 json" },
      "l1.port": { text: "1", source: "p.toml:5 l1.port" },
      "l2.block-time": { text: "2", source: "p.toml:6 l2.block-time" },
      "batcher.batch-type": { text: "singular", source: "p.toml:8 batcher.batch-type" },
    });
    expect(verbs.get("supernode")).toMatchObject({ l1: { text: "http://a,http://b" }, "vn.901.sequencer.enabled": { text: "true", source: "p.toml:16 vn.901.sequencer.enabled" } });
  });

  it.each([
    ["what is no TOML, by line and column", "[devnet]\nchains = = 3", /^p\.toml:2:\d+ is not TOML/],
    ["a flag with a dot beside one without", '[supernode]\nl1 = "a"\nl1.beacon = "b"', /p\.toml:3:\d+ is not TOML: .*is written in quotes: "l1\.beacon"/],
    ["a setting outside a verb's table", "chains = [901]", /p\.toml:1 chains stands in no table: settings stand under their verb, such as \[supernode\]/],
    ["a date", "[devnet]\nchains = 2024-01-01", /p\.toml:2 chains is neither text, number, true or false, nor a list of them/],
    ["a list of lists", "[devnet]\nchains = [[1]]", /p\.toml:2 chains is neither/],
  ])("refuses %s", (_, text, message) => {
    expect(() => parseSettingsFile(text, "p.toml")).toThrow(message);
  });
});

describe("settings", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-settings-"));
  const file = join(folder, "p.toml");
  beforeAll(() => writeFileSync(file, FILE));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const devnet = (argv: readonly string[], environment: Readonly<Record<string, string>> = {}) => valuesOf("devnet", DEVNET_TABLE, readGiven(sourcesOf("devnet", argv, environment), DEVNET_TABLE));

  it.each<readonly [string, readonly string[], Readonly<Record<string, string>>, number]>([
    ["the default", [], {}, 8_545],
    ["the file", [`--config=${file}`], {}, 1],
    ["the file that the environment names", [], { PANGAEA_CONFIG: file }, 1],
    ["the environment before the file", [`--config=${file}`], { PANGAEA_L1_PORT: "2" }, 2],
    ["the command line before both", ["--config", file, "--l1.port=3"], { PANGAEA_L1_PORT: "2" }, 3],
  ])("come from %s", (_, argv, environment, port) => {
    expect(devnet(argv, environment)["l1.port"]).toBe(port);
  });

  it("of a chain come from its own flag before that of all chains, wherever they stand", () => {
    const sources = sourcesOf("supernode", [`--config=${file}`], { PANGAEA_VN_901_L2_GENESIS: "g.json" });
    expect(givenAhead(sources, "chains")?.text).toBe("901");
    const options = virtualNodeOptions(901, readGiven(sources, supernodeTable([901])));
    expect([options["sequencer.l1-confs"], options["sequencer.enabled"], options["l2.genesis"]]).toEqual([2, true, "g.json"]);
    const own = readGiven(sourcesOf("supernode", [`--config=${file}`, "--vn.901.sequencer.l1-confs=7"], {}), supernodeTable([901]));
    expect(virtualNodeOptions(901, own)["sequencer.l1-confs"]).toBe(7);
  });

  it("name variables that are none of theirs", () => {
    expect(unknownVariables(DEVNET_TABLE, { PANGAEA_L1_PROT: "1", PANGAEA_L1_PORT: "1", PATH: "" })).toEqual(["PANGAEA_L1_PROT"]);
  });

  it.each<readonly [string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ["an unknown flag, with the nearest", ["--l1.prot=1"], {}, /no flag --l1\.prot; did you mean --l1\.port\?/],
    ["a flag without its value", ["--l1.port"], {}, /--l1\.port/],
    ["a word that is no flag", ["901"], {}, /901/],
    ["a value on the command line", ["--l1.port=x"], {}, /--l1\.port wants a whole number from 0 to 65535, not "x"/],
    ["a value in the environment", [], { PANGAEA_L1_PORT: "x" }, /PANGAEA_L1_PORT wants a whole number/],
    ["a file that is not there", ["--config=/nonexistent.toml"], {}, /--config: \/nonexistent\.toml cannot be read/],
    ["every bad value at once", ["--l1.port=x", "--fork=pluto=1"], {}, /--l1\.port wants .*; --fork wants a fork/],
  ])("refuse %s", (_, argv, environment, message) => {
    expect(() => devnet(argv, environment)).toThrow(message);
  });

  describe("are checked", () => {
    const problems = (text: string) => configProblems(parseSettingsFile(text, "p.toml"));

    it("and found in order", async () => {
      expect(await problems("[devnet]\nchains = [901]\n[devnet.batcher]\nmax-pending-tx = 2")).toEqual([]);
    });

    it.each<readonly [string, string, readonly RegExp[]]>([
      ["an unknown flag", "[devnet]\nchians = [901]", [/^p\.toml:2 chians is no flag of pangaea devnet; did you mean chains\?$/]],
      ["bad values, all of them", "[devnet]\nl1.port = 70000\nquiet = 3", [/^p\.toml:2 l1\.port wants .* not "70000"$/, /^p\.toml:3 quiet wants true or false, not "3"$/]],
      ["forks out of order", '[devnet]\nfork = ["isthmus=9", "jovian=5"]', [/^p\.toml \[devnet\]: --fork: jovian would activate before isthmus/]],
      ["more activations than chains", '[devnet]\n"interop.activation" = ["1", "2", "3"]', [/^p\.toml \[devnet\]: --interop\.activation has 3 values for 2 chains/]],
      ["an unknown verb", "[devent]\nchains = [901]", [/^p\.toml \[devent\]: there is no verb devent with settings/]],
      ["a supernode without chains and L1", "[supernode]\nrpc.port = 1", [/has no chains: give the chain ids/, /has no l1: give the JSON-RPC URL of L1/]],
      ["settings of a chain that is not run", '[supernode]\nchains = []\nl1 = "http://a"\n[supernode.vn.902]\nl2 = "http://b"', [/has settings of vn\.902, and chains does not name 902/]],
      ["a file that a chain names", '[supernode]\nchains = [901]\nl1 = "http://a"\n[supernode.vn.901]\n"rollup.config" = "/nonexistent.json"', [/--vn\.901\.rollup\.config: \/nonexistent\.json cannot be read/]],
      ["a file that a chain lacks", '[supernode]\nchains = [901]\nl1 = "http://a"', [/--vn\.901\.rollup\.config is missing: give the chain's rollup\.json/]],
    ])("for %s", async (_, text, expected) => {
      const found = await problems(text);
      expect(found).toHaveLength(expected.length);
      for (const [i, pattern] of expected.entries()) expect(found[i]).toMatch(pattern);
    });
  });
});
