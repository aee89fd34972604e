import { choice, flag, type OptionTable, optionalWhole, text, whole } from "@pangaea/config";
import { CHAIN_PARTS, MESSAGE_FIELDS } from "@pangaea/devnet";
import { RpcClient } from "@pangaea/rpc";
import { readGiven, splitOperands, unknownName, UsageError, valuesOf } from "../command-line.ts";
import { answerLines } from "../answer-lines.ts";

/** Flags of every fault. */
const COMMON = {
  rpc: text("RPC of the devnet's supernode", "URL", "http://127.0.0.1:8420"),
  json: flag("print the answer as one line of JSON"),
} as const satisfies OptionTable;

/** Longer than the devnet takes over any answer. */
const TIMEOUT_MS = 70_000;

interface Fault {
  readonly method: string;
  readonly summary: string;
  /** What stands after the fault's name, in order; a list gives the words that may stand there. */
  readonly operands: readonly ("CHAIN" | readonly string[])[];
  readonly flags: OptionTable;
  /** The flags whose values follow the operands as parameters, in order. */
  readonly params: readonly string[];
  /** The flag without which there is no such fault. */
  readonly required?: string;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  "invalid-message": {
    method: "devnet_sendInvalidMessage", summary: "post a message with one wrong field, past the ingress check", operands: ["CHAIN"], params: ["field", "source"],
    flags: { field: choice("what is wrong in the message", MESSAGE_FIELDS, "payload"), source: optionalWhole("chain whose log is the basis; the first other one unless given", "ID") },
  },
  "force-transaction": {
    method: "devnet_forceTransaction", summary: "put a signed transaction into the next block, past the pool", operands: ["CHAIN"], params: ["raw", "block"], required: "raw",
    flags: { raw: text("the signed transaction, encoded", "HEX"), block: optionalWhole("the block that is to hold it; the next one unless given", "N") },
  },
  equivocate: { method: "devnet_equivocate", summary: "have the sequencer tell of one block and post its sibling", operands: ["CHAIN"], params: ["raw"],
    flags: { raw: text("a signed transaction that only the block told of holds; one of the devnet's own unless given", "HEX") } },
  "withhold-batch": {
    method: "devnet_withholdBatch", summary: "have the batcher send nothing for a while", operands: ["CHAIN"], params: ["seconds"],
    flags: { seconds: whole("for how long; 0 ends it", 10, 0, 86_400, "S") },
  },
  "l1-reorg": {
    method: "devnet_reorgL1", summary: "replace the newest blocks of L1", operands: [], params: ["depth"],
    flags: { depth: whole("how many blocks", 1, 1, 10_000) },
  },
  stop: { method: "devnet_stop", summary: `stop a chain's ${CHAIN_PARTS.join(", ")}`, operands: ["CHAIN", CHAIN_PARTS], params: [], flags: {} },
  start: { method: "devnet_start", summary: "start again what was stopped", operands: ["CHAIN", CHAIN_PARTS], params: [], flags: {} },
};

const usageOf = (name: string, { operands }: Fault): string => ["pangaea fault", name, ...operands.map((operand) => (operand === "CHAIN" ? operand : operand.join("|")))].join(" ");

/** The help page of the verb: every fault with its flags. */
export function faultHelp(summary: string): string {
  const rows = (table: OptionTable): string[] => Object.entries(table).map(([name, { placeholder, doc, default: fallback }]) => {
    const head = `--${name}${placeholder === undefined ? "" : ` ${placeholder}`}`;
    return `      ${head.padEnd(18)} ${doc}${fallback === undefined || fallback === false ? "" : ` [${String(fallback)}]`}`;
  });
  const faults = Object.entries(FAULTS).flatMap(([name, one]) => [`  ${usageOf(name, one).padEnd(54)} ${one.summary}`, ...rows(one.flags)]);
  return [`pangaea fault: ${summary}`, "", ...faults, "", "  every fault:", ...rows(COMMON)].join("\n");
}

/** The operand as a parameter. Throws `UsageError`. */
function operandOf(name: string, one: Fault, at: number, word: string | undefined): number | string {
  const wanted = one.operands[at];
  if (word === undefined) throw new UsageError(`pangaea fault ${name} wants ${wanted === "CHAIN" ? "a chain id" : `one of ${wanted?.join(", ")}`}: ${usageOf(name, one)}`);
  if (wanted === "CHAIN") {
    if (!/^[1-9]\d{0,14}$/.test(word)) throw new UsageError(`pangaea fault ${name} wants a chain id, not "${word}": ${usageOf(name, one)}`);
    return Number(word);
  }
  if (wanted?.includes(word) !== true) throw unknownName("part", word, wanted ?? []);
  return word;
}

/** `pangaea fault NAME [CHAIN] [PART]`: has a running devnet make a fault, and prints what came of it. */
export async function fault(argv: readonly string[]): Promise<void> {
  const { operands: [name, ...operands], flags: given } = splitOperands(argv, Object.assign({}, COMMON, ...Object.values(FAULTS).map((one) => one.flags)) as OptionTable);
  if (name === undefined) throw new UsageError(`pangaea fault wants a fault: ${Object.keys(FAULTS).join(", ")} (pangaea fault --help says what they do)`);
  const found = FAULTS[name];
  if (found === undefined) throw unknownName("fault", name, Object.keys(FAULTS));
  if (operands.length > found.operands.length) throw new UsageError(`pangaea fault ${name}: there is nothing to do with "${operands[found.operands.length]}": ${usageOf(name, found)}`);
  const parameters = found.operands.map((_, at) => operandOf(name, found, at, operands[at]));
  const table = { ...found.flags, ...COMMON };
  const verb = `fault ${name}`;
  const values = valuesOf(verb, table, readGiven({ verb, argv: given, environment: process.env, file: undefined }, table));
  const flags: Readonly<Record<string, unknown>> = values;
  if (found.required !== undefined && flags[found.required] === undefined) throw new UsageError(`pangaea fault ${name} wants --${found.required}: ${found.flags[found.required]?.doc}`);
  const rpc = new RpcClient(String(flags.rpc), { timeoutMs: TIMEOUT_MS });
  const answer = await rpc.call(found.method, [...parameters, ...found.params.map((param) => flags[param])]).finally(() => rpc.close());
  console.log(flags.json === true ? JSON.stringify(answer) : answerLines(answer).join("\n"));
}
