import { bigIntToBytes, bytesToHex, concatBytes, type Hex, hexToBytes, InvalidInputError, keccak256, recoverAddress, signHash } from "@pangaea/primitives";
import { decodePayloadSsz, encodePayloadSsz, type PayloadVersion, type SszPayload } from "./payload-ssz.ts";
import { decodeSnappyBlock, encodeSnappyBlock } from "./snappy-block.ts";

/** Most bytes of a message, packed and unpacked. */
export const MAX_GOSSIP_SIZE = 10 * 1024 * 1024;
const SIGNATURE_SIZE = 65;
const ROOT_SIZE = 32;
/** What is signed is a block and nothing else that the same key signs. */
const SIGNING_DOMAIN = new Uint8Array(32);

/** A block with its sequencer's signature (r, s, parity 0 or 1: 65 bytes). The beacon root goes with versions 3 and 4. */
export interface BlockMessage {
  readonly signature: Uint8Array;
  readonly parentBeaconBlockRoot?: Hex;
  readonly payload: SszPayload;
}

/** What the signature covers: the beacon root where the version has one, then the payload in SSZ. Throws `InvalidInputError`. */
export function signedPart({ parentBeaconBlockRoot, payload }: Omit<BlockMessage, "signature">, version: PayloadVersion): Uint8Array {
  const ssz = encodePayloadSsz(payload, version);
  if (version < 3) return ssz;
  if (parentBeaconBlockRoot === undefined) throw new InvalidInputError(`a block message of version ${version} has a parentBeaconBlockRoot, this one (block ${payload.blockNumber}) has not`);
  return concatBytes(hexToBytes(parentBeaconBlockRoot, ROOT_SIZE), ssz);
}

/** Reads what `signedPart` makes. Throws `InvalidInputError`. */
export function decodeSignedPart(data: Uint8Array, version: PayloadVersion): Omit<BlockMessage, "signature"> {
  if (version < 3) return { payload: decodePayloadSsz(data, version) };
  if (data.length < ROOT_SIZE) throw new InvalidInputError(`a block message of version ${version} has a beacon root of ${ROOT_SIZE} bytes before its payload; ${data.length} bytes are there`);
  return { parentBeaconBlockRoot: bytesToHex(data.subarray(0, ROOT_SIZE)), payload: decodePayloadSsz(data.subarray(ROOT_SIZE), version) };
}

/** A block message from what came over gossip. Throws `InvalidInputError`. Source: specs `protocol/rollup-node-p2p.md#block-encoding`. */
export function decodeBlockMessage(message: Uint8Array, version: PayloadVersion): BlockMessage {
  if (message.length > MAX_GOSSIP_SIZE) throw new InvalidInputError(`the message has ${message.length} bytes; at most ${MAX_GOSSIP_SIZE} are taken`);
  const data = decodeSnappyBlock(message, MAX_GOSSIP_SIZE);
  if (data.length <= SIGNATURE_SIZE) throw new InvalidInputError(`the message has ${data.length} bytes; its signature alone has ${SIGNATURE_SIZE}`);
  return { signature: data.slice(0, SIGNATURE_SIZE), ...decodeSignedPart(data.subarray(SIGNATURE_SIZE), version) };
}

/** A block message as it goes out over gossip. Throws `InvalidInputError`. */
export function encodeBlockMessage(message: BlockMessage, version: PayloadVersion): Uint8Array {
  return encodeSnappyBlock(concatBytes(message.signature, signedPart(message, version)));
}

/** The hash that the sequencer signs, from the keccak of the signed part. Source: specs `protocol/rollup-node-p2p.md#block-signatures`. */
export function blockSigningHash(payloadHash: Uint8Array, chainId: number): Uint8Array {
  return keccak256(concatBytes(SIGNING_DOMAIN, bigIntToBytes(BigInt(chainId), 32), payloadHash));
}

/** The address that signed a block message for a chain. Throws `InvalidInputError` for a signature that no key can have made. */
export function blockSigner(message: BlockMessage, version: PayloadVersion, chainId: number): Hex {
  const parity = message.signature[SIGNATURE_SIZE - 1]!;
  if (parity > 1) throw new InvalidInputError(`the signature's parity is ${parity}, not 0 or 1`);
  return bytesToHex(recoverAddress(blockSigningHash(keccak256(signedPart(message, version)), chainId), message.signature.subarray(0, SIGNATURE_SIZE - 1), parity));
}

/** Signs a block for a chain with a 32-byte key. */
export function signBlock(block: Omit<BlockMessage, "signature">, version: PayloadVersion, chainId: number, key: Uint8Array): BlockMessage {
  const { signature, recovery } = signHash(blockSigningHash(keccak256(signedPart(block, version)), chainId), key);
  return { ...block, signature: concatBytes(signature, Uint8Array.of(recovery)) };
}
