import { concatBytes, encodeTransaction, type Hex, rlpEncode, signedFields, transactionHash, TX_BLOB, TX_FEE_MARKET } from "@pangaea/primitives";
import type { BatchData } from "./channel.ts";
import { batchGas, type FeeCaps } from "./fees.ts";
import type { BatchDestination } from "./options.ts";
import type { Signer } from "./signer.ts";

/** Commitment and proof of a blob, 48 bytes each, and the hash that stands for it on chain. */
export interface BlobCommitment {
  readonly commitment: Uint8Array;
  readonly proof: Uint8Array;
  readonly versionedHash: Hex;
}

export interface BlobCommitter {
  commit(blob: Uint8Array): Promise<BlobCommitment>;
}

/** Batch data with what the blobs' sidecar needs. */
export interface PreparedData {
  readonly data: BatchData;
  readonly commitments: readonly BlobCommitment[];
}

export async function prepareData(data: BatchData, committer: BlobCommitter): Promise<PreparedData> {
  if (data.kind === "calldata") return { data, commitments: [] };
  const commitments: BlobCommitment[] = [];
  for (const blob of data.blobs) commitments.push(await committer.commit(blob));
  return { data, commitments };
}

/** A transaction as the network takes it. */
export interface SignedBatch {
  readonly hash: Hex;
  readonly raw: Uint8Array;
}

/** Signs batch data; a blob transaction carries its sidecar of version 0. Source: EIP-1559, EIP-4844 "Networking". */
export async function signBatch({ data, commitments }: PreparedData, nonce: number, caps: FeeCaps, { l1ChainId, inbox }: BatchDestination, signer: Signer): Promise<SignedBatch> {
  const { maxPriorityFeePerGas, maxFeePerGas, maxFeePerBlobGas } = caps;
  const common = { chainId: l1ChainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gas: batchGas(data), to: inbox, value: 0n, accessList: [] };
  if (data.kind === "calldata") {
    const raw = encodeTransaction(await signer.sign({ type: TX_FEE_MARKET, ...common, data: data.data }));
    return { hash: transactionHash(raw), raw };
  }
  const blobVersionedHashes = commitments.map(({ versionedHash }) => versionedHash);
  const signed = await signer.sign({ type: TX_BLOB, ...common, data: new Uint8Array(0), maxFeePerBlobGas, blobVersionedHashes });
  const network = [signedFields(signed), data.blobs, commitments.map(({ commitment }) => commitment), commitments.map(({ proof }) => proof)];
  return { hash: transactionHash(encodeTransaction(signed)), raw: concatBytes(Uint8Array.of(TX_BLOB), rlpEncode(network)) };
}
