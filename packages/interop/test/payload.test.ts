import { bytesToHex, concatBytes, keccak256 } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumOfLog, checksumsOfChain, logHashFrom, logHashOf, messageChecksum, messagePayload, payloadHashOf } from "../src/index.ts";
import { anyLog, identifier, message } from "./support/arbitraries.ts";

describe("a log's payload and checksum", () => {
  it("the payload is the topics and then the data, without lengths or padding", () => {
    fc.assert(fc.property(anyLog, (log) => void expect(messagePayload(log)).toEqual(concatBytes(...log.topics, log.data))));
  });

  it("the log hash is the same from the log and from its emitter and payload hash", () => {
    fc.assert(fc.property(anyLog, (log) => {
      expect(bytesToHex(logHashOf(log))).toBe(bytesToHex(keccak256(concatBytes(log.address, keccak256(messagePayload(log))))));
      expect(logHashFrom(bytesToHex(log.address), payloadHashOf(log))).toEqual(logHashOf(log));
    }));
  });

  it("the checksum is the same from the stored log hash and from the message, and starts with byte 3", () => {
    fc.assert(fc.property(message, ({ identifier: id, payloadHash }) => {
      const checksum = messageChecksum(id, payloadHash);
      expect(checksumOfLog(logHashFrom(id.origin, payloadHash), id)).toBe(checksum);
      expect(checksum).toMatch(/^0x03[0-9a-f]{62}$/);
    }));
  });

  it("the checksums of one chain's logs, made one after the other, are each log's own", () => {
    fc.assert(fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), identifier, (messages, { chainId }) => {
      const checksumOf = checksumsOfChain(chainId);
      for (const { identifier: id, payloadHash } of messages) expect(bytesToHex(checksumOf(logHashFrom(id.origin, payloadHash), id))).toBe(messageChecksum({ ...id, chainId }, payloadHash));
    }));
  });

  it.each(["blockNumber", "logIndex", "timestamp", "chainId", "origin", "payloadHash"] as const)("a checksum depends on the %s", (field) => {
    fc.assert(fc.property(message, message, (a, b) => {
      const changed = field === "payloadHash" ? { identifier: a.identifier, payloadHash: b.payloadHash } : { identifier: { ...a.identifier, [field]: b.identifier[field] }, payloadHash: a.payloadHash };
      const same = field === "payloadHash" ? a.payloadHash === b.payloadHash : a.identifier[field] === b.identifier[field];
      expect(messageChecksum(changed.identifier, changed.payloadHash) === messageChecksum(a.identifier, a.payloadHash)).toBe(same);
    }));
  });

  it("block number, time and log index are not interchangeable", () => {
    fc.assert(fc.property(identifier, fc.nat({ max: 1_000 }), fc.nat({ max: 1_000 }), (id, a, b) => {
      const log = new Uint8Array(32);
      expect(checksumOfLog(log, { ...id, blockNumber: a, timestamp: b }) === checksumOfLog(log, { ...id, blockNumber: b, timestamp: a })).toBe(a === b);
      expect(checksumOfLog(log, { ...id, timestamp: a, logIndex: b }) === checksumOfLog(log, { ...id, timestamp: b, logIndex: a })).toBe(a === b);
    }));
  });
});
