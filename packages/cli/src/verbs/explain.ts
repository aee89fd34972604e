import { flag, type OptionTable, text } from "@pangaea/config";
import { InvalidInputError, isHex } from "@pangaea/primitives";
import { RpcClient } from "@pangaea/rpc";
import { z } from "zod";
import { flagLines, readGiven, splitOperands, UsageError, valuesOf } from "../command-line.ts";
import { explanationLines } from "../explanation-lines.ts";

const EXPLAIN_OPTIONS = {
  rpc: text("RPC of the supernode", "URL", "http://127.0.0.1:8420"),
  json: flag("print the answer as one line of JSON"),
} as const satisfies OptionTable;

const USAGE = "pangaea explain CHAIN [BLOCK or TRANSACTION]";

const hash = z.string().refine((value) => isHex(value, 32));
const id = z.object({ number: z.number(), hash });
const explanationSchema = z.object({
  chainId: z.number(),
  block: id.extend({ timestamp: z.number() }),
  status: z.string(),
  transactionHash: hash.optional(),
  requiredL1: id.optional(),
  messages: z.array(z.object({ verdict: z.string(), reason: z.string(), logIndex: z.number(), identifier: z.object({ origin: z.string(), blockNumber: z.number(), logIndex: z.number(), timestamp: z.number(), chainId: z.string() }) })),
  waitsFor: z.string().optional(),
  denied: z.array(id.extend({ decidedAt: z.number(), reason: z.string() })),
});

/** The answer of `interop_explain`. */
export type Explanation = z.infer<typeof explanationSchema>;

export const explainHelp = (summary: string): string => `pangaea explain: ${summary}\n\n${flagLines(EXPLAIN_OPTIONS).join("\n")}\n\n${USAGE}: the block by number or hash, or as unsafe, cross-unsafe, local-safe, safe or finalized; unsafe unless given.`;

function chainOf(word: string | undefined): number {
  if (word === undefined || !/^[1-9]\d{0,14}$/.test(word)) throw new UsageError(`pangaea explain wants a chain id${word === undefined ? "" : `, not "${word}"`}: ${USAGE}`);
  return Number(word);
}

/** `pangaea explain CHAIN [WHICH]`: why a block or a transaction is as certain as it is, and what it waits for. */
export async function explain(argv: readonly string[]): Promise<void> {
  const { operands, flags } = splitOperands(argv, EXPLAIN_OPTIONS);
  const [chain, which = "unsafe", ...rest] = operands;
  const chainId = chainOf(chain);
  if (rest.length > 0) throw new UsageError(`pangaea explain: there is nothing to do with "${rest[0]}": ${USAGE}`);
  const { rpc: url, json } = valuesOf("explain", EXPLAIN_OPTIONS, readGiven({ verb: "explain", argv: flags, environment: process.env, file: undefined }, EXPLAIN_OPTIONS));
  const rpc = new RpcClient(url ?? "");
  const answer = await rpc.call("interop_explain", [chainId, which]).finally(() => rpc.close());
  const parsed = explanationSchema.safeParse(answer);
  if (!parsed.success) throw new InvalidInputError(`${url} does not answer interop_explain as a supernode does: ${parsed.error.issues[0]?.path.join(".")} ${parsed.error.issues[0]?.message}`);
  console.log(json ? JSON.stringify(answer) : explanationLines(parsed.data).join("\n"));
}
