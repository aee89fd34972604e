import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError } from "@pangaea/primitives";
import { VIRTUAL_NODE_OPTIONS } from "@pangaea/supernode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSettingsFile } from "../src/index.ts";
import { configProblems } from "../src/verbs/check-config.ts";
import { NODE_TABLE, nodeChain } from "../src/verbs/node.ts";

describe("the chain of a node", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-node-chain-"));
  beforeAll(() => writeFileSync(join(folder, "rollup.json"), "{"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each<readonly [string, readonly [string | undefined, string | undefined, string | undefined], RegExp]>([
    ["not said", [undefined, undefined, undefined], /which chain is not said: give --network NAME and --registry DIR for a public one, or --rollup\.config FILE/],
    ["said twice", ["op-sepolia", "r", "rollup.json"], /--network op-sepolia and --rollup\.config rollup\.json both say which chain it is: leave one of them out/],
    ["named without a copy of the registry", ["op-sepolia", undefined, undefined], /--network op-sepolia is read from a copy of the superchain-registry, which is no part of this program: git clone .*superchain-registry, then give --registry superchain-registry \(or PANGAEA_REGISTRY\)/],
    ["named with no folder given as the copy", ["op-sepolia", "", undefined], /git clone/],
    ["named with a folder that is no copy", ["op-sepolia", folder, undefined], /has no superchain\/configs: give the folder of a copy of github\.com\/ethereum-optimism\/superchain-registry/],
    ["in a file that is not there", [undefined, undefined, "/nonexistent"], /--rollup\.config: \/nonexistent cannot be read/],
    ["in a file that is no JSON", [undefined, undefined, join(folder, "rollup.json")], /--rollup\.config: .*rollup\.json is not JSON/],
  ])("%s is asked for with the remedy", async (_, chain, message) => {
    await expect(nodeChain(...chain)).rejects.toThrow(message);
  });

  it("has op-node's flags for it, and of those for clusters what its upgrade takes alone", () => {
    for (const name of ["network", "rollup.config", "rollup.l1-chain-config", "l1", "l1.beacon", "l1.beacon-fallbacks", "l1.http-poll-interval", "l1.max-concurrency", "l2", "l2.jwt-secret", "l2.enginekind", "l2.engine-rpc-timeout", "l2.skip-sync-start-check", "syncmode", "syncmode.offset-el-safe", "verifier.l1-confs", "sequencer.enabled", "sequencer.stopped", "sequencer.l1-confs", "sequencer.max-safe-lag", "sequencer.recover", "finality.lookback", "finality.delay", "rpc.addr", "rpc.port", "rpc.enable-admin", "metrics.enabled", "metrics.addr", "metrics.port", "log.level", "log.format"]) expect(NODE_TABLE[name], name).toBeDefined();
    expect(Object.keys(NODE_TABLE).filter((name) => name.startsWith("interop.") || name.startsWith("vn."))).toEqual(["interop.dependency-set"]);
    expect([NODE_TABLE["rpc.port"]?.default, NODE_TABLE["l1.http-poll-interval"]?.default, NODE_TABLE.syncmode?.default, NODE_TABLE["l2.enginekind"]?.default]).toEqual([9545, 12_000, "consensus-layer", "geth"]);
  });

  it.each(["syncmode", "l2.enginekind"] as const)("has no other %s than there are", (name) => {
    expect(() => VIRTUAL_NODE_OPTIONS[name].parse("snap")).toThrow(InvalidInputError);
  });

  it.each([
    ["no L1", "network = \"op-sepolia\"", [/^p\.toml \[node\] has no l1: give the JSON-RPC URL of L1$/]],
    ["a flag of clusters", "l1 = [\"http://a\"]\n\"interop.min-safety\" = \"safe\"", [/p\.toml:3 interop\.min-safety is no flag of pangaea node/]],
    ["no chain", "l1 = [\"http://a\"]", [/^p\.toml \[node\]: which chain is not said/]],
    ["a registry that is none", `l1 = ["http://a"]\nnetwork = "op-sepolia"\nregistry = "${tmpdir()}"`, [/^p\.toml \[node\]: .* has no superchain\/configs/]],
  ])("in a file of settings with %s is told what is wrong", async (_, text, problems) => {
    expect(await configProblems(parseSettingsFile(`[node]\n${text}`, "p.toml"))).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});
