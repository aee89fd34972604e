import { type Hex, privateKeyToAddress, type SignedTransaction, signTransaction, type UnsignedBlob, type UnsignedFeeMarket } from "@pangaea/primitives";

/** Who signs the batcher's transactions: a key in memory or something remote. */
export interface Signer {
  readonly address: Hex;
  sign(transaction: UnsignedFeeMarket | UnsignedBlob): Promise<SignedTransaction>;
}

/** A signer with its 32-byte private key in memory. */
export function localSigner(key: Uint8Array): Signer {
  return { address: privateKeyToAddress(key), sign: async (transaction) => signTransaction<UnsignedFeeMarket | UnsignedBlob>(transaction, key) as SignedTransaction };
}
