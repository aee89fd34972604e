// Installs the pinned dependencies when they are missing or older than the lock. Plain JavaScript: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Pangaea needs Node 20.19 or later; this is ${process.version}. Install a newer Node (https://nodejs.org) and try again.`);
  process.exit(1);
}

const installed = join(root, "node_modules/.package-lock.json");
const lock = join(root, "package-lock.json");
const fresh = existsSync(installed) && (!existsSync(lock) || statSync(installed).mtimeMs >= statSync(lock).mtimeMs);
if (!fresh) {
  console.error("Installing the pinned dependencies (once, half a minute) …");
  // The headers that ship with this Node spare node-gyp a download.
  const nodedir = dirname(dirname(process.execPath));
  const env = { ...process.env };
  if (!env.npm_config_nodedir && existsSync(join(nodedir, "include/node/node.h"))) env.npm_config_nodedir = nodedir;
  const result = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) {
    console.error("npm install failed (its message is above). Check the network and the registry that npm is set to, then try again.");
    process.exit(1);
  }
}
