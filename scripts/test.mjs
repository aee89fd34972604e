// npm test: unit, specification and cluster tests. `--spec` runs the specification tests alone; other arguments go to vitest.
import "./setup.mjs";
import { spawnSync } from "node:child_process";

const args = process.argv.slice(2);
const spec = args.includes("--spec");
const rest = args.filter((argument) => argument !== "--spec");
const result = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...(spec ? ["--project", "spec"] : []), ...rest], { stdio: "inherit" });
process.exit(result.status ?? 1);
