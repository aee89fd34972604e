import { type Hex, transactionHash } from "@pangaea/primitives";
import { chainOf, type FaultModules } from "./fault-modules.ts";

export interface ForcedTransaction {
  readonly chainId: number;
  readonly transactionHashes: readonly Hex[];
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

export interface ForceInput {
  readonly chainId: number;
  readonly transactions: readonly Uint8Array[];
  /** The block that is to hold them; the next one unless given. */
  readonly blockNumber: number | undefined;
}

/** Puts signed transactions into one of the chain's next blocks past its pool. Errors as of `VirtualNode.forceTransactions`. */
export async function forceTransaction(modules: FaultModules, { chainId, transactions, blockNumber }: ForceInput): Promise<ForcedTransaction> {
  const { block } = await chainOf(modules, chainId).node.forceTransactions(transactions, blockNumber);
  return { chainId, transactionHashes: transactions.map(transactionHash), blockNumber: block.number, blockHash: block.hash };
}
