import { bigIntToBytes, concatBytes, hexToBytes, InvalidInputError, type Log } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRelayedMessage, decodeSentMessage, encodeIdentifier, encodeRelayMessage, RELAYED_MESSAGE_TOPIC, SENT_MESSAGE_TOPIC, sentMessageHash } from "../src/index.ts";
import { bytes, identifier, plainLog } from "./support/arbitraries.ts";

const MESSENGER = hexToBytes("0x4200000000000000000000000000000000000023");
const word = (value: bigint | number): Uint8Array => bigIntToBytes(BigInt(value), 32);
const sentLog = (message: Uint8Array, padding = (32 - (message.length % 32)) % 32): Log => ({
  address: MESSENGER, topics: [hexToBytes(SENT_MESSAGE_TOPIC), word(902), word(0xc0ffee), word(3)], data: concatBytes(word(0x1111), word(64), word(message.length), message, new Uint8Array(padding)),
});
const sent = sentLog(Uint8Array.of(1, 2, 3));
const relayed: Log = { address: MESSENGER, topics: [hexToBytes(RELAYED_MESSAGE_TOPIC), word(901), word(3), word(7)], data: word(8) };

describe("the messenger's events", () => {
  it("a message of any length decodes from its log", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
      expect(decodeSentMessage(sentLog(message))).toEqual({ destination: 902n, target: `0x${"c0ffee".padStart(40, "0")}`, nonce: 3n, sender: `0x${"1111".padStart(40, "0")}`, message });
    }));
  });

  it.each<readonly [string, Log]>([
    ["another contract's", { ...sent, address: plainLog.address }], ["another event of the messenger", relayed], ["one without topics", plainLog], ["one with three topics", { ...sent, topics: sent.topics.slice(0, 3) }],
  ])("a log is no SentMessage: %s", (_, log) => {
    expect(decodeSentMessage(log)).toBeUndefined();
  });

  it.each<readonly [string, Log]>([
    ["no data", { ...sent, data: new Uint8Array(0) }], ["a length beyond the data", { ...sent, data: concatBytes(word(1), word(64), word((1n << 256n) - 1n)) }], ["an offset that is not 64", { ...sent, data: sent.data.with(63, 0) }],
    ["no padding", sentLog(Uint8Array.of(1), 0)], ["a word too many", sentLog(Uint8Array.of(1), 63)], ["padding that is set", { ...sent, data: sent.data.with(sent.data.length - 1, 1) }],
    ["a sender that is no address", { ...sent, data: sent.data.with(0, 1) }], ["a target that is no address", { ...sent, topics: sent.topics.with(2, word(1n << 160n)) }],
    ["a target that is far from one", { ...sent, topics: sent.topics.with(2, word(1n << 255n)) }],
  ])("a SentMessage is refused with %s", (_, log) => {
    expect(() => decodeSentMessage(log)).toThrow(InvalidInputError);
  });

  it("a relay decodes from its log, and only from it", () => {
    expect(decodeRelayedMessage(relayed)).toEqual({ source: 901n, nonce: 3n, messageHash: `0x${"7".padStart(64, "0")}`, returnDataHash: `0x${"8".padStart(64, "0")}` });
    expect(decodeRelayedMessage(sent)).toBeUndefined();
    expect(() => decodeRelayedMessage({ ...relayed, data: new Uint8Array(31) })).toThrow("31 bytes of data");
  });

  it("the message hash depends on the source chain and on every field", () => {
    const message = decodeSentMessage(sent)!;
    const variants = [message, { ...message, destination: 1n }, { ...message, target: message.sender }, { ...message, nonce: 4n }, { ...message, sender: message.target }, { ...message, message: Uint8Array.of(1, 2, 3, 0) }];
    expect(new Set([...variants.map((variant) => sentMessageHash(901n, variant)), sentMessageHash(900n, message)]).size).toBe(7);
  });

  it("logs of any content decode, are none of these events, or are malformed input", () => {
    const log = fc.record({ address: fc.constant(MESSENGER), topics: fc.tuple(fc.constantFrom(sent.topics[0]!, relayed.topics[0]!), bytes(32), fc.oneof(bytes(32), bytes(20).map((value) => concatBytes(new Uint8Array(12), value))), bytes(32)), data: fc.oneof(fc.uint8Array({ maxLength: 300 }), bytes(32), bytes(64).map((tail) => concatBytes(word(1), word(64), word(33), tail))) });
    fc.assert(fc.property(log, (any) => {
      for (const decode of [decodeSentMessage, decodeRelayedMessage]) {
        try {
          decode(any);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }
    }), { numRuns: 2_000 });
  });
});

describe("the calldata of a relay", () => {
  it("is the selector, the identifier, and the payload as ABI bytes", () => {
    fc.assert(fc.property(identifier, fc.uint8Array({ maxLength: 100 }), (id, payload) => {
      const calldata = encodeRelayMessage(id, payload);
      expect((calldata.length - 4) % 32).toBe(0);
      expect(calldata.subarray(4, 164)).toEqual(encodeIdentifier(id));
      expect(calldata.subarray(164, 228)).toEqual(concatBytes(word(192), word(payload.length)));
      expect(calldata.subarray(228, 228 + payload.length)).toEqual(payload);
    }));
  });
});
