import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Builds each package to `dist/`: JavaScript and declarations from its own sources, ready for `npm publish -w`. */
const root = process.cwd();
const cache = join(root, ".cache");
for (const name of readdirSync(join(root, "packages"))) {
  const folder = join(root, "packages", name);
  rmSync(join(folder, "dist"), { recursive: true, force: true });
}
const config = join(root, "tsconfig.build.json");
execFileSync(process.execPath, [join(root, "node_modules/typescript7/bin/tsc"), "-p", config, "--outDir", cache], { stdio: "inherit" });
for (const name of readdirSync(join(root, "packages"))) {
  const folder = join(root, "packages", name);
  const emitted = join(cache, "packages", name, "src");
  if (existsSync(emitted)) cpSync(emitted, join(folder, "dist"), { recursive: true });
  for (const file of readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(".mjs")) cpSync(join(folder, "src", file), join(folder, "dist", file));
  }
}
const main = join(root, "packages/cli/dist/main.js");
const source = readFileSync(main, "utf8");
if (!source.startsWith("#!")) writeFileSync(main, `#!/usr/bin/env node\n${source}`);
console.log("built packages/*/dist");
