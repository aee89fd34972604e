import type { OptionTable } from "@pangaea/config";
import { InvalidInputError } from "@pangaea/primitives";
import { readGiven, splitOperands, unknownName, UsageError, valuesOf } from "../command-line.ts";
import { batcherTx } from "../inspect/batcher-tx.ts";
import { blob } from "../inspect/blob.ts";
import { channel } from "../inspect/channel.ts";
import { deposit } from "../inspect/deposit.ts";
import { envelope } from "../inspect/envelope.ts";
import { type Inspection, toJsonText } from "../inspect/inspection.ts";
import { l1Block } from "../inspect/l1-block.ts";
import { message } from "../inspect/message.ts";
import { readInput } from "../inspect/read-input.ts";
import { systemConfig } from "../inspect/system-config.ts";
import { witness } from "../inspect/witness.ts";

/** Every kind of data that can be looked at, by its name on the command line. */
export const INSPECTIONS: Readonly<Record<string, Inspection>> = {
  witness, channel, "batcher-tx": batcherTx, blob, envelope, "l1-block": l1Block, "system-config": systemConfig, deposit, message,
};

const usageOf = (name: string, { takesFile }: Inspection): string => `pangaea inspect ${name}${takesFile ? " FILE" : ""}`;

/** The help page of the verb: every inspection with its flags. */
export function inspectHelp(summary: string): string {
  const rows = (table: OptionTable): string[] => Object.entries(table).map(([name, { placeholder, doc, default: fallback }]) => {
    const head = `--${name}${placeholder === undefined ? "" : ` ${placeholder}`}`;
    return `      ${head.padEnd(26)} ${doc}${fallback === undefined || fallback === false ? "" : ` [${String(fallback)}]`}`;
  });
  const inspections = Object.entries(INSPECTIONS).flatMap(([name, one]) => [`  ${usageOf(name, one).padEnd(36)} ${one.summary}`, ...rows(one.flags)]);
  return [`pangaea inspect: ${summary}`, "", ...inspections, "", "FILE is hex, binary or JSON, as it is or under gzip or zstd; standard input for - and where none is named. Prints one JSON object."].join("\n");
}

/** `pangaea inspect KIND [FILE]`: prints what is in the data as one JSON object. Throws `InvalidInputError` for what is wrong in it. */
export async function inspect(argv: readonly string[]): Promise<void> {
  const [name, ...rest] = argv;
  if (name === undefined) throw new UsageError(`pangaea inspect wants a kind of data: ${Object.keys(INSPECTIONS).join(", ")} (pangaea inspect --help says what they are)`);
  const found = INSPECTIONS[name];
  if (found === undefined) throw unknownName("inspection", name, Object.keys(INSPECTIONS));
  const { operands, flags } = splitOperands(rest, found.flags);
  const most = found.takesFile ? 1 : 0;
  if (operands.length > most) throw new UsageError(`pangaea inspect ${name}: there is nothing to do with "${operands[most]}": ${usageOf(name, found)}`);
  const verb = `inspect ${name}`;
  const values = valuesOf(verb, found.flags, readGiven({ verb, argv: flags, environment: {}, file: undefined }, found.flags));
  const finding = await found.run(() => readInput(operands[0]), values);
  console.log(toJsonText(finding.found));
  if (finding.problem !== undefined) throw new InvalidInputError(finding.problem);
}
