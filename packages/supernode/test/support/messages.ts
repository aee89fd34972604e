import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { EXECUTING_MESSAGE_TOPIC, encodeIdentifier, executingMessages, type ExecutingMessage, type Identifier, type LogPlace, messageChecksum, payloadHashOf } from "@pangaea/interop";
import { bytesToHex, type Hex, hexToBytes, type Log } from "@pangaea/primitives";
import { word } from "./fake-l1.ts";

/** A log as a message: where it lies, and keccak of what it says. */
export interface SentMessage {
  readonly identifier: Identifier;
  readonly payloadHash: Hex;
}

/** A log that says a number. */
export const says = (number: number): Log => ({ address: new Uint8Array(20).fill(7), topics: [hexToBytes(word(number))], data: Uint8Array.of(number & 0xff) });

export const messageOf = (log: Log, place: LogPlace): SentMessage => ({ identifier: { ...place, origin: bytesToHex(log.address) }, payloadHash: payloadHashOf(log) });

export type Changes = Partial<Identifier> & { readonly payloadHash?: Hex };

/** A message with some of its parts changed. */
export function changed({ identifier, payloadHash }: SentMessage, { payloadHash: otherHash, ...fields }: Changes): SentMessage {
  return { identifier: { ...identifier, ...fields }, payloadHash: otherHash ?? payloadHash };
}

/** The log by which CrossL2Inbox records that a message was executed. */
export const executes = ({ identifier, payloadHash }: SentMessage): Log => ({ address: hexToBytes(INTEROP_PREDEPLOYS.crossL2Inbox), topics: [hexToBytes(EXECUTING_MESSAGE_TOPIC), hexToBytes(payloadHash)], data: encodeIdentifier(identifier) });

/** The same as it is read from a block's log. */
export const executing = (message: SentMessage, logIndex = 0): ExecutingMessage => ({ ...executingMessages([executes(message)])[0]!, logIndex });

export const checksumOf = ({ identifier, payloadHash }: SentMessage): Hex => messageChecksum(identifier, payloadHash);
