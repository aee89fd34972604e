import {
  accessListOf, decodeExecutingMessage, decodeExecutingMessageEvent, decodeIdentifier, decodeRelayedMessage, decodeSentMessage, decodeSuperRoot, decodeTransitionState, decodeWideIdentifier, encodeIdentifier, encodeSuperRoot,
  encodeTransitionState, EXECUTING_MESSAGE_TOPIC, messagesOfAccessList, parseExecutingDescriptor, parseInboxEntries, RELAYED_MESSAGE_TOPIC, SENT_MESSAGE_TOPIC,
} from "@pangaea/interop";
import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { decodeTransaction, hexToBytes } from "@pangaea/primitives";
import { parseRelayPolicy } from "@pangaea/relayer";
import { parseJson, accessListJson } from "@pangaea/rpc";
import { bytesTarget, expectSame, jsonTarget, textTarget } from "../target.ts";
import { ADDRESS, HASH, LISTED, packLog, unpackLog, word } from "./samples.ts";

const identifier = { origin: ADDRESS, blockNumber: 5, logIndex: 1, timestamp: 1_700_000_000, chainId: 2n ** 70n + 901n };
const LIST = accessListOf([{ identifier, payloadHash: HASH }, { identifier: { ...identifier, chainId: 902n }, payloadHash: HASH }]);
const superRoot = { timestamp: 1_700_000_000, chains: [{ chainId: 901n, outputRoot: HASH }, { chainId: 902n, outputRoot: HASH }] };
const STATES = [{ superRoot, pendingProgress: [], step: 0 }, { superRoot, pendingProgress: [{ blockHash: HASH, outputRoot: HASH }], step: 1 }];
const inbox = hexToBytes(INTEROP_PREDEPLOYS.crossL2Inbox);
const messenger = hexToBytes(INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger);
const EXECUTING = { address: inbox, topics: [hexToBytes(EXECUTING_MESSAGE_TOPIC), word(1)], data: encodeIdentifier(identifier) };
const SENT = { address: messenger, topics: [hexToBytes(SENT_MESSAGE_TOPIC), word(902), word(3), word(4)], data: new Uint8Array(Buffer.concat([word(1), word(64), word(3), Uint8Array.of(1, 2, 3), new Uint8Array(29)])) };
const RELAYED = { address: messenger, topics: [hexToBytes(RELAYED_MESSAGE_TOPIC), word(901), word(3), word(7)], data: word(8) };

export const INTEROP_TARGETS = [
  jsonTarget("inbox-entries", [LIST[0]!.storageKeys], (json) => (Array.isArray(json) ? parseInboxEntries(json) : undefined)),
  jsonTarget("access-list", [LIST], (json) => messagesOfAccessList(parseJson(accessListJson, json, "access list"))),
  bytesTarget("access-list-transaction", [LISTED], (input) => {
    const transaction = decodeTransaction(input);
    if ("accessList" in transaction) messagesOfAccessList(transaction.accessList);
  }),
  jsonTarget("executing-descriptor", [{ timestamp: "0x1", timeout: "0x2", chainID: "901" }, { timestamp: "0x1", chainID: 901 }], parseExecutingDescriptor),
  bytesTarget("executing-message-log", [packLog(EXECUTING)], (input) => {
    const log = unpackLog(input);
    decodeExecutingMessage(log, 0);
    decodeExecutingMessageEvent(log, 0);
  }),
  bytesTarget("messenger-logs", [packLog(SENT), packLog(RELAYED)], (input) => [decodeSentMessage(unpackLog(input)), decodeRelayedMessage(unpackLog(input))]),
  bytesTarget("identifier", [encodeIdentifier(identifier)], (input) => {
    expectSame(input, encodeIdentifier(decodeWideIdentifier(input)));
    decodeIdentifier(input);
  }),
  bytesTarget("super-root", [encodeSuperRoot(superRoot)], (input) => expectSame(input, encodeSuperRoot(decodeSuperRoot(input)))),
  bytesTarget("transition-state", STATES.map(encodeTransitionState), (input) => expectSame(input, encodeTransitionState(decodeTransitionState(input)))),
  textTarget("relay-policy", ["all", "901:902,902:901"], parseRelayPolicy),
];
