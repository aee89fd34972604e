import { type Hex, transactionHash } from "@pangaea/primitives";
import { chainOf, type FaultModules } from "./fault-modules.ts";

export interface ForcedTransaction {
  readonly chainId: number;
  readonly transactionHashes: readonly Hex[];
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

/** Puts signed transactions into the chain's next block past its pool. Errors as of `VirtualNode.forceTransactions`. */
export async function forceTransaction(modules: FaultModules, { chainId, transactions }: { readonly chainId: number; readonly transactions: readonly Uint8Array[] }): Promise<ForcedTransaction> {
  const { block } = await chainOf(modules, chainId).node.forceTransactions(transactions);
  return { chainId, transactionHashes: transactions.map(transactionHash), blockNumber: block.number, blockHash: block.hash };
}
