import { type L1Heads, type L1Source, NotFoundError } from "@pangaea/primitives";

/**
 * L1 as derivation sees it: blocks with fewer than `confirmations` above them are not there yet; one that was there once stays, for L1 may
 * have gone back. All else is handed through.
 * Source: op-node `--verifier.l1-confs`.
 */
export function confirmedL1(l1: L1Source, heads: () => L1Heads | undefined, confirmations: number): L1Source {
  if (confirmations === 0) return l1;
  let highest = 0;
  return {
    blockRefByLabel: (label) => l1.blockRefByLabel(label),
    blockRefByNumber: async (number) => {
      const latest = heads()?.latest.number ?? 0;
      if (number > highest && number + confirmations > latest) throw new NotFoundError(`L1 block ${number} has not ${confirmations} confirmations yet: the head is ${latest}`);
      highest = Math.max(highest, number);
      return l1.blockRefByNumber(number);
    },
    blockRefByHash: (hash) => l1.blockRefByHash(hash),
    infoByHash: (hash) => l1.infoByHash(hash),
    receiptsByHash: (hash) => l1.receiptsByHash(hash),
    transactionsByHash: (hash) => l1.transactionsByHash(hash),
    blobs: (block, hashes) => l1.blobs(block, hashes),
  };
}
