/** The operations of EIP-4844 and EIP-7594 on a blob of 131,072 bytes; commitments and proofs of 48 bytes. They throw for what is no blob; `verify` is false for what is no blob or no point of the curve. */
export interface KzgLibrary {
  commit(blob: Uint8Array): Uint8Array;
  prove(blob: Uint8Array, commitment: Uint8Array): Uint8Array;
  cellProofs(blob: Uint8Array): readonly Uint8Array[];
  verify(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean;
}
