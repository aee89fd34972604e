import { concatBytes, encodeBlob, encodeTransaction, type Hex, rlpEncode, signedFields, signTransaction, transactionHash, TX_BLOB, utf8ToBytes } from "@pangaea/primitives";
import type { KzgService } from "../../src/index.ts";
import { KEY, RECIPIENT } from "./transactions.ts";

const GWEI = 10n ** 9n;

/** A blob transaction as the network takes it, with its sidecar of version 0. Source: EIP-4844 "Networking". */
export async function blobTransaction(kzg: KzgService, nonce: number, texts: readonly string[]) {
  const blobs = texts.map((text) => encodeBlob(utf8ToBytes(text)));
  const commitments = await Promise.all(blobs.map((blob) => kzg.commit(blob)));
  const proofs = await Promise.all(blobs.map((blob, i) => kzg.prove(blob, commitments[i]!.commitment)));
  const blobVersionedHashes: readonly Hex[] = commitments.map(({ versionedHash }) => versionedHash);
  const signed = signTransaction({ type: TX_BLOB, chainId: 900, nonce, maxPriorityFeePerGas: GWEI, maxFeePerGas: 100n * GWEI, gas: 21_000, to: RECIPIENT, value: 0n, data: new Uint8Array(0), accessList: [], maxFeePerBlobGas: GWEI, blobVersionedHashes }, KEY);
  const raw = concatBytes(Uint8Array.of(TX_BLOB), rlpEncode([signedFields(signed), blobs, commitments.map(({ commitment }) => commitment), proofs]));
  return { raw, hash: transactionHash(encodeTransaction(signed)), blobs, hashes: blobVersionedHashes.map((versionedHash, index) => ({ index, versionedHash })) };
}
