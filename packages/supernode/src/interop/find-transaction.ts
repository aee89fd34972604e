import { type BlockId, bytesToHex, errorKind, type Hex, type Log } from "@pangaea/primitives";
import type { InteropChain } from "./interop-chain.ts";

/** Where a transaction stands, and its logs: `firstLog` is the place of the first among all logs of its block. */
export interface FoundTransaction {
  readonly block: BlockId;
  readonly timestamp: number;
  readonly firstLog: number;
  readonly logs: readonly (Log & { readonly origin: Hex })[];
}

/** Looks a transaction up on one chain; undefined when it is in none of its blocks. */
export async function findTransaction({ execution }: Pick<InteropChain, "execution">, hash: Hex): Promise<FoundTransaction | undefined> {
  try {
    const block = await execution.blockOfTransaction(hash);
    const [{ payload }, receipts] = await Promise.all([execution.payloadByHash(block.hash), execution.receiptsByHash(block.hash)]);
    const at = receipts.findIndex(({ transactionHash }) => transactionHash === hash);
    const own = receipts[at];
    if (own === undefined) return undefined;
    const firstLog = receipts.slice(0, at).reduce((sum, { logs }) => sum + logs.length, 0);
    return { block, timestamp: payload.timestamp, firstLog, logs: own.logs.map((log) => ({ ...log, origin: bytesToHex(log.address) })) };
  } catch (error) {
    if (errorKind(error) === "not-found") return undefined;
    throw error;
  }
}
