import { type Hex, InvalidInputError } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accessListOf, chainIdExtensionEntry, inboxEntriesIn, inboxEntriesOf, lookupEntry, type Message, messageChecksum, messagesOfAccessList, parseInboxEntries, readInboxClaim } from "../src/index.ts";
import { hex, message } from "./support/arbitraries.ts";

const INBOX: Hex = "0x4200000000000000000000000000000000000022";
const OTHER: Hex = `0x${"99".repeat(20)}`;
const send = (chainId: bigint, logIndex = 2): Message => ({ identifier: { origin: `0x${"ab".repeat(20)}`, blockNumber: 5, logIndex, timestamp: 1_000, chainId }, payloadHash: `0x${"cd".repeat(32)}` });
const claimOf = ({ identifier: { origin: _, ...place }, payloadHash }: Message, origin = `0x${"ab".repeat(20)}` as Hex) => ({ identifier: place, checksum: messageChecksum({ ...place, origin }, payloadHash) });
const WIDE = (7n << 248n) + 10n;
const plain = inboxEntriesOf(send(901n));
const wide = inboxEntriesOf(send(WIDE));
const [LOOKUP, CHECKSUM] = plain as readonly [Hex, Hex];
const EXTENSION = wide[1]!;
/** An entry with the byte at `at` set. */
const withByte = (entry: Hex, at: number, value: string): Hex => `0x${entry.slice(2, 2 + at * 2)}${value}${entry.slice(4 + at * 2)}`;

describe("inbox access-list entries", () => {
  it("of any messages read back to the same places and checksums, in order", () => {
    fc.assert(fc.property(fc.array(message, { maxLength: 6 }), (messages) => {
      expect(parseInboxEntries(messages.flatMap(inboxEntriesOf))).toEqual(messages.map((item) => claimOf(item, item.identifier.origin)));
    }));
  });

  it("hold a chain id extension from 2^64 on only, but one that is zero is read too", () => {
    expect(chainIdExtensionEntry((1n << 64n) - 1n)).toBeUndefined();
    expect(chainIdExtensionEntry(1n << 64n)).toBe(`0x02${"00".repeat(30)}01`);
    expect(parseInboxEntries([LOOKUP, `0x02${"00".repeat(31)}`, CHECKSUM])).toEqual(parseInboxEntries(plain));
  });

  it.each<readonly [string, readonly string[], string]>([
    ["a checksum first", [CHECKSUM], "unexpected entry type 3 at entry 0"],
    ["an extension first", [EXTENSION, CHECKSUM], "unexpected entry type 2 at entry 0"],
    ["type 0, which is reserved", [`0x${"00".repeat(32)}`], "unexpected entry type 0 at entry 0"],
    ["an unknown type", [`0x04${"00".repeat(31)}`], "unexpected entry type 4 at entry 0"],
    ["a lookup alone", [LOOKUP], "expected entry 1, a chain id extension (type 2) or a checksum (type 3)"],
    ["two lookups", [LOOKUP, LOOKUP, CHECKSUM], "unexpected entry type 1 at entry 1"],
    ["an extension without a checksum", [LOOKUP, EXTENSION], "expected entry 2, a checksum (type 3)"],
    ["two extensions", [LOOKUP, EXTENSION, EXTENSION, CHECKSUM], "unexpected entry type 2 at entry 2"],
    ["an extension and then a lookup", [LOOKUP, EXTENSION, LOOKUP], "unexpected entry type 1 at entry 2"],
    ["a checksum too many", [...plain, CHECKSUM], "unexpected entry type 3 at entry 2"],
    ["a second message cut off", [...plain, LOOKUP], "expected entry 3"],
    ["reserved byte 1 of a lookup set", [withByte(LOOKUP, 1, "01"), CHECKSUM], "malformed entry 0: reserved byte 1"],
    ["reserved byte 3 of a lookup set", [withByte(LOOKUP, 3, "ff"), CHECKSUM], "malformed entry 0: reserved byte 3"],
    ["reserved byte 1 of an extension set", [LOOKUP, withByte(EXTENSION, 1, "01"), CHECKSUM], "malformed entry 1: reserved byte 1"],
    ["reserved byte 7 of an extension set", [LOOKUP, withByte(EXTENSION, 7, "01"), CHECKSUM], "malformed entry 1: reserved byte 7"],
    ["31 bytes", [LOOKUP.slice(0, -2), CHECKSUM], "malformed entry 0: it must be 32 bytes of hex"],
    ["33 bytes", [LOOKUP, `${CHECKSUM}00`], "malformed entry 1: it must be 32 bytes of hex"],
    ["text that is no hex", ["lookup", CHECKSUM], "malformed entry 0: it must be 32 bytes of hex (is lookup)"],
    ["a block number above 2^53-1", [lookupEntry({ ...send(901n).identifier, blockNumber: 1n << 53n }), CHECKSUM], "block number of entry 0 9007199254740992 is outside"],
    ["a time above 2^53-1", [...plain, lookupEntry({ ...send(901n).identifier, timestamp: 1n << 53n }), CHECKSUM], "timestamp of entry 2 9007199254740992 is outside"],
  ])("are refused with %s, and the message says where and why", (_, entries, problem) => {
    expect(() => parseInboxEntries(entries)).toThrow(InvalidInputError);
    expect(() => parseInboxEntries(entries)).toThrow(problem);
  });

  it("of no messages are none; one message cannot be read from them", () => {
    expect(parseInboxEntries([])).toEqual([]);
    expect(() => readInboxClaim([], 0)).toThrow("expected entry 0");
  });

  it("of any content are read, or refused as malformed input, never anything else", () => {
    const entry = fc.tuple(fc.constantFrom("01", "02", "03", "00", "04"), fc.boolean(), hex(31)).map(([type, padded, rest]): Hex => `0x${type}${padded ? rest.slice(16).padStart(62, "0") : rest.slice(2)}`);
    fc.assert(fc.property(fc.array(fc.oneof(entry, fc.constantFrom(LOOKUP, EXTENSION, CHECKSUM), fc.string().map((text) => text)), { maxLength: 12 }), (entries) => {
      try {
        for (const { identifier, checksum } of parseInboxEntries(entries)) {
          expect(Number.isSafeInteger(identifier.blockNumber) && Number.isSafeInteger(identifier.timestamp)).toBe(true);
          expect(entries.map((item) => item.toLowerCase())).toContain(checksum);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
    }), { numRuns: 2_000 });
  });
});

describe("a transaction's access list", () => {
  it("of no messages is empty, of several it is one tuple under the inbox, and reads back", () => {
    expect(accessListOf([])).toEqual([]);
    const messages = [send(901n), send(WIDE), send(902n, 7)];
    const list = accessListOf(messages);
    expect(list.map(({ address }) => address)).toEqual([INBOX]);
    expect(messagesOfAccessList(list)).toEqual(messages.map((item) => claimOf(item)));
  });

  it("lists each of two messages that claim the same place", () => {
    const [one, other] = [send(901n), { ...send(901n), payloadHash: `0x${"ce".repeat(32)}` as Hex }];
    expect(messagesOfAccessList(accessListOf([one, other]))).toEqual([claimOf(one), claimOf(other)]);
  });

  it("lists a message once, however often it is executed", () => {
    expect(accessListOf([send(901n), send(902n), send(901n)])).toEqual(accessListOf([send(901n), send(902n)]));
  });

  it("claims what stands under the inbox, its tuples joined in order, other contracts passed over", () => {
    const list = [{ address: OTHER, storageKeys: [CHECKSUM] }, { address: INBOX, storageKeys: [LOOKUP] }, { address: OTHER, storageKeys: [] }, { address: INBOX.toUpperCase().replace("0X", "0x") as Hex, storageKeys: [CHECKSUM] }];
    expect(inboxEntriesIn(list)).toEqual(plain);
    expect(messagesOfAccessList(list)).toEqual([claimOf(send(901n))]);
    expect(messagesOfAccessList([{ address: OTHER, storageKeys: [`0x${"00".repeat(32)}`] }])).toEqual([]);
  });

  it("is refused when the inbox's tuples do not make whole messages", () => {
    expect(() => messagesOfAccessList([{ address: INBOX, storageKeys: [LOOKUP] }, { address: OTHER, storageKeys: [CHECKSUM] }])).toThrow("expected entry 1");
  });
});
