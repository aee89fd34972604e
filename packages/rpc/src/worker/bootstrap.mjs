// Entry of every worker thread. From sources the module is TypeScript and is loaded through tsx; from a build it is JavaScript.
import { workerData } from "node:worker_threads";

if (workerData.module.endsWith(".ts")) (await import("tsx/esm/api")).register();
await import(workerData.module);
