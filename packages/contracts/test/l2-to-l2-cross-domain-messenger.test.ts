import { bytesToHex, concatBytes, type Hex, hexToBytes, keccak256Hex, utf8ToBytes } from "@pangaea/primitives";
import { beforeEach, describe, expect, test } from "vitest";
import { type AbiValue, abiBytesAt, abiEncode, abiWord, encodeCall, selector } from "../src/index.ts";
import { ALICE, ETHER, type TestChain } from "./support/chain.ts";
import {
  BOB, checksum, eventText, expectError, FORWARDER, forward, freshChains, idWords, INBOX, installForwarder, LIQUIDITY, logText, type Message, MESSENGER, relay, relayCall, relayed, SEND, sentMessage, together,
} from "./support/interop.ts";

const RESEND = "resendMessage(uint256,uint256,address,address,bytes)";
const SENT = "SentMessage(uint256,address,uint256,address,bytes)";
const TARGET: Hex = `0x${"7a".repeat(20)}`;
const TEXT = utf8ToBytes("over there");

/** Gives back what `successfulMessages` says of the hash in its slot 0. */
const PROBE_CODE: Hex = `0x63b1b1b20960e01b600052600054600452602060006024600073${MESSENGER.slice(2)}5afa5060206000f3`;

let a: TestChain;
let b: TestChain;
beforeEach(() => {
  [a, b] = freshChains();
  for (const chain of [a, b]) installForwarder(chain);
});
const send = (target: Hex = TARGET, data: Uint8Array = TEXT, destination = 902): Message => sentMessage(a, a.run(ALICE, MESSENGER, SEND, [destination, target, data]));
const hashOf = (nonce: bigint, target: Hex = TARGET, data: Uint8Array = TEXT, source = 901): Hex => keccak256Hex(abiEncode([902, source, nonce, ALICE, target, data]));
const isRelayed = (hash: Hex) => b.word(MESSENGER, "successfulMessages(bytes32)", [hash]) === 1n;

describe("L2ToL2CrossDomainMessenger sends", () => {
  test("a message: its hash is given back and kept, its event names it, the nonce rises", () => {
    expect(a.word(MESSENGER, "messageVersion()")).toBe(0n);
    for (const nonce of [0n, 1n]) {
      expect(a.word(MESSENGER, "messageNonce()")).toBe(nonce);
      const outcome = a.run(ALICE, MESSENGER, SEND, [902, TARGET, TEXT]);
      expect(bytesToHex(outcome.output)).toBe(hashOf(nonce));
      expect(a.word(MESSENGER, "sentMessages(bytes32)", [hashOf(nonce)])).toBe(1n);
      expect(outcome.logs.map(logText)).toEqual([eventText(MESSENGER, SENT, [902, TARGET, nonce], [ALICE, TEXT])]);
    }
    expect(a.word(MESSENGER, "sentMessages(bytes32)", [hashOf(2n)])).toBe(0n);
  });

  test.each<[string, string, number, Hex]>([
    ["its own chain", "MessageDestinationSameChain", 901, TARGET],
    ["the messenger itself", "MessageTargetL2ToL2CrossDomainMessenger", 902, MESSENGER],
    ["both, the chain first", "MessageDestinationSameChain", 901, MESSENGER],
  ])("nothing to %s", (_, error, destination, target) => {
    expectError(a.call({ to: MESSENGER, data: encodeCall(SEND, [destination, target, TEXT]) }), error);
    expect(a.word(MESSENGER, "messageNonce()")).toBe(0n);
  });

  test("to the inbox, and to chains that nobody knows; but no ether", () => {
    expect(a.run(ALICE, MESSENGER, SEND, [902, INBOX, TEXT]).logs).toHaveLength(1);
    expect(a.run(ALICE, MESSENGER, SEND, [2n ** 256n - 1n, TARGET, TEXT]).logs).toHaveLength(1);
    expect(a.call({ to: MESSENGER, data: encodeCall(SEND, [902, TARGET, TEXT]), value: 1n }).success).toBe(false);
  });

  test("a sent message again for anyone, with the same log and no new nonce", () => {
    const first = a.run(ALICE, MESSENGER, SEND, [902, TARGET, TEXT]);
    const again = a.run(BOB, MESSENGER, RESEND, [902, 0, ALICE, TARGET, TEXT]);
    expect(again.logs.map(logText)).toEqual(first.logs.map(logText));
    expect([bytesToHex(again.output), a.word(MESSENGER, "messageNonce()")]).toEqual([hashOf(0n), 1n]);
  });

  test.each<[string, readonly AbiValue[]]>([
    ["destination", [903, 0, ALICE, TARGET, TEXT]],
    ["nonce", [902, 1, ALICE, TARGET, TEXT]],
    ["sender", [902, 0, BOB, TARGET, TEXT]],
    ["target", [902, 0, ALICE, BOB, TEXT]],
    ["message", [902, 0, ALICE, TARGET, new Uint8Array(0)]],
  ])("nothing again with another %s", (_, values) => {
    send();
    expectError(a.call({ to: MESSENGER, data: encodeCall(RESEND, values) }), "InvalidMessage");
  });
});

describe("L2ToL2CrossDomainMessenger relays", () => {
  test("a message: logs of inbox, target and messenger in this order, and the target's answer", () => {
    const message = send(FORWARDER, forward(MESSENGER, encodeCall(SEND, [901, TARGET, TEXT])));
    const outcome = relayed(b, message);
    const hash = hashOf(0n, FORWARDER, forward(MESSENGER, encodeCall(SEND, [901, TARGET, TEXT])));
    const answer = abiWord(keccak256Hex(abiEncode([901, 902, 0, FORWARDER, TARGET, TEXT])));
    expect(bytesToHex(abiBytesAt(outcome.output, 0))).toBe(bytesToHex(answer));
    expect(outcome.logs.map(logText)).toEqual([
      eventText(INBOX, "ExecutingMessage(bytes32,(address,uint256,uint256,uint256,uint256))", [keccak256Hex(message.payload)], idWords(message.id)),
      eventText(MESSENGER, SENT, [901, TARGET, 0], [FORWARDER, TEXT]),
      eventText(MESSENGER, "RelayedMessage(uint256,uint256,bytes32,bytes32)", [901, 0, hash], [keccak256Hex(answer)]),
    ]);
    expect(isRelayed(hash)).toBe(true);
  });

  test("ether that the relayer adds, to a target without code too, which consumes the message", () => {
    const message = send();
    relayed(b, message, { value: 5n });
    expect([b.state.balance(TARGET), b.state.balance(BOB), b.state.balance(MESSENGER)]).toEqual([5n, ETHER - 5n, 0n]);
    expectError(relay(b, message), "MessageAlreadyRelayed");
  });

  test.each([
    ["crossDomainMessageContext()", [ALICE, 901]],
    ["crossDomainMessageSender()", [ALICE]],
    ["crossDomainMessageSource()", [901]],
  ] as const)("and tells the target where the message comes from, and nobody afterwards: %s", (getter, expected) => {
    const call = encodeCall(getter, []);
    expectError(b.call({ to: MESSENGER, data: call }), "NotEntered");
    const outcome = relayed(b, send(FORWARDER, forward(MESSENGER, call)));
    expect(bytesToHex(abiBytesAt(outcome.output, 0))).toBe(bytesToHex(abiEncode(expected)));
    expectError(b.call({ to: MESSENGER, data: call }), "NotEntered");
  });

  test("several messages in one transaction after each other, each with its own context, and none is left after them", () => {
    const context = encodeCall("crossDomainMessageContext()", []);
    const messages = [ALICE, BOB].map((from) => sentMessage(a, a.run(from, MESSENGER, SEND, [902, FORWARDER, forward(MESSENGER, context)])));
    const outcomes = together(b, [...messages.map((message) => [MESSENGER, relayCall(message)] as const), [MESSENGER, context]], messages.map(checksum));
    expect(outcomes.map(({ success }) => success)).toEqual([true, true, false]);
    expect(outcomes.slice(0, 2).map(({ output }) => bytesToHex(abiBytesAt(output, 0)))).toEqual([ALICE, BOB].map((from) => bytesToHex(abiEncode([from, 901]))));
    for (const name of ["sender", "source"]) expect(b.state.transient(MESSENGER, BigInt(keccak256Hex(utf8ToBytes(`l2tol2crossdomainmessenger.${name}`))) - 1n)).toBe(0n);
  });

  test("a message that its target sees as relayed already", () => {
    const probe: Hex = `0x${"9b".repeat(20)}`;
    const nothing = new Uint8Array(0);
    b.state.setCode(probe, hexToBytes(PROBE_CODE));
    b.state.setStorage(probe, 0n, BigInt(hashOf(0n, probe, nothing)));
    expect(bytesToHex(abiBytesAt(relayed(b, send(probe, nothing)).output, 0))).toBe(bytesToHex(abiWord(true)));
  });

  const FAULTS: readonly (readonly [string, string, (message: Message) => Message])[] = [
    ["an origin that is not the messenger", "IdOriginNotL2ToL2CrossDomainMessenger", ({ id, payload }) => ({ id: { ...id, origin: TARGET }, payload })],
    ["no declaration", "NotInAccessList", (message) => message],
    ["a payload that is no SentMessage", "EventPayloadNotSentMessage", ({ id, payload }) => ({ id, payload: concatBytes(selector(SENT), new Uint8Array(28), payload.subarray(32)) })],
    ["another destination", "MessageDestinationNotRelayChain", ({ id, payload }) => ({ id, payload: concatBytes(payload.subarray(0, 32), abiWord(903), payload.subarray(64)) })],
    ["a message that was relayed before", "MessageAlreadyRelayed", (message) => message],
  ];
  test.each(FAULTS.map(([name, error], i) => [name, error, i] as const))("nothing with %s, which it refuses with %s before every later check", (_, error, first) => {
    const message = send();
    relayed(b, message);
    const faulty = FAULTS.slice(first).reduce((made, [, , spoil]) => spoil(made), message);
    expectError(relay(b, faulty, first <= 1 ? { declared: [] } : {}), error);
  });

  test.each([
    ["BlockNumberTooHigh", { blockNumber: 2n ** 64n }],
    ["LogIndexTooHigh", { logIndex: 2n ** 32n }],
    ["TimestampTooHigh", { timestamp: 2n ** 64n }],
  ])("and hands on the inbox's refusal %s", (error, change) => {
    const { id, payload } = send();
    expectError(relay(b, { id: { ...id, ...change }, payload }, { declared: [] }), error);
  });

  test.each([
    ["is empty", () => new Uint8Array(0)],
    ["ends within its topics", (payload: Uint8Array) => payload.subarray(0, 127)],
    ["ends within its data", (payload: Uint8Array) => payload.subarray(0, payload.length - 33)],
  ])("no payload that %s", (_, cut) => {
    const { id, payload } = send();
    expect(relay(b, { id, payload: cut(payload) })).toMatchObject({ success: false, logs: [] });
  });

  test("nothing while it relays: the guard stands before every other check, and the outer relay fails whole", () => {
    const inner = send();
    const nested: Message = { ...inner, id: { ...inner.id, origin: TARGET } };
    const data = forward(MESSENGER, relayCall(nested));
    const outer = send(FORWARDER, data);
    expectError(relay(b, outer, { declared: [checksum(outer), checksum(inner)] }), "ReentrantCall");
    expect(isRelayed(hashOf(1n, FORWARDER, data))).toBe(false);
    relayed(b, inner);
  });

  test("and hands on why a target failed; nothing stays of it, and the message can be relayed later", () => {
    const data = forward(LIQUIDITY, encodeCall("burn()", []));
    const message = send(FORWARDER, data);
    expectError(relay(b, message, { value: 7n }), "Unauthorized");
    expect([isRelayed(hashOf(0n, FORWARDER, data)), b.state.balance(BOB)]).toEqual([false, ETHER]);
    expectError(b.call({ to: MESSENGER, data: encodeCall("crossDomainMessageSource()", []) }), "NotEntered");
    b.state.setCode(FORWARDER, hexToBytes("0x00"));
    relayed(b, message);
    expect(isRelayed(hashOf(0n, FORWARDER, data))).toBe(true);
  });

  test("each message once: neither its log nor a log of sending it again serves a second time, equal contents under another nonce do", () => {
    const message = send();
    relayed(b, message);
    a.blockNumber++;
    const again = sentMessage(a, a.run(BOB, MESSENGER, RESEND, [902, 0, ALICE, TARGET, TEXT]));
    expect(checksum(again)).not.toBe(checksum(message));
    for (const copy of [message, again]) expectError(relay(b, copy), "MessageAlreadyRelayed");
    relayed(b, send());
  });

  test("a message under the hash of its source chain, so equal messages of two chains are two", () => {
    const { id, payload } = send();
    relayed(b, { id, payload });
    expect([isRelayed(hashOf(0n)), isRelayed(hashOf(0n, TARGET, TEXT, 903))]).toEqual([true, false]);
    relayed(b, { id: { ...id, chainId: 903n }, payload });
    expect(isRelayed(hashOf(0n, TARGET, TEXT, 903))).toBe(true);
  });

  test("a message whose target is itself, which nobody can send: only the sending side looks at the target", () => {
    const { id, payload } = send(TARGET, encodeCall("messageNonce()", []));
    const outcome = relayed(b, { id, payload: concatBytes(payload.subarray(0, 64), abiWord(MESSENGER), payload.subarray(96)) });
    expect(bytesToHex(abiBytesAt(outcome.output, 0))).toBe(bytesToHex(abiWord(0)));
  });

  test("a message whatever the version in its nonce", () => {
    const { id, payload } = send();
    const nonce = (7n << 240n) | 5n;
    relayed(b, { id, payload: concatBytes(payload.subarray(0, 96), abiWord(nonce), payload.subarray(128)) });
    expect(isRelayed(hashOf(nonce))).toBe(true);
  });

  test("no message of chain A on chain A", () => {
    expectError(relay(a, send()), "MessageDestinationNotRelayChain");
  });
});
