import { type IndexedBlock, MemoryStore, MessageIndex } from "@pangaea/store";
import { executingMessages, logHashOf } from "@pangaea/interop";
import { joinBytes, type Log } from "@pangaea/primitives";
import { word } from "./fake-l1.ts";

export const GENESIS = 1_000;

/** A block of a one-second chain with these logs. */
export const indexedBlock = (number: number, logs: readonly Log[] = [], branch = 0, parentBranch = branch): IndexedBlock => ({
  number, hash: word(0xa3, branch, number), parentHash: number === 0 ? word(0) : word(0xa3, parentBranch, number - 1), timestamp: GENESIS + number, logHashes: joinBytes(logs.map(logHashOf)), executing: executingMessages(logs),
});

/** A message index with these blocks from the first number on. */
export function indexOf(chainId: number, blocks: readonly (readonly Log[])[], first = 0): MessageIndex {
  const index = new MessageIndex(new MemoryStore(), { chainId: BigInt(chainId) });
  index.seal(blocks.map((logs, i) => indexedBlock(first + i, logs)));
  return index;
}
