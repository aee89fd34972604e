import { readFileSync } from "node:fs";
import { parseGenesis, parseRollupConfig } from "@pangaea/config";
import { startExecutionService } from "@pangaea/execution";
import { parseJwtSecret } from "@pangaea/rpc";

/** An execution layer alone in a process, as an execution client of the operator's own would be: rollup.json, genesis.json and JWT file as arguments. */
const [rollup = "", genesis = "", jwt = ""] = process.argv.slice(2);
const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
const service = await startExecutionService({
  config: parseRollupConfig(read(rollup), rollup),
  genesis: parseGenesis(read(genesis), genesis),
  rpc: { host: "127.0.0.1", port: 0 },
  engineRpc: { host: "127.0.0.1", port: 0, jwtSecret: parseJwtSecret(readFileSync(jwt, "utf8"), jwt) },
});
console.log(JSON.stringify({ rpc: `http://127.0.0.1:${service.rpcPort}`, engine: `http://127.0.0.1:${service.enginePort}` }));
process.once("SIGINT", () => void service.close().then(() => process.exit(0)));
