import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { bytesEqual, bytesToHex, type Hex, hexToBytes, InvalidInputError, keccak256, type Log, utf8ToBytes } from "@pangaea/primitives";
import type { MessageClaim } from "./access-list.ts";
import { decodeWideIdentifier, type Identifier } from "./identifier.ts";
import { messageChecksum } from "./payload.ts";

const INBOX = hexToBytes(INTEROP_PREDEPLOYS.crossL2Inbox);
const EVENT_TOPIC = keccak256(utf8ToBytes("ExecutingMessage(bytes32,(address,uint256,uint256,uint256,uint256))"));

/** First topic of the event by which CrossL2Inbox records that a message was executed. */
export const EXECUTING_MESSAGE_TOPIC: Hex = bytesToHex(EVENT_TOPIC);

/**
 * A message that a transaction executed. `logIndex` is the place of the executing log among all logs of its block.
 * A block number or time above 2^53-1, which no block has, stands as 2^53-1; the checksum is always that of the exact values.
 */
export interface ExecutingMessage extends MessageClaim {
  readonly identifier: Identifier;
  readonly payloadHash: Hex;
  readonly logIndex: number;
}

const saturate = (value: bigint): number => (value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value));

/**
 * Decodes topics and data of the ExecutingMessage event. Throws `InvalidInputError` for another first topic, other than two topics, other than
 * 160 bytes of data, and padding that is not zero; CrossL2Inbox can emit none of these. Source: specs `interop/predeploys.md#executingmessage-event`.
 */
export function decodeExecutingMessageEvent({ topics, data }: Pick<Log, "topics" | "data">, logIndex: number): ExecutingMessage {
  const at = `executing message at log ${logIndex}`;
  const [event, payloadHash] = topics;
  if (event !== undefined && !bytesEqual(event, EVENT_TOPIC)) throw new InvalidInputError(`${at}: unexpected event topic ${bytesToHex(event)}, wanted ${EXECUTING_MESSAGE_TOPIC}`);
  if (topics.length !== 2 || payloadHash === undefined) throw new InvalidInputError(`${at}: unexpected number of event topics: ${topics.length}, wanted 2`);
  const wide = decodeWideIdentifier(data);
  const hash = bytesToHex(payloadHash);
  return { identifier: { ...wide, blockNumber: saturate(wide.blockNumber), timestamp: saturate(wide.timestamp) }, payloadHash: hash, checksum: messageChecksum(wide, hash), logIndex };
}

/** The message that a log executes; `undefined` for a log of another contract or another event of CrossL2Inbox (its proxy has some). Throws `InvalidInputError` as `decodeExecutingMessageEvent` does. */
export function decodeExecutingMessage(log: Log, logIndex: number): ExecutingMessage | undefined {
  const event = log.topics[0];
  if (event === undefined || !bytesEqual(log.address, INBOX) || !bytesEqual(event, EVENT_TOPIC)) return undefined;
  return decodeExecutingMessageEvent(log, logIndex);
}

/** The messages that a block executes, in the order of `logs`: all logs of the block. Throws `InvalidInputError` as `decodeExecutingMessageEvent` does. */
export function executingMessages(logs: readonly Log[]): readonly ExecutingMessage[] {
  return logs.flatMap((log, logIndex) => decodeExecutingMessage(log, logIndex) ?? []);
}
