import { decodePayloadSsz, decodeSnappyBlock, encodePayloadSsz, encodeSnappyBlock, PAYLOAD_VERSIONS, type PayloadVersion, type SszPayload } from "@pangaea/gossip";
import {
  type AccessList, bytesToHex, decodeSpanBatch, decodeTransaction, encodeSpanBatch, encodeTransaction, type Hex, hexToBytes, recoverSender, rlpDecode, rlpEncode, type RlpItem, signTransaction, transactionHash,
  TX_ACCESS_LIST, TX_BLOB, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE, type UnsignedTransaction,
} from "@pangaea/primitives";
import fc from "fast-check";
import { Transaction } from "micro-eth-signer";
import { RLP } from "micro-eth-signer/core/rlp.js";
import { bytelist, bytevector, container, list, uint256, uint64 } from "micro-eth-signer/ssz.js";
import { compress, uncompress } from "snappyjs";
import { describe, expect, it } from "vitest";

/** Codecs of ours held against libraries that others wrote. */
const RUNS = 100;
const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
const hex = (size: number): fc.Arbitrary<Hex> => bytes(size).map(bytesToHex);
const data = fc.uint8Array({ maxLength: 300 });

const item: fc.Arbitrary<RlpItem> = fc.letrec<{ item: RlpItem }>((tie) => ({ item: fc.oneof({ weight: 3, arbitrary: data }, { weight: 1, arbitrary: fc.array(tie("item"), { maxLength: 6 }) }) })).item;
/** Bytes as they are compared: a Buffer and an array of the same bytes are the same. */
const plain = (value: unknown): unknown => (value instanceof Uint8Array ? bytesToHex(value) : Array.isArray(value) ? value.map(plain) : value);

describe("RLP, by micro-eth-signer", () => {
  it("of any item is the same, and reads back the same", () => {
    fc.assert(fc.property(item, (value) => {
      const encoded = rlpEncode(value);
      expect(bytesToHex(RLP.encode(value as Uint8Array))).toBe(bytesToHex(encoded));
      expect(plain(RLP.decode(encoded))).toEqual(plain(rlpDecode(encoded)));
    }), { numRuns: RUNS });
  });

  it("of any bytes is read the same by both, or refused by both", () => {
    const read = (decode: () => unknown): unknown => {
      try {
        return plain(decode());
      } catch {
        return "refused";
      }
    };
    const changed = fc.tuple(item.map(rlpEncode), fc.nat(), fc.nat(255)).map(([encoded, at, value]) => encoded.with(at % encoded.length, value));
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 80 }), changed), (input) => {
      expect(read(() => rlpDecode(input))).toEqual(read(() => RLP.decode(input)));
    }), { numRuns: 5 * RUNS });
  });
});

const MOST_FEE = 2n ** 60n;
const wei = fc.bigInt({ min: 0n, max: MOST_FEE });
const accessList: fc.Arbitrary<AccessList> = fc.array(fc.record({ address: hex(20), storageKeys: fc.array(hex(32), { maxLength: 3 }) }), { maxLength: 3 });
const common = { chainId: fc.constant(901), nonce: fc.nat(), gas: fc.integer({ min: 21_000, max: 30_000_000 }), to: hex(20), value: wei, data };
const fees = fc.tuple(wei, wei).map(([a, b]) => ({ maxFeePerGas: a > b ? a : b, maxPriorityFeePerGas: a > b ? b : a }));
const KEYS = fc.constantFrom(...[1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)));
const unsigned: fc.Arbitrary<UnsignedTransaction> = fc.oneof(
  fc.record({ type: fc.constant(TX_LEGACY), ...common, gasPrice: wei }),
  fc.record({ type: fc.constant(TX_ACCESS_LIST), ...common, gasPrice: wei, accessList }),
  fc.tuple(fc.record({ type: fc.constant(TX_FEE_MARKET), ...common, accessList }), fees).map(([tx, fee]) => ({ ...tx, ...fee })),
);
const others: fc.Arbitrary<UnsignedTransaction> = fc.oneof(
  fc.tuple(fc.record({ type: fc.constant(TX_BLOB), ...common, accessList, maxFeePerBlobGas: wei, blobVersionedHashes: fc.array(hex(31).map((tail): Hex => `0x01${tail.slice(2)}`), { minLength: 1, maxLength: 3 }) }), fees).map(([tx, fee]) => ({ ...tx, ...fee })),
  fc.tuple(fc.record({ type: fc.constant(TX_SET_CODE), ...common, accessList, authorizationList: fc.array(fc.record({ chainId: wei, address: hex(20), nonce: wei, yParity: fc.nat(1), r: wei, s: wei }), { minLength: 1, maxLength: 2 }) }), fees).map(([tx, fee]) => ({ ...tx, ...fee })),
);

/** What the other library says of encoded bytes. */
function readElsewhere(encoded: Uint8Array): { readonly hash: string; readonly sender: string; readonly encoded: Hex } {
  const transaction = Transaction.fromBytes(encoded, false);
  return { hash: `0x${transaction.hash.replace(/^0x/, "")}`, sender: transaction.recoverSender().address.toLowerCase(), encoded: bytesToHex(transaction.toBytes()) };
}

describe("transactions, by micro-eth-signer", () => {
  it("of every type have the same hash, sender and bytes", () => {
    fc.assert(fc.property(fc.oneof(unsigned, others), KEYS, (tx, key) => {
      const signed = signTransaction(tx, key);
      const encoded = encodeTransaction(signed);
      expect(readElsewhere(encoded)).toEqual({ hash: transactionHash(encoded), sender: recoverSender(signed), encoded: bytesToHex(encoded) });
    }), { numRuns: RUNS });
  });

  it("that come out of a span batch's columns have the hash and the sender of those that went in", () => {
    fc.assert(fc.property(fc.array(fc.tuple(unsigned, KEYS), { minLength: 1, maxLength: 6 }), (all) => {
      const transactions = all.map(([tx, key]) => encodeTransaction(signTransaction(tx, key)));
      const batch = encodeSpanBatch({ relTimestamp: 2n, l1OriginNumber: 1n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks: [{ startsEpoch: true, transactions }] }, 901);
      const out = decodeSpanBatch(batch.subarray(1), { l2ChainId: 901 }).blocks[0]!.transactions;
      expect(out.map(readElsewhere)).toEqual(transactions.map(readElsewhere));
      expect(out.map(decodeTransaction)).toEqual(transactions.map(decodeTransaction));
    }), { numRuns: RUNS / 4 });
  });
});

/** A payload's fields as the specification of gossip lists them, put together anew for the other library. */
function schemaOf(version: PayloadVersion) {
  const withdrawal = container({ index: uint64, validatorIndex: uint64, address: bytevector(20), amount: uint64 });
  const base = {
    parentHash: bytevector(32), feeRecipient: bytevector(20), stateRoot: bytevector(32), receiptsRoot: bytevector(32), logsBloom: bytevector(256), prevRandao: bytevector(32), blockNumber: uint64, gasLimit: uint64, gasUsed: uint64,
    timestamp: uint64, extraData: bytelist(32), baseFeePerGas: uint256, blockHash: bytevector(32), transactions: list(1 << 20, bytelist(1 << 30)),
  };
  return container({
    ...base, ...(version >= 2 ? { withdrawals: list(16, withdrawal) } : {}), ...(version >= 3 ? { blobGasUsed: uint64, excessBlobGas: uint64 } : {}), ...(version >= 4 ? { withdrawalsRoot: bytevector(32) } : {}),
  });
}
const small = fc.maxSafeNat();
const withdrawal = fc.record({ index: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), validatorIndex: wei, address: hex(20), amount: wei });
const payloadOf = (version: PayloadVersion): fc.Arbitrary<SszPayload> => fc.record({
  parentHash: hex(32), feeRecipient: hex(20), stateRoot: hex(32), receiptsRoot: hex(32), logsBloom: bytes(256), prevRandao: hex(32), blockNumber: small, gasLimit: small, gasUsed: small, timestamp: small,
  extraData: fc.uint8Array({ maxLength: 32 }), baseFeePerGas: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), blockHash: hex(32), transactions: fc.array(data, { maxLength: 5 }),
  ...(version >= 2 ? { withdrawals: fc.array(withdrawal, { maxLength: 3 }) } : {}), ...(version >= 3 ? { blobGasUsed: small, excessBlobGas: small } : {}), ...(version >= 4 ? { withdrawalsRoot: hex(32) } : {}),
});
/** Hex as bytes and numbers as bigints: how the other library takes them. */
function asFields(value: unknown): unknown {
  if (typeof value === "string") return hexToBytes(value);
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(asFields);
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asFields(one)]));
}

describe("SSZ payloads, by micro-eth-signer", () => {
  it.each(PAYLOAD_VERSIONS)("of version %d are the same bytes, and read back the same", (version) => {
    const schema = schemaOf(version);
    fc.assert(fc.property(payloadOf(version), (payload) => {
      const encoded = new Uint8Array(schema.encode(asFields(payload) as Parameters<typeof schema.encode>[0]));
      expect(bytesToHex(encodePayloadSsz(payload, version))).toBe(bytesToHex(encoded));
      expect(decodePayloadSsz(encoded, version)).toEqual(payload);
    }), { numRuns: RUNS });
  });
});

describe("snappy, by snappyjs", () => {
  const repeating = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(5_000)).map(([piece, length]) => Uint8Array.from({ length }, (_, i) => piece[i % piece.length]!));
  const any = fc.oneof(fc.uint8Array({ maxLength: 2_000 }), repeating);

  it("reads what we write, and we read what it writes", () => {
    fc.assert(fc.property(any, (input) => {
      expect(new Uint8Array(uncompress(encodeSnappyBlock(input)))).toEqual(input);
      expect(decodeSnappyBlock(compress(input), input.length)).toEqual(input);
    }), { numRuns: RUNS });
  });
});
