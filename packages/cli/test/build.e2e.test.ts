import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type ReadyLine, rpc, type Status } from "./support/devnet.ts";
import { Program, until } from "./support/program.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.literal("MIT"), files: z.array(z.string()), exports: z.record(z.string(), z.object({ types: z.string(), default: z.string() })), dependencies: z.record(z.string(), z.string()).default({}), optionalDependencies: z.record(z.string(), z.string()).default({}), devDependencies: z.undefined().optional() });

describe("the built packages, packed and installed elsewhere", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-build-"));
  const installed = join(folder, "node_modules/@pangaea");
  const main = join(installed, "cli/dist/main.js");
  let names: readonly string[] = [];

  beforeAll(() => {
    const out = join(folder, "out");
    execFileSync(process.execPath, ["scripts/run.mjs", "scripts/build.ts", out], { cwd: root });
    names = readdirSync(out);
    const tarballs = join(folder, "tarballs");
    mkdirSync(tarballs);
    execFileSync("npm", ["pack", "--silent", "--pack-destination", tarballs, ...names.map((name) => join(out, name))]);
    for (const name of names) {
      const place = join(installed, name);
      mkdirSync(place, { recursive: true });
      execFileSync("tar", ["-xzf", join(tarballs, `pangaea-${name}-${manifest(join(out, name)).version}.tgz`), "-C", place, "--strip-components=1"]);
      // What a package does not declare it does not find: each sees its own dependencies and no others.
      const { dependencies, optionalDependencies } = manifest(place);
      for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }).filter((one) => !one.startsWith("@pangaea/"))) {
        const link = join(place, "node_modules", dependency);
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(join(root, "node_modules", dependency), link);
      }
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const manifest = (place: string) => manifestSchema.parse(JSON.parse(readFileSync(join(place, "package.json"), "utf8")));

  it("hold JavaScript, declarations and the licence, and no sources or tests", () => {
    expect(names).toContain("cli");
    for (const name of names) {
      const place = join(installed, name);
      const { exports, files } = manifest(place);
      const shipped = readdirSync(place, { recursive: true, encoding: "utf8" }).filter((file) => !file.startsWith("node_modules"));
      expect(files).toEqual(["dist"]);
      expect(shipped).toContain("LICENSE");
      for (const { types, default: code } of Object.values(exports)) expect(shipped).toEqual(expect.arrayContaining([types, code].map((file) => file.replace("./", ""))));
      expect(shipped.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).toEqual([]);
    }
  });

  it("print their help without tsx or TypeScript at hand", () => {
    const help = execFileSync(process.execPath, [main, "--help"], { cwd: folder, encoding: "utf8" });
    expect(help).toMatch(/pangaea devnet .*\n.*pangaea supernode/);
  });

  it("run a devnet with its worker threads: blocks come, become safe, and it stops in order", async () => {
    const program = new Program(["devnet", "--json", "--l1.port=0", "--l2.port=0", "--rpc.port=0", "--l1.block-time=1"], {}, main);
    const ready = JSON.parse(await program.line((line) => line.startsWith("{"))) as ReadyLine;
    for (const { node, chainId } of ready.chains) await until(`chain ${chainId} has a safe block`, async () => (await rpc<Status>(node, "optimism_syncStatus")).safe_l2.number > 0);
    expect(await program.stop()).toMatchObject({ code: 0 });
  });
});
