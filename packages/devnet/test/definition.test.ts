import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveOptions } from "@pangaea/config";
import { afterAll, describe, expect, it } from "vitest";
import { checkFixedFlags, type Manifest, readManifest } from "../src/definition.ts";
import { DEVNET_OPTIONS, differsFromDefault } from "../src/index.ts";
import { readChains } from "../src/setup.ts";

const folder = mkdtempSync(join(tmpdir(), "pangaea-definition-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (given: Readonly<Record<string, string>>) => resolveOptions(DEVNET_OPTIONS, Object.fromEntries(Object.entries(given).map(([name, text]) => [name, { text, source: `--${name}` }])));
const MANIFEST: Manifest = { chains: [901, 903], l1GenesisTime: 5, l1BlockTime: 3, flags: { chains: "901,903", "l1.block-time": "3", "l2.block-time": "", "seq-window": "3600", fork: "jovian=20", "interop.activation": "undefined" } };

describe("a devnet's folder at a later start", () => {
  const check = (given: Readonly<Record<string, string>>) => checkFixedFlags("./dir", MANIFEST, read(given), (name) => given[name] !== undefined);

  it("goes on with what it was made with when flags are left out, and with what changes nothing", () => {
    expect(() => check({})).not.toThrow();
    expect(() => check({ chains: "901,903", "l1.block-time": "3", fork: "jovian=20", "rpc.port": "0" })).not.toThrow();
  });

  it.each([
    ["chains", "901,902", "--chains 901,902: the devnet in ./dir was made with 901,903: leave the flag out to go on with it, or give another --data-dir"],
    ["l1.block-time", "2", "was made with 3:"],
    ["l2.block-time", "2", "was made with its default:"],
    ["seq-window", "9", "was made with 3600:"],
    ["fork", "jovian=30", "--fork jovian=30: the devnet in ./dir was made with jovian=20"],
    ["interop.activation", "9", "was made with its default:"],
  ])("refuses another --%s", (name, text, message) => {
    expect(() => check({ [name]: text })).toThrow(message);
  });

  it("takes a value other than the default as given where nobody says", () => {
    const flags = read({ "seq-window": "9" });
    expect(["seq-window", "chains", "fork"].map((name) => differsFromDefault(flags, name))).toEqual([true, false, false]);
  });

  it.each([["no JSON", "{", /devnet\.json is damaged \(.*JSON.*\): give another --data-dir, or delete this one to begin anew/], ["another shape", '{"chains":[]}', /devnet\.json is damaged \(chains: .*\): give another --data-dir/]])("with a manifest that is %s is refused with the file and the remedy", async (_, text, message) => {
    writeFileSync(join(folder, "devnet.json"), text);
    await expect(readManifest(folder)).rejects.toThrow(message);
  });

  it("without a manifest is a first start, with a broken or missing file of a chain refused", async () => {
    expect(await readManifest(join(folder, "none"))).toBeUndefined();
    await expect(readChains(folder, [901])).rejects.toThrow(/901\/rollup\.json is damaged \(ENOENT.*\): give another --data-dir/);
    mkdirSync(join(folder, "901"));
    writeFileSync(join(folder, "901/rollup.json"), "x");
    await expect(readChains(folder, [901])).rejects.toThrow(/901\/rollup\.json is damaged \(Unexpected token.*\): give another/);
  });
});
