import { helpPage, unknownName } from "./command-line.ts";
import { reportError } from "./errors.ts";
import { checkConfig } from "./verbs/check-config.ts";
import { DA_SERVER_TABLE, daServer } from "./verbs/da-server.ts";
import { DEVNET_TABLE, devnet } from "./verbs/devnet.ts";
import { explain, explainHelp } from "./verbs/explain.ts";
import { fault, faultHelp } from "./verbs/fault.ts";
import { genesis, genesisHelp } from "./verbs/genesis.ts";
import { inspect, inspectHelp } from "./verbs/inspect.ts";
import { NODE_TABLE, node } from "./verbs/node.ts";
import { supernode, supernodeTable } from "./verbs/supernode.ts";
import { VERSION } from "./version.ts";

const VERBS = {
  devnet: { run: devnet, summary: "a local L1 and a cluster of L2s in one process", help: (summary: string) => helpPage("devnet", summary, DEVNET_TABLE) },
  supernode: { run: supernode, summary: "every chain of a cluster above an L1 of yours", help: (summary: string) => helpPage("supernode", summary, supernodeTable([])) },
  node: { run: node, summary: "one chain's node above an L1 of yours, public ones by name", help: (summary: string) => helpPage("node", summary, NODE_TABLE) },
  explain: { run: explain, summary: "why a block or transaction is as certain as it is, and what it waits for", help: explainHelp },
  fault: { run: fault, summary: "makes something go wrong on a running devnet", help: faultHelp },
  inspect: { run: inspect, summary: "says what is in a file of rollup data: a channel, a batch, a blob, a message, a witness", help: inspectHelp },
  genesis: { run: genesis, summary: "makes the genesis of public chains anew and holds it against the registry", help: genesisHelp },
  "da-server": { run: daServer, summary: "keeps the data of chains that post commitments in their place", help: (summary: string) => helpPage("da-server", summary, DA_SERVER_TABLE) },
  "check-config": { run: checkConfig, summary: "says what is wrong in a TOML file of settings, and where", help: (summary: string) => `pangaea check-config FILE: ${summary}` },
} as const;

function usage(): string {
  const lines = Object.entries(VERBS).map(([name, { summary }]) => `  pangaea ${name.padEnd(12)} ${summary}`);
  return [`pangaea ${VERSION}: the OP Stack with native interop, in TypeScript`, "", ...lines, "", "pangaea VERB --help lists a verb's flags."].join("\n");
}

async function main([verb, ...argv]: readonly string[]): Promise<void> {
  if (verb === undefined || verb === "--help" || verb === "help") return console.log(usage());
  if (verb === "--version") return console.log(VERSION);
  const found = Object.entries(VERBS).find(([name]) => name === verb)?.[1];
  if (found === undefined) throw unknownName("verb", verb, Object.keys(VERBS));
  if (argv.includes("--help")) return console.log(found.help(found.summary));
  await found.run(argv);
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  process.exit(reportError(error, (line) => console.error(line)));
}
