import { decodeTransaction, FRAMES_VERSION, InvalidInputError, recoverSender, transactionHash, TX_BLOB, TX_DEPOSIT } from "@pangaea/primitives";
import { framesOf } from "./channel.ts";
import { frameSummary, inspection } from "./inspection.ts";

/** Alt-DA: a commitment in place of the data. */
const COMMITMENT_VERSION = 1;

function dataFound(data: Uint8Array): Readonly<Record<string, unknown>> {
  if (data[0] === FRAMES_VERSION) return { version: FRAMES_VERSION, dataLength: data.length, frames: frameSummary(framesOf(data)) };
  if (data[0] === COMMITMENT_VERSION) return { version: COMMITMENT_VERSION, dataLength: data.length, commitment: data.subarray(1) };
  throw new InvalidInputError(data.length === 0 ? "the transaction has no data" : `the data has version ${data[0]}; 0 (frames) and 1 (a commitment of alt-DA) are known`);
}

/** A transaction of a batcher on L1, encoded, or its calldata by itself. */
export const batcherTx = inspection({
  summary: "a batcher's transaction on L1: who sent it, and its frames",
  takesFile: true,
  flags: {},
  run: async (read) => {
    const { bytes } = await read();
    if (bytes[0] === FRAMES_VERSION) return { found: dataFound(bytes) };
    const tx = decodeTransaction(bytes);
    if (tx.type === TX_DEPOSIT) throw new InvalidInputError("the transaction is a deposit; a batcher signs its own");
    const found = { hash: transactionHash(bytes), type: tx.type, chainId: tx.chainId ?? null, from: recoverSender(tx), to: tx.to ?? null, nonce: tx.nonce, gas: tx.gas };
    return { found: { ...found, ...(tx.type === TX_BLOB ? { blobVersionedHashes: tx.blobVersionedHashes } : dataFound(tx.data)) } };
  },
});
