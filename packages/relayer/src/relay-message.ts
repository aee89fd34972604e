import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { accessListOf, decodeSentMessage, encodeRelayMessage, type Identifier, messagePayload, sentMessageHash } from "@pangaea/interop";
import { type Hex, keccak256Hex } from "@pangaea/primitives";
import type { RelayCall, SentMessageLog } from "./relay-chain.ts";

/** A message on its way from one chain to another. `payload` is what its log says, `messageHash` what the messengers know it by. */
export interface RelayMessage {
  readonly source: number;
  readonly destination: number;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly identifier: Identifier;
  readonly payload: Uint8Array;
  readonly messageHash: Hex;
  readonly sent: SentMessageLog;
}

/** The message that a log of `source` sends; undefined for a log that is no SentMessage to `destination`. Throws `InvalidInputError` for data that the messenger cannot have emitted. */
export function relayMessageOf(source: number, destination: number, sent: SentMessageLog): RelayMessage | undefined {
  const message = decodeSentMessage(sent.log);
  if (message === undefined || message.destination !== BigInt(destination)) return undefined;
  const { blockNumber, blockHash, logIndex, timestamp, transactionHash } = sent;
  return {
    source, destination, blockHash, transactionHash, sent,
    identifier: { origin: INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger, blockNumber, logIndex, timestamp, chainId: BigInt(source) },
    payload: messagePayload(sent.log),
    messageHash: sentMessageHash(BigInt(source), message),
  };
}

/** The call that relays a message, with the access list that pools, builders and CrossL2Inbox ask for. */
export function relayCallOf({ identifier, payload }: RelayMessage, from: Hex): RelayCall {
  return { from, to: INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger, data: encodeRelayMessage(identifier, payload), accessList: accessListOf([{ identifier, payloadHash: keccak256Hex(payload) }]) };
}

/** The order in which messages are relayed: by the time of their block, then their place in it. */
export function byTimeAndPlace(a: RelayMessage, b: RelayMessage): number {
  return a.identifier.timestamp - b.identifier.timestamp || a.identifier.logIndex - b.identifier.logIndex || a.source - b.source;
}
