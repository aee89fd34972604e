import type { BlockHeader, Hex, Receipt } from "@pangaea/primitives";

/** A receipt with what the RPC adds to it. Fees in wei. */
export interface StoredReceipt extends Receipt {
  readonly transactionHash: Hex;
  readonly from: Hex;
  readonly to?: Hex;
  readonly gasUsed: number;
  readonly contractAddress?: Hex;
  readonly effectiveGasPrice: bigint;
  readonly daFootprint: number;
}

export interface Block {
  readonly hash: Hex;
  readonly header: BlockHeader;
  readonly transactions: readonly Uint8Array[];
}

export interface ExecutedBlock extends Block {
  readonly receipts: readonly StoredReceipt[];
  /** New trie nodes and code, by keccak. */
  readonly nodes: readonly (readonly [hash: Uint8Array, encoded: Uint8Array])[];
}

