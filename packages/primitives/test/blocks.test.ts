import { describe, expect, it } from "vitest";
import {
  type BlockHeader, bytesToHex, EMPTY_REQUESTS_HASH, EMPTY_TRIE_ROOT, encodeHeader, encodeReceipt, type ExecutionPayloadEnvelope, type Hex, hexToBytes, keccak256, logsBloom, orderedTrieRoot, payloadBlockHash, payloadToHeader, type Receipt, rlpDecode, rlpEncode, rlpInteger, TX_DEPOSIT, TX_FEE_MARKET, TX_LEGACY,
} from "../src/index.ts";

const WORD: Hex = `0x${"2c".repeat(32)}`;
const ADDRESS: Hex = `0x${"1b".repeat(20)}`;
const PAYLOAD: ExecutionPayloadEnvelope["payload"] = {
  parentHash: WORD, feeRecipient: ADDRESS, stateRoot: WORD, receiptsRoot: WORD, logsBloom: new Uint8Array(256), prevRandao: WORD, blockNumber: 5, gasLimit: 30_000_000, gasUsed: 21_000, timestamp: 1_700_000_000,
  extraData: Uint8Array.of(1), baseFeePerGas: 7n, blockHash: WORD, transactions: [Uint8Array.of(2)],
};

describe("headers", () => {
  it("have as many fields as the payload's fork", () => {
    const count = (envelope: ExecutionPayloadEnvelope) => (rlpDecode(encodeHeader(payloadToHeader(envelope))) as unknown[]).length;
    const canyon = { ...PAYLOAD, withdrawals: [] };
    const ecotone = { ...canyon, blobGasUsed: 0, excessBlobGas: 0 };
    expect([
      count({ payload: PAYLOAD }),
      count({ payload: canyon }),
      count({ payload: ecotone, parentBeaconBlockRoot: WORD }),
      count({ payload: { ...ecotone, withdrawalsRoot: WORD }, parentBeaconBlockRoot: WORD }),
    ]).toEqual([16, 17, 20, 21]);
  });

  it("commit to empty withdrawals before Isthmus, to the message passer and empty requests from it on", () => {
    expect(payloadToHeader({ payload: { ...PAYLOAD, withdrawals: [] } })).toMatchObject({ withdrawalsRoot: EMPTY_TRIE_ROOT });
    expect(payloadToHeader({ payload: { ...PAYLOAD, withdrawals: [], withdrawalsRoot: WORD } })).toMatchObject({ withdrawalsRoot: WORD, requestsHash: EMPTY_REQUESTS_HASH });
  });

  it("change their hash with every field of the payload", () => {
    const before = payloadBlockHash({ payload: PAYLOAD });
    const changes: Partial<BlockHeader & ExecutionPayloadEnvelope["payload"]>[] = [{ gasUsed: 1 }, { timestamp: 1 }, { extraData: new Uint8Array(0) }, { baseFeePerGas: 8n }, { transactions: [] }, { feeRecipient: `0x${"00".repeat(20)}` }];
    for (const change of changes) expect(payloadBlockHash({ payload: { ...PAYLOAD, ...change } })).not.toBe(before);
  });
});

describe("receipts", () => {
  const log = { address: hexToBytes(ADDRESS), topics: [hexToBytes(WORD)], data: Uint8Array.of(1) };
  const receipt = (more: Partial<Receipt>): Receipt => ({ type: TX_LEGACY, status: 1, cumulativeGasUsed: 21_000, logs: [], ...more });
  const fieldsOf = (encoded: Uint8Array) => rlpDecode(encoded) as unknown[];

  it("begin with their type, except legacy ones", () => {
    expect(encodeReceipt(receipt({}))[0]).toBeGreaterThanOrEqual(0xc0);
    expect(encodeReceipt(receipt({ type: TX_FEE_MARKET }))[0]).toBe(TX_FEE_MARKET);
  });

  it("of deposits have nonce and version in their encoding from Canyon on only", () => {
    const regolith = encodeReceipt(receipt({ type: TX_DEPOSIT, depositNonce: 5 }));
    const canyon = encodeReceipt(receipt({ type: TX_DEPOSIT, depositNonce: 5, depositReceiptVersion: 1 }));
    expect(fieldsOf(regolith.subarray(1))).toHaveLength(4);
    expect(fieldsOf(canyon.subarray(1)).slice(4)).toEqual([Uint8Array.of(5), Uint8Array.of(1)]);
  });

  it("have a bloom with three bits for each address and topic", () => {
    const bits = (bloom: Uint8Array) => bloom.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
    expect(bits(logsBloom([]))).toBe(0);
    const bloom = logsBloom([log]);
    expect(bits(bloom)).toBe(6);
    const hash = keccak256(log.address);
    const bit = ((hash[0]! << 8) | hash[1]!) & 2047;
    expect(bloom[255 - (bit >> 3)]! & (1 << (bit & 7))).not.toBe(0);
  });
});

describe("the ordered trie root", () => {
  it("of nothing is the empty trie's", () => {
    expect(orderedTrieRoot([])).toBe(EMPTY_TRIE_ROOT);
  });

  it("of one item is the hash of its leaf", () => {
    const value = new Uint8Array(40).fill(3);
    expect(orderedTrieRoot([value])).toBe(bytesToHex(keccak256(rlpEncode([Uint8Array.of(0x20, 0x80), value]))));
  });

  it("depends on every item and on their order, also past 128 items", () => {
    const items = Array.from({ length: 300 }, (_, i) => rlpEncode(rlpInteger(i * 1_000)));
    const root = orderedTrieRoot(items);
    expect(orderedTrieRoot(items.slice(0, -1))).not.toBe(root);
    expect(orderedTrieRoot([...items.slice(1), items[0]!])).not.toBe(root);
    expect(orderedTrieRoot(items.map((item, i) => (i === 200 ? Uint8Array.of(1) : item)))).not.toBe(root);
  });
});
