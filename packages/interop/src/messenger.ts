import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { bigIntToBytes, bytesEqual, bytesToBigInt, bytesToHex, concatBytes, type Hex, hexToBytes, InvalidInputError, keccak256, keccak256Hex, type Log, padLeft, utf8ToBytes } from "@pangaea/primitives";
import { encodeIdentifier, IDENTIFIER_BYTES, type WideIdentifier } from "./identifier.ts";

const MESSENGER = hexToBytes(INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger);
const SENT_TOPIC = keccak256(utf8ToBytes("SentMessage(uint256,address,uint256,address,bytes)"));
const RELAYED_TOPIC = keccak256(utf8ToBytes("RelayedMessage(uint256,uint256,bytes32,bytes32)"));
const RELAY_SELECTOR = keccak256(utf8ToBytes("relayMessage((address,uint256,uint256,uint256,uint256),bytes)")).subarray(0, 4);
const WORD = 32;

/** First topic of the messenger's event for a message that was sent. */
export const SENT_MESSAGE_TOPIC: Hex = bytesToHex(SENT_TOPIC);
/** First topic of the messenger's event for a message that was relayed. */
export const RELAYED_MESSAGE_TOPIC: Hex = bytesToHex(RELAYED_TOPIC);

/** A message that L2ToL2CrossDomainMessenger sent; addresses lower-case. Source: specs `interop/predeploys.md#sendmessage`. */
export interface SentMessage {
  readonly destination: bigint;
  readonly target: Hex;
  readonly nonce: bigint;
  readonly sender: Hex;
  readonly message: Uint8Array;
}

/** A message that L2ToL2CrossDomainMessenger relayed. Source: specs `interop/predeploys.md#relaymessage`. */
export interface RelayedMessage {
  readonly source: bigint;
  readonly nonce: bigint;
  readonly messageHash: Hex;
  readonly returnDataHash: Hex;
}

function abiBytes(data: Uint8Array): Uint8Array {
  return concatBytes(bigIntToBytes(BigInt(data.length), WORD), data, new Uint8Array((WORD - (data.length % WORD)) % WORD));
}

function addressOf(word: Uint8Array, what: string): Hex {
  for (let i = 0; i < 12; i++) if (word[i] !== 0) throw new InvalidInputError(`${what} is no address: ${bytesToHex(word)}`);
  return bytesToHex(word.subarray(12));
}

function isEvent(log: Log, topic: Uint8Array, topics: number): boolean {
  return log.topics[0] !== undefined && bytesEqual(log.topics[0], topic) && bytesEqual(log.address, MESSENGER) && log.topics.length === topics;
}

/** The message that a log sends; `undefined` for a log of another contract or event. Throws `InvalidInputError` for data that the messenger cannot have emitted. */
export function decodeSentMessage(log: Log): SentMessage | undefined {
  if (!isEvent(log, SENT_TOPIC, 4)) return undefined;
  const { data, topics } = log;
  const [, destination, target, nonce] = topics as readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const length = data.length < 3 * WORD ? 0n : bytesToBigInt(data.subarray(2 * WORD, 3 * WORD));
  const message = data.subarray(3 * WORD, 3 * WORD + Number(length > BigInt(data.length) ? data.length : length));
  const sender = addressOf(data.subarray(0, WORD), "SentMessage: sender");
  const expected = concatBytes(padLeft(hexToBytes(sender), WORD), bigIntToBytes(BigInt(2 * WORD), WORD), abiBytes(message));
  if (!bytesEqual(data, expected)) throw new InvalidInputError(`SentMessage: ${data.length} bytes of data are not the encoding of a sender and a message`);
  return { destination: bytesToBigInt(destination), target: addressOf(target, "SentMessage: target"), nonce: bytesToBigInt(nonce), sender, message: message.slice() };
}

/** The relay that a log records; `undefined` for a log of another contract or event. Throws `InvalidInputError` for data that the messenger cannot have emitted. */
export function decodeRelayedMessage(log: Log): RelayedMessage | undefined {
  if (!isEvent(log, RELAYED_TOPIC, 4)) return undefined;
  if (log.data.length !== WORD) throw new InvalidInputError(`RelayedMessage: ${log.data.length} bytes of data, wanted ${WORD}`);
  const [, source, nonce, messageHash] = log.topics as readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return { source: bytesToBigInt(source), nonce: bytesToBigInt(nonce), messageHash: bytesToHex(messageHash), returnDataHash: bytesToHex(log.data) };
}

/** The hash by which the messengers know a message that was sent on chain `source`. Source: specs `interop/predeploys.md#l2tol2crossdomainmessenger`. */
export function sentMessageHash(source: bigint, { destination, target, nonce, sender, message }: SentMessage): Hex {
  const words = [destination, source, nonce, BigInt(sender), BigInt(target), BigInt(6 * WORD)].map((value) => bigIntToBytes(value, WORD));
  return keccak256Hex(concatBytes(...words, abiBytes(message)));
}

/** Calldata of `relayMessage` for the SentMessage log with this identifier and payload. Throws `InvalidInputError` for a field out of range. */
export function encodeRelayMessage(identifier: WideIdentifier, payload: Uint8Array): Uint8Array {
  return concatBytes(RELAY_SELECTOR, encodeIdentifier(identifier), bigIntToBytes(BigInt(IDENTIFIER_BYTES + WORD), WORD), abiBytes(payload));
}
