import { type Hex, hexToBytes, privateKeyToAddress } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockSigner, decodeBlockMessage, decodePayloadSsz, encodeBlockMessage, encodePayloadSsz, MAX_GOSSIP_SIZE, PAYLOAD_VERSIONS, type PayloadVersion, signBlock, type SszPayload } from "../src/index.ts";

const KEY = new Uint8Array(32).fill(7);
const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
const payloadOf = (version: PayloadVersion, transactions: readonly Uint8Array[]): SszPayload => ({
  parentHash: word("01"), feeRecipient: `0x${"02".repeat(20)}`, stateRoot: word("03"), receiptsRoot: word("04"), logsBloom: new Uint8Array(256).fill(5), prevRandao: word("06"),
  blockNumber: 7, gasLimit: 30_000_000, gasUsed: 9, timestamp: 1_700_000_000, extraData: new Uint8Array(9), baseFeePerGas: 10n, blockHash: word("0b"), transactions,
  ...(version >= 2 ? { withdrawals: [] } : {}), ...(version >= 3 ? { blobGasUsed: 11, excessBlobGas: 0 } : {}), ...(version >= 4 ? { withdrawalsRoot: word("0c") } : {}),
});
const blockOf = (version: PayloadVersion, transactions: readonly Uint8Array[] = [Uint8Array.of(1), Uint8Array.of(2, 3)]) => ({ payload: payloadOf(version, transactions), ...(version >= 3 ? { parentBeaconBlockRoot: word("0d") } : {}) });

describe("a block over gossip", () => {
  it.each(PAYLOAD_VERSIONS)("version %d is read as it was sent, and its signer is known for its chain only", (version) => {
    const sent = signBlock(blockOf(version), version, 901, KEY);
    const read = decodeBlockMessage(encodeBlockMessage(sent, version), version);
    expect(read).toEqual(sent);
    expect(blockSigner(read, version, 901)).toBe(privateKeyToAddress(KEY));
    expect(blockSigner(read, version, 902)).not.toBe(privateKeyToAddress(KEY));
  });

  it.each(PAYLOAD_VERSIONS)("version %d carries any transactions", (version) => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (transactions) => {
      expect(decodePayloadSsz(encodePayloadSsz(payloadOf(version, transactions), version), version).transactions).toEqual(transactions);
    }), { numRuns: 50 });
  });

  it.each([[1, 2], [2, 3], [3, 4], [4, 3], [2, 1]] as const)("of version %d is refused as version %d", (version, other) => {
    const message = encodeBlockMessage(signBlock(blockOf(version), version, 901, KEY), version);
    expect(() => decodeBlockMessage(message, other)).toThrow(/the payload|a payload/);
  });

  it.each([
    ["extra data that is elsewhere", 436, 561, "is at offset 561; in version 4 it is at 560"],
    ["transactions before the extra data", 504, 559, "extra data reaches from 560 to 559"],
    ["extra data of more than 32 bytes", 504, 600, "extra data reaches from 560 to 600"],
    ["withdrawals before the transactions", 508, 568, "transactions reach from 569 to 568"],
    ["withdrawals beyond the end", 508, 10_000, "of 580 bytes"],
    ["a first transaction within the offsets", 569, 3, "at offset 3"],
    ["a first transaction beyond the end", 569, 4_000_000, "at offset 4000000"],
    ["a transaction that ends before it begins", 573, 1, "transaction 0 reaches from byte 8 to 1"],
  ])("with %s is refused", (_, at, value, expected) => {
    const ssz = encodePayloadSsz(payloadOf(4, [Uint8Array.of(1), Uint8Array.of(2, 3)]), 4);
    new DataView(ssz.buffer).setUint32(at, value, true);
    expect(() => decodePayloadSsz(ssz, 4)).toThrow(expected);
  });

  it("is refused where it is larger than a message may be, or has a parity that no signature has", () => {
    expect(() => decodeBlockMessage(new Uint8Array(MAX_GOSSIP_SIZE + 1), 4)).toThrow("at most 10485760 are taken");
    const sent = signBlock(blockOf(4), 4, 901, KEY);
    expect(() => blockSigner({ ...sent, signature: sent.signature.with(64, 27) }, 4, 901)).toThrow("parity is 27");
    expect(() => encodePayloadSsz(payloadOf(3, []), 4)).toThrow("has a withdrawalsRoot, this one (block 7) has not");
  });

  it("never fails to be read but with an error of input", () => {
    const sound = encodePayloadSsz(payloadOf(4, [hexToBytes("0x0102")]), 4);
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 8 }), fc.nat(sound.length), (changes, length) => {
      const data = sound.slice(0, length);
      for (const [at, byte] of changes) if (at < length) data[at] = byte;
      try {
        decodePayloadSsz(data, 4);
      } catch (error) {
        expect(error).toMatchObject({ kind: "input" });
      }
    }), { numRuns: 500 });
  });
});
