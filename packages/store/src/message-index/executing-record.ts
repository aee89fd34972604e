import type { ExecutingMessage } from "@pangaea/interop";
import { bigIntToBytes, bytesToBigInt, bytesToHex, concatBytes, hexToBytes, InvalidInputError, joinBytes, readU32, readU64, writeU32, writeU64 } from "@pangaea/primitives";
import type { IndexedBlock } from "./indexed-block.ts";

const FIXED_SIZE = 4 + 20 + 32 + 32 + 8 + 4 + 8 + 1;
const MAX_CHAIN_ID_SIZE = 32;

/**
 * A block's executing messages as bytes, each: log index u32, origin 20, payload hash 32, checksum 32, block number u64, log index u32,
 * timestamp u64, length of the chain id u8, chain id: 111 bytes with an id of two. Throws `InvalidInputError` for a field out of range.
 */
export function encodeExecuting(block: IndexedBlock): Uint8Array {
  return joinBytes(block.executing.map(({ logIndex, identifier, payloadHash, checksum }) => {
    const chainId = bigIntToBytes(identifier.chainId);
    if (chainId.length > MAX_CHAIN_ID_SIZE) throw new InvalidInputError(`block ${block.number}: the chain id ${identifier.chainId} of the message executed by log ${logIndex} has more than 256 bits`);
    const fixed = new Uint8Array(FIXED_SIZE);
    writeU32(fixed, 0, logIndex);
    fixed.set(hexToBytes(identifier.origin, 20), 4);
    fixed.set(hexToBytes(payloadHash, 32), 24);
    fixed.set(hexToBytes(checksum, 32), 56);
    writeU64(fixed, 88, identifier.blockNumber);
    writeU32(fixed, 96, identifier.logIndex);
    writeU64(fixed, 100, identifier.timestamp);
    fixed[108] = chainId.length;
    return concatBytes(fixed, chainId);
  }));
}

/** The reverse of `encodeExecuting`; undefined when the bytes are not whole messages. */
export function decodeExecuting(bytes: Uint8Array): readonly ExecutingMessage[] | undefined {
  const messages: ExecutingMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + FIXED_SIZE > bytes.length) return undefined;
    const end = at + FIXED_SIZE + bytes[at + 108]!;
    if (end > bytes.length) return undefined;
    messages.push({
      logIndex: readU32(bytes, at),
      identifier: {
        origin: bytesToHex(bytes.subarray(at + 4, at + 24)),
        blockNumber: Number(readU64(bytes, at + 88)),
        logIndex: readU32(bytes, at + 96),
        timestamp: Number(readU64(bytes, at + 100)),
        chainId: bytesToBigInt(bytes.subarray(at + FIXED_SIZE, end)),
      },
      payloadHash: bytesToHex(bytes.subarray(at + 24, at + 56)),
      checksum: bytesToHex(bytes.subarray(at + 56, at + 88)),
    });
    at = end;
  }
  return messages;
}
