import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** The packages from the lowest layer to the highest; a package imports only those before it. `ARCHITECTURE.md` draws the same order. */
const LAYERS = [
  "primitives", "config", "interop", "derivation", "evm", "store", "rpc", "registry", "execution", "l1", "engine", "gossip", "da", "node", "batcher", "relayer", "supernode", "contracts", "devnet", "cli",
];
/** Packages whose sources take no clock, socket, disk or process. Loading a native library is not I/O of ours. */
const PURE = new Set(["primitives", "config", "interop", "derivation", "evm"]);
const IMPURE_MODULES = /^node:(?:fs|net|http|https|child_process|worker_threads|os|dgram|tls|timers)/;

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === "node_modules" || name === "dist" ? [] : filesBelow(path);
    return /\.(?:ts|mjs)$/.test(name) ? [path] : [];
  });
}

const root = process.cwd();
const problems: string[] = [];
const present = readdirSync(join(root, "packages"));
for (const name of present) {
  if (!LAYERS.includes(name)) problems.push(`packages/${name} has no place in the layers: add it to LAYERS and to ARCHITECTURE.md`);
}
for (const name of LAYERS) {
  const manifest: { dependencies?: Record<string, string> } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
  for (const file of filesBelow(join(root, "packages", name, "src"))) {
    for (const match of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
      const target = match[1]!;
      const where = relative(root, file);
      if (PURE.has(name) && IMPURE_MODULES.test(target)) problems.push(`${where}: a pure package imports ${target}`);
      if (!target.startsWith("@pangaea/")) continue;
      const imported = target.slice("@pangaea/".length);
      if (imported.includes("/")) problems.push(`${where}: ${target} reaches past the barrel; import @pangaea/${imported.split("/")[0]}`);
      else if (LAYERS.indexOf(imported) >= LAYERS.indexOf(name)) problems.push(`${where}: ${name} may not import ${imported}, a layer at or above it`);
      else if (manifest.dependencies?.[target] === undefined) problems.push(`${where}: ${target} is missing from packages/${name}/package.json`);
    }
  }
}
const architecture = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
for (const name of LAYERS) if (!architecture.includes(`**${name}**`)) problems.push(`ARCHITECTURE.md does not say what **${name}** owns`);

for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? `layers: ${LAYERS.length} packages, imports point one way` : `layers: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
