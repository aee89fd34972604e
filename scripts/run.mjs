// Runs a TypeScript entry point from its sources: node scripts/run.mjs <file.ts> [arguments]
import "./setup.mjs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, ...rest] = process.argv.slice(2);
const { register } = await import("tsx/esm/api");
register();
process.argv = [process.argv[0], resolve(file), ...rest];
await import(pathToFileURL(resolve(file)).href);
