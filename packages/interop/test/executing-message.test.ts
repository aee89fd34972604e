import { type Hex, hexToBytes, InvalidInputError, type Log } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeExecutingMessage, executingMessages, messageChecksum, type WideIdentifier } from "../src/index.ts";
import { anyLog, executingLog, message, plainLog } from "./support/arbitraries.ts";

const id: WideIdentifier = { origin: `0x${"ab".repeat(20)}`, blockNumber: 5, logIndex: 2, timestamp: 1_000, chainId: 901n };
const PAYLOAD_HASH: Hex = `0x${"cd".repeat(32)}`;
const log = executingLog(id, PAYLOAD_HASH);

describe("an executing message", () => {
  it("decodes from its log to what was encoded", () => {
    fc.assert(fc.property(message, fc.nat(), ({ identifier, payloadHash }, logIndex) => {
      expect(decodeExecutingMessage(executingLog(identifier, payloadHash), logIndex)).toEqual({ identifier, payloadHash, checksum: messageChecksum(identifier, payloadHash), logIndex });
    }));
  });

  it.each<readonly [string, Log]>([
    ["of another contract", { ...log, address: hexToBytes("0x4200000000000000000000000000000000000023") }],
    ["of the inbox without topics", { ...log, topics: [] }],
    ["of the inbox with another event, such as its proxy's Upgraded", { ...log, topics: [hexToBytes("0xbc7cd75a20ee27fd9adebab32cf741c1b1d2b2c8f8a8f8dd7f2d2c1f5ed5f5ab"), log.topics[1]!] }],
  ])("is not in a log %s", (_, other) => {
    expect(decodeExecutingMessage(other, 0)).toBeUndefined();
  });

  it.each<readonly [string, Log, string]>([
    ["one topic", { ...log, topics: log.topics.slice(0, 1) }, "unexpected number of event topics: 1"],
    ["three topics", { ...log, topics: [...log.topics, log.topics[1]!] }, "unexpected number of event topics: 3"],
    ["too little data", { ...log, data: log.data.subarray(1) }, "unexpected identifier data length: 159"],
    ["padding that is set", { ...log, data: log.data.with(0, 1) }, "invalid address padding"],
  ])("with %s is malformed input, never no message", (_, bad, problem) => {
    expect(() => executingMessages([plainLog, bad])).toThrow(InvalidInputError);
    expect(() => executingMessages([plainLog, bad])).toThrow(problem);
  });

  it.each(["blockNumber", "timestamp"] as const)("whose %s is above 2^53-1, which the contract lets pass, stands at 2^53-1 with the exact checksum", (field) => {
    const far = { ...id, [field]: (1n << 64n) - 1n };
    const decoded = decodeExecutingMessage(executingLog(far, PAYLOAD_HASH), 4);
    expect(decoded?.identifier).toEqual({ ...id, [field]: Number.MAX_SAFE_INTEGER });
    expect(decoded?.checksum).toBe(messageChecksum(far, PAYLOAD_HASH));
    expect(decoded?.checksum).not.toBe(messageChecksum({ ...id, [field]: Number.MAX_SAFE_INTEGER }, PAYLOAD_HASH));
  });

  it("of a block are found in order, numbered over all of its logs", () => {
    expect(executingMessages([plainLog, log, plainLog, log]).map(({ logIndex }) => logIndex)).toEqual([1, 3]);
    expect(executingMessages([])).toEqual([]);
  });

  it("is decoded from any log, or there is none, or it is malformed input, never anything else", () => {
    fc.assert(fc.property(anyLog, (any) => {
      try {
        const decoded = decodeExecutingMessage(any, 0);
        if (decoded !== undefined) expect(executingLog(decoded.identifier, decoded.payloadHash)).toEqual(any);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
    }), { numRuns: 2_000 });
  });
});
