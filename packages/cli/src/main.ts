import { helpPage, unknownName } from "./command-line.ts";
import { reportError } from "./errors.ts";
import { VERSION } from "./version.ts";

/** What a verb does, and what its --help prints. */
interface Verb {
  readonly run: (argv: readonly string[]) => Promise<void> | void;
  readonly help: (summary: string) => string;
}

/** Each verb is loaded when it is asked for: what a short one needs is there in a fraction of the time that all of them take. */
const VERBS: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Verb> }>> = {
  devnet: {
    summary: "a local L1 and a cluster of L2s in one process",
    load: async () => {
      const { DEVNET_TABLE, devnet } = await import("./verbs/devnet.ts");
      return { run: devnet, help: (summary) => helpPage("devnet", summary, DEVNET_TABLE) };
    },
  },
  supernode: {
    summary: "every chain of a cluster above an L1 of yours",
    load: async () => {
      const { supernode, supernodeTable } = await import("./verbs/supernode.ts");
      return { run: supernode, help: (summary) => helpPage("supernode", summary, supernodeTable([])) };
    },
  },
  node: {
    summary: "one chain's node above an L1 of yours, public ones by name",
    load: async () => {
      const { NODE_TABLE, node } = await import("./verbs/node.ts");
      return { run: node, help: (summary) => helpPage("node", summary, NODE_TABLE) };
    },
  },
  explain: {
    summary: "why a block or transaction is as certain as it is, and what it waits for",
    load: async () => {
      const { explain, explainHelp } = await import("./verbs/explain.ts");
      return { run: explain, help: explainHelp };
    },
  },
  fault: {
    summary: "makes something go wrong on a running devnet",
    load: async () => {
      const { fault, faultHelp } = await import("./verbs/fault.ts");
      return { run: fault, help: faultHelp };
    },
  },
  inspect: {
    summary: "says what is in a file of rollup data: a channel, a batch, a blob, a message, a witness",
    load: async () => {
      const { inspect, inspectHelp } = await import("./verbs/inspect.ts");
      return { run: inspect, help: inspectHelp };
    },
  },
  genesis: {
    summary: "makes the genesis of public chains anew and holds it against the registry",
    load: async () => {
      const { genesis, genesisHelp } = await import("./verbs/genesis.ts");
      return { run: genesis, help: genesisHelp };
    },
  },
  "da-server": {
    summary: "keeps the data of chains that post commitments in their place",
    load: async () => {
      const { DA_SERVER_TABLE, daServer } = await import("./verbs/da-server.ts");
      return { run: daServer, help: (summary) => helpPage("da-server", summary, DA_SERVER_TABLE) };
    },
  },
  "check-config": {
    summary: "says what is wrong in a TOML file of settings, and where",
    load: async () => {
      const { checkConfig } = await import("./verbs/check-config.ts");
      return { run: checkConfig, help: (summary) => `pangaea check-config FILE: ${summary}` };
    },
  },
};

function usage(): string {
  const lines = Object.entries(VERBS).map(([name, { summary }]) => `  pangaea ${name.padEnd(12)} ${summary}`);
  return [`pangaea ${VERSION}: the OP Stack with native interop, in TypeScript`, "", ...lines, "", "pangaea VERB --help lists a verb's flags."].join("\n");
}

async function main([verb, ...argv]: readonly string[]): Promise<void> {
  if (verb === undefined || verb === "--help" || verb === "help") return console.log(usage());
  if (verb === "--version") return console.log(VERSION);
  const found = Object.entries(VERBS).find(([name]) => name === verb)?.[1];
  if (found === undefined) throw unknownName("verb", verb, Object.keys(VERBS));
  const { run, help } = await found.load();
  if (argv.includes("--help")) return console.log(help(found.summary));
  await run(argv);
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  process.exit(reportError(error, (line) => console.error(line)));
}
