import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";

/** Builds every package to `dist/<package>`, or below the folder given: JavaScript, declarations, manifest and licence, ready for `npm publish dist/<package>`. */
interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly publishConfig: { readonly exports: unknown };
  readonly devDependencies?: unknown;
  readonly scripts?: unknown;
  readonly [field: string]: unknown;
}

const root = process.cwd();
const out = resolve(root, process.argv[2] ?? "dist");
const emitted = join(out, ".emitted");
const SHEBANG = "#!/usr/bin/env node\n";

function stage(name: string): void {
  const from = join(root, "packages", name);
  const to = join(out, name);
  const { publishConfig, devDependencies: _tests, scripts: _scripts, ...manifest } = JSON.parse(readFileSync(join(from, "package.json"), "utf8")) as Manifest;
  cpSync(join(emitted, "packages", name, "src"), join(to, "dist"), { recursive: true });
  // What is no TypeScript is shipped as it is: the entry of worker threads.
  for (const file of readdirSync(join(from, "src"), { recursive: true, encoding: "utf8" })) {
    if (extname(file) === "" || extname(file) === ".ts") continue;
    mkdirSync(dirname(join(to, "dist", file)), { recursive: true });
    cpSync(join(from, "src", file), join(to, "dist", file));
  }
  writeFileSync(join(to, "package.json"), `${JSON.stringify({ ...manifest, exports: publishConfig.exports, files: ["dist"] }, null, 2)}\n`);
  cpSync(join(root, "LICENSE"), join(to, "LICENSE"));
  for (const command of Object.values(manifest.bin ?? {})) {
    const file = join(to, command);
    const source = readFileSync(file, "utf8");
    if (!source.startsWith("#!")) writeFileSync(file, `${SHEBANG}${source}`);
  }
}

execFileSync(process.execPath, [join(root, "node_modules/typescript7/bin/tsc"), "-p", join(root, "tsconfig.build.json"), "--outDir", emitted], { stdio: "inherit" });
const names = readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "package.json")));
for (const name of names) {
  rmSync(join(out, name), { recursive: true, force: true });
  stage(name);
}
cpSync(join(root, "README.md"), join(out, "cli", "README.md"));
rmSync(emitted, { recursive: true });
console.log(`built ${names.length} packages below ${out}`);
