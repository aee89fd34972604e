import { bytesToHex, type Hex, hexToBytes, joinBytes, keccak256, type Log } from "@pangaea/primitives";
import { chainIdWord, type WideIdentifier, type WideLogPlace, writeCheckedU64, writeLogIndex } from "./identifier.ts";

/** First byte of every checksum, which also tells it from the other kinds of access-list entry. */
export const CHECKSUM_TYPE = 3;

const HASH_BYTES = 32;
const ADDRESS_BYTES = 20;

/** What a log says as a message: its topics, then its data, unpadded. Source: specs `interop/messaging.md#message-payload`. */
export function messagePayload({ topics, data }: Pick<Log, "topics" | "data">): Uint8Array {
  return joinBytes([...topics, data]);
}

/** Keccak of a log's payload. */
export function payloadHashOf(log: Pick<Log, "topics" | "data">): Hex {
  return bytesToHex(keccak256(messagePayload(log)));
}

/** What the index keeps of a log: keccak of its emitter and its payload's hash; 32 bytes. Source: specs `interop/messaging.md#message-payload`. */
export function logHashOf(log: Log): Uint8Array {
  return hashOfLog(log.address, keccak256(messagePayload(log)));
}

/** The log hash by emitter and payload hash. Throws `InvalidInputError` for an origin that is not 20 bytes of hex or a hash that is not 32. */
export function logHashFrom(origin: Hex, payloadHash: Hex): Uint8Array {
  return hashOfLog(hexToBytes(origin, ADDRESS_BYTES), hexToBytes(payloadHash, HASH_BYTES));
}

function hashOfLog(origin: Uint8Array, payloadHash: Uint8Array): Uint8Array {
  const preimage = new Uint8Array(ADDRESS_BYTES + HASH_BYTES);
  preimage.set(origin);
  preimage.set(payloadHash, ADDRESS_BYTES);
  return keccak256(preimage);
}

/**
 * The checksum that binds a log's hash (32 bytes) to its place: `keccak(keccak(logHash ++ place) ++ chainId)` with the first byte set to 3;
 * the place is 12 zero bytes, block number, timestamp, log index. Throws `InvalidInputError` for a field out of range.
 * Source: `calculateChecksum` of CrossL2Inbox.
 */
export function checksumOfLog(logHash: Uint8Array, place: WideLogPlace): Hex {
  return bytesToHex(checksumsOfChain(place.chainId)(logHash, place));
}

/** Makes the checksums of one chain's logs as `checksumOfLog` does, 32 bytes each; what they have in common is prepared once. Throws `InvalidInputError` for a chain id out of range. */
export function checksumsOfChain(chainId: bigint): (logHash: Uint8Array, place: Omit<WideLogPlace, "chainId">) => Uint8Array {
  const placed = new Uint8Array(2 * HASH_BYTES);
  const chained = new Uint8Array(2 * HASH_BYTES);
  chained.set(chainIdWord(chainId), HASH_BYTES);
  return (logHash, { blockNumber, logIndex, timestamp }) => {
    placed.set(logHash);
    writeCheckedU64(placed, HASH_BYTES + 12, blockNumber, "block number");
    writeCheckedU64(placed, HASH_BYTES + 20, timestamp, "timestamp");
    writeLogIndex(placed, HASH_BYTES + 28, logIndex);
    chained.set(keccak256(placed));
    const checksum = keccak256(chained);
    checksum[0] = CHECKSUM_TYPE;
    return checksum;
  };
}

/** The checksum of a message by its identifier and payload hash. Throws `InvalidInputError` for a field out of range. */
export function messageChecksum(identifier: WideIdentifier, payloadHash: Hex): Hex {
  return checksumOfLog(logHashFrom(identifier.origin, payloadHash), identifier);
}
