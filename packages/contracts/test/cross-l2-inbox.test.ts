import { bytesToHex, type Hex, hexToBytes, keccak256, keccak256Hex } from "@pangaea/primitives";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { encodeCall } from "../src/index.ts";
import type { TestChain } from "./support/chain.ts";
import { checksum, eventText, expectError, freshChains, type Identifier, idWords, INBOX, logText, type Message, MESSENGER, together, VALIDATE } from "./support/interop.ts";

const CALCULATE = "calculateChecksum((address,uint256,uint256,uint256,uint256),bytes32)";
const MESSAGE: Message = { id: { origin: `0x${"0a".repeat(20)}`, blockNumber: 17n, logIndex: 3n, timestamp: 1_699_999_998n, chainId: 901n }, payload: hexToBytes("0xc0ffee") };
const withId = (change: Partial<Identifier>): Message => ({ ...MESSAGE, id: { ...MESSAGE.id, ...change } });

let chain: TestChain;
beforeEach(() => {
  [, chain] = freshChains();
});
const validation = ({ id, payload }: Message): Uint8Array => encodeCall(VALIDATE, [...idWords(id), keccak256Hex(payload)]);
const validate = (message: Message, accessList: Readonly<Record<Hex, readonly Hex[]>>) => chain.call({ to: INBOX, data: validation(message), accessList });

describe("CrossL2Inbox", () => {
  test("a message that the access list declares is announced by ExecutingMessage", () => {
    const outcome = validate(MESSAGE, { [INBOX]: [checksum(MESSAGE)] });
    expect([outcome.success, bytesToHex(outcome.output)]).toEqual([true, "0x"]);
    expect(outcome.logs.map(logText)).toEqual([eventText(INBOX, "ExecutingMessage(bytes32,(address,uint256,uint256,uint256,uint256))", [keccak256Hex(MESSAGE.payload)], idWords(MESSAGE.id))]);
  });

  test("a message of the chain itself is announced like any other", () => {
    const own = withId({ chainId: BigInt(chain.chainId) });
    expect(validate(own, { [INBOX]: [checksum(own)] })).toMatchObject({ success: true });
  });

  test("a message that no access list declares is refused", () => {
    expectError(validate(MESSAGE, {}), "NotInAccessList");
    expectError(validate(MESSAGE, { [INBOX]: [] }), "NotInAccessList");
  });

  test.each([
    ["origin", withId({ origin: `0x${"0b".repeat(20)}` })],
    ["block number", withId({ blockNumber: 18n })],
    ["log index", withId({ logIndex: 2n })],
    ["timestamp", withId({ timestamp: 1_700_000_000n })],
    ["chain id", withId({ chainId: 902n })],
    ["payload", { ...MESSAGE, payload: hexToBytes("0xc0ffef") }],
  ])("a declaration with another %s does not stand for the message", (_, other) => {
    expectError(validate(MESSAGE, { [INBOX]: [checksum(other)] }), "NotInAccessList");
  });

  test("a declaration under another address, the inbox's implementation included, does not count", () => {
    expectError(validate(MESSAGE, { [MESSENGER]: [checksum(MESSAGE)], "0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30022": [checksum(MESSAGE)] }), "NotInAccessList");
  });

  test("a refused attempt does not let the next one of the transaction through", () => {
    const successes = (declared: readonly Hex[]) => together(chain, [[INBOX, validation(MESSAGE)], [INBOX, validation(MESSAGE)]], declared).map(({ success }) => success);
    expect(successes([])).toEqual([false, false]);
    expect(successes([checksum(MESSAGE)])).toEqual([true, true]);
  });

  const LARGE = { blockNumber: 2n ** 64n, logIndex: 2n ** 32n, timestamp: 2n ** 64n };
  test.each([
    ["block number first", "BlockNumberTooHigh", LARGE],
    ["log index second", "LogIndexTooHigh", { logIndex: LARGE.logIndex, timestamp: LARGE.timestamp }],
    ["timestamp third", "TimestampTooHigh", { timestamp: LARGE.timestamp }],
  ])("values beyond their range are refused before the access list is looked at: the %s", (_, error, change) => {
    const { id, payload } = withId(change);
    expectError(chain.call({ to: INBOX, data: encodeCall(VALIDATE, [...idWords(id), keccak256Hex(payload)]) }), error);
    expectError(chain.call({ to: INBOX, data: encodeCall(CALCULATE, [...idWords(id), keccak256Hex(payload)]) }), error);
  });

  test("it takes no ether", () => {
    expect(chain.call({ to: INBOX, data: validation(MESSAGE), value: 1n, accessList: { [INBOX]: [checksum(MESSAGE)] } }).success).toBe(false);
  });

  test("the checksum of any identifier is the one that the specification words", () => {
    const bits = (count: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(count) - 1n });
    const origin = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(bytesToHex);
    const identifier = fc.record({ origin, blockNumber: bits(64), logIndex: bits(32), timestamp: bits(64), chainId: bits(256) });
    fc.assert(fc.property(identifier, fc.uint8Array({ maxLength: 80 }), (id, payload) => {
      expect(chain.word(INBOX, CALCULATE, [...idWords(id), bytesToHex(keccak256(payload))])).toBe(BigInt(checksum({ id, payload })));
    }));
  });
});
