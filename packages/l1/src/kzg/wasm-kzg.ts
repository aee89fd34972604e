import { bytesToHex, hexToBytes, type Hex } from "@pangaea/primitives";
import { loadKZG } from "kzg-wasm";
import type { KzgLibrary } from "./kzg-library.ts";

/** The stand-in where there is no native library: WebAssembly, ten times slower, with a trusted setup that takes some twenty seconds to load. */
export async function wasmKzg(): Promise<KzgLibrary> {
  const kzg = await loadKZG();
  const bytes = (hex: string): Uint8Array => hexToBytes(hex.toLowerCase() as Hex);
  return {
    commit: (blob) => bytes(kzg.blobToKZGCommitment(bytesToHex(blob))),
    prove: (blob, commitment) => bytes(kzg.computeBlobKZGProof(bytesToHex(blob), bytesToHex(commitment))),
    cellProofs: (blob) => kzg.computeCellsAndKZGProofs(bytesToHex(blob)).proofs.map(bytes),
    verify: (blob, commitment, proof) => kzg.verifyBlobKZGProof(bytesToHex(blob), bytesToHex(commitment), bytesToHex(proof)),
  };
}
