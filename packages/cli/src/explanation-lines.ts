import type { Explanation } from "./verbs/explain.ts";

/** What each status means, in words. */
const MEANING: Readonly<Record<string, string>> = {
  denied: "it executed a message that does not hold; another block stands in its place",
  unsafe: "the sequencer's word alone",
  "cross-unsafe": "its messages hold as things stand; its data is not on L1 yet",
  "local-safe": "its data is on L1; its messages, or those of blocks before it, are not proved from L1 yet",
  safe: "its data and all that its messages depend on are on L1",
  finalized: "what it rests on is final on L1",
};

const at = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace("T", " ").replace(".000Z", " UTC");

/** An explanation for people: the block and its status, its messages, what it waits for, what stood in its place before. */
export function explanationLines({ chainId, block, status, transactionHash, requiredL1, messages, waitsFor, denied }: Explanation): readonly string[] {
  return [
    `block ${block.number} of chain ${chainId}, ${at(block.timestamp)}: ${status}`,
    `  ${MEANING[status] ?? ""}`,
    `  hash         ${block.hash}`,
    ...(transactionHash === undefined ? [] : [`  transaction  ${transactionHash}`]),
    ...(requiredL1 === undefined ? [] : [`  on L1 with   block ${requiredL1.number} (${requiredL1.hash})`]),
    ...messages.map(({ verdict, reason, logIndex, identifier }) => `  executes     log ${identifier.logIndex} of block ${identifier.blockNumber} of chain ${identifier.chainId}, by its log ${logIndex}: ${verdict}\n               ${reason}`),
    ...(messages.length === 0 && status !== "denied" ? ["  executes     no messages"] : []),
    ...(waitsFor === undefined ? [] : [`  waits for    ${waitsFor}`]),
    ...denied.map(({ hash, reason }) => `  was denied   ${hash}\n               ${reason}`),
  ];
}
