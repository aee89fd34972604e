import { isForkActiveAtInclusion, type RollupConfig } from "@pangaea/config";
import { type BlobHash, decodeBlob, decodeTransaction, type Hex, hexToBytes, InvalidInputError, bytesEqual, type L1BlockRef, type L1Source, NotFoundError, recoverSender, ResetError, type SignedTransaction, TX_BLOB, TX_DEPOSIT, TX_SET_CODE } from "@pangaea/primitives";

type Item = { readonly data: Uint8Array } | { readonly blob: BlobHash };

/** An address in an encoded transaction is looked for byte by byte before the transaction is decoded: most are not the batcher's. */
function mentions(encoded: Uint8Array, address: Uint8Array): boolean {
  return Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length).includes(Buffer.from(address));
}

function decodeBatcherTransaction(encoded: Uint8Array): SignedTransaction | undefined {
  try {
    const transaction = decodeTransaction(encoded);
    return transaction.type === TX_DEPOSIT || transaction.type === TX_SET_CODE ? undefined : transaction;
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}

function isFrom(transaction: SignedTransaction, sender: Hex): boolean {
  try {
    return recoverSender(transaction) === sender;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

/** The batcher's data in an L1 block, in order: calldata, and the hashes of blobs that carry data. Where blobs are not yet allowed, a transaction with blobs counts by its calldata. */
export function batcherItems(config: RollupConfig, transactions: readonly Uint8Array[], batcher: Hex, blobsAllowed: boolean): readonly Item[] {
  const inbox = hexToBytes(config.batchInboxAddress, 20);
  const items: Item[] = [];
  let blobIndex = 0;
  for (const encoded of transactions) {
    const isBlob = encoded[0] === TX_BLOB;
    if (!isBlob && !mentions(encoded, inbox)) continue;
    const transaction = decodeBatcherTransaction(encoded);
    if (transaction === undefined) continue;
    const hashes = transaction.type === TX_BLOB ? transaction.blobVersionedHashes : [];
    const first = blobIndex;
    blobIndex += hashes.length;
    if (transaction.to === undefined || !bytesEqual(hexToBytes(transaction.to), inbox) || !isFrom(transaction, batcher)) continue;
    if (transaction.type !== TX_BLOB || !blobsAllowed) items.push({ data: transaction.data });
    else items.push(...hashes.map((versionedHash, i) => ({ blob: { index: first + i, versionedHash } })));
  }
  return items;
}

/**
 * The data that the batcher put into an L1 block: in, the block and the batcher's address; out, data items in order.
 * A blob that does not decode is skipped; one that cannot be found resets. Source: specs `protocol/derivation.md#l1-retrieval`.
 */
export async function retrieveL1Data(config: RollupConfig, l1: L1Source, origin: L1BlockRef, batcher: Hex): Promise<readonly Uint8Array[]> {
  const blobsAllowed = isForkActiveAtInclusion(config.forks, "ecotone", origin.timestamp);
  const items = batcherItems(config, await l1.transactionsByHash(origin.hash), batcher, blobsAllowed);
  const hashes = items.flatMap((item) => ("blob" in item ? [item.blob] : []));
  const blobs = hashes.length === 0 ? [] : await fetchBlobs(l1, origin, hashes);
  let next = 0;
  return items.flatMap((item) => {
    if ("data" in item) return [item.data];
    try {
      return [decodeBlob(blobs[next++]!)];
    } catch (error) {
      if (error instanceof InvalidInputError) return [];
      throw error;
    }
  });
}

async function fetchBlobs(l1: L1Source, origin: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]> {
  try {
    return await l1.blobs(origin, hashes);
  } catch (error) {
    if (error instanceof NotFoundError) throw new ResetError(`${error.message}; derivation starts again and asks anew`);
    throw error;
  }
}
