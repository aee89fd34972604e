import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { decodeIdentifier, IDENTIFIER_BYTES, type Identifier, SENT_MESSAGE_TOPIC } from "@pangaea/interop";
import { bigIntToBytes, bytesToBigInt, concatBytes, type Hex, hexToBytes, type Log, padLeft } from "@pangaea/primitives";

const WORD = 32;
const TOPICS = 4;
export const MESSENGER = hexToBytes(INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger);
const word = (value: number | bigint): Uint8Array => bigIntToBytes(BigInt(value), WORD);
const padded = (data: Uint8Array): Uint8Array => concatBytes(word(data.length), data, new Uint8Array((WORD - (data.length % WORD)) % WORD));

/** What a sender says to the messenger. */
export interface Sending {
  readonly destination: number;
  readonly nonce: number;
  readonly sender?: Hex;
  readonly target?: Hex;
  readonly message?: Uint8Array;
}

/** The log that the messenger emits for it. */
export function sentLog({ destination, nonce, sender = `0x${"11".repeat(20)}`, target = `0x${"22".repeat(20)}`, message = Uint8Array.of(1, 2, 3) }: Sending): Log {
  return { address: MESSENGER, topics: [hexToBytes(SENT_MESSAGE_TOPIC), word(destination), padLeft(hexToBytes(target), WORD), word(nonce)], data: concatBytes(padLeft(hexToBytes(sender), WORD), word(2 * WORD), padded(message)) };
}

/** The log of a payload, and the identifier beside it, in the calldata of `relayMessage`. */
export function parseRelayCall(data: Uint8Array): { readonly identifier: Identifier; readonly payload: Uint8Array; readonly log: Log } {
  const body = data.subarray(4);
  const at = IDENTIFIER_BYTES + WORD;
  const payload = body.subarray(at + WORD, at + WORD + Number(bytesToBigInt(body.subarray(at, at + WORD))));
  const topics = Array.from({ length: TOPICS }, (_, i) => payload.subarray(i * WORD, (i + 1) * WORD));
  return { identifier: decodeIdentifier(body.subarray(0, IDENTIFIER_BYTES)), payload, log: { address: MESSENGER, topics, data: payload.subarray(TOPICS * WORD) } };
}
