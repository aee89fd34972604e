import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const DEPOSIT = `7ef8f8a0a539eb753df3b13b7e386e147d45822b67cb908c9ddc5618e3dbaa22ed00850b94deaddeaddeaddeaddeaddeaddeaddeaddead00019442000000000000000000000000000000000000158080830f424080b8a4440a5e20${"00".repeat(160)}`;
const HASH = /^0x[0-9a-f]{64}$/;

function pangaea(argv: readonly string[], input: string | Uint8Array = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/run.mjs", "packages/cli/src/main.ts", ...argv], { cwd: root, input, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("pangaea inspect and pangaea genesis, as programs", () => {
  it.each([["hex", DEPOSIT, []], ["binary under gzip, with - for a name", gzipSync(Buffer.from(DEPOSIT, "hex")), ["-"]]])("print one JSON object of what comes on standard input as %s", (_, input, operands) => {
    const { status, stdout, stderr } = pangaea(["inspect", "deposit", ...operands], input);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ hash: expect.stringMatching(HASH), type: 126, l1Attributes: { format: "ecotone", baseFee: "0" } });
  });

  it.each([
    ["a file that is not there", ["inspect", "blob", "/nonexistent"], 1, /^pangaea: \/nonexistent cannot be read: .*\n$/],
    ["data that is something else", ["inspect", "blob", "package.json"], 1, /^pangaea: package\.json has \d+ bytes; a blob has 131072\n$/],
    ["a kind of data that nobody knows", ["inspect", "blub"], 2, /no inspection "blub" \(did you mean blob\?\)/],
    ["an unknown flag", ["inspect", "blob", "--comitment"], 2, /no flag --comitment; did you mean --commitment\?/],
    ["one file too many", ["inspect", "blob", "a", "b"], 2, /nothing to do with "b": pangaea inspect blob FILE/],
    ["a folder that is no registry", ["genesis", "verify", "--registry", "docs"], 1, /^pangaea: docs has no superchain\/configs: give the folder of a copy of .*superchain-registry\n$/],
    ["no registry", ["genesis", "verify"], 2, /wants --registry/],
  ] as const)("say in one line what is wrong with %s", (_, argv, status, message) => {
    const result = pangaea(argv);
    expect(result.stderr).toMatch(message);
    expect(result.status).toBe(status);
  });
});
