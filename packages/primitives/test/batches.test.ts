import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BLOB_CAPACITY, bytesToHex, decodeBlob, decodeSingularBatch, decodeSpanBatch, decodeTransaction, encodeBlob, encodeFrame, encodeSingularBatch, encodeSpanBatch, encodeTransaction, hexToBytes, InvalidInputError, parseFrames, type SignedTransaction,
  TX_ACCESS_LIST, TX_BLOB, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE,
} from "../src/index.ts";

const CHAIN = 901;
const hex = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map(bytesToHex);
const wei = fc.bigInt(0n, 2n ** 128n);
const payload = { nonce: fc.nat(), gas: fc.nat(), value: wei, data: fc.uint8Array({ maxLength: 80 }), r: fc.bigInt(1n, 2n ** 256n - 1n), s: fc.bigInt(1n, 2n ** 255n), yParity: fc.constantFrom(0 as const, 1 as const) };
const chain = { chainId: fc.constant(CHAIN) };
const accessList = { accessList: fc.array(fc.record({ address: hex(20), storageKeys: fc.array(hex(32), { maxLength: 2 }) }), { maxLength: 2 }) };
const fees = { maxPriorityFeePerGas: wei, maxFeePerGas: wei };
const to = { to: hex(20) };
const authorization = fc.record({ chainId: wei, address: hex(20), nonce: fc.bigInt(0n, 2n ** 64n - 1n), yParity: fc.nat(1), r: wei, s: wei });
/** Every kind of transaction that span batches carry, creations and transactions without replay protection among them. */
const transaction: fc.Arbitrary<SignedTransaction> = fc.oneof(
  fc.record({ type: fc.constant(TX_LEGACY), ...payload, ...to, ...chain, gasPrice: wei }),
  fc.record({ type: fc.constant(TX_LEGACY), ...payload, gasPrice: wei }),
  fc.record({ type: fc.constant(TX_ACCESS_LIST), ...payload, ...to, ...chain, gasPrice: wei, ...accessList }),
  fc.record({ type: fc.constant(TX_FEE_MARKET), ...payload, ...to, ...chain, ...fees, ...accessList }),
  fc.record({ type: fc.constant(TX_FEE_MARKET), ...payload, ...chain, ...fees, ...accessList }),
  fc.record({ type: fc.constant(TX_SET_CODE), ...payload, ...to, ...chain, ...fees, ...accessList, authorizationList: fc.array(authorization, { maxLength: 2 }) }),
);
const encodedTransaction = transaction.map(encodeTransaction);
const spanBatch = fc.record({
  relTimestamp: fc.bigInt(0n, 2n ** 64n - 1n), l1OriginNumber: fc.bigInt(0n, 2n ** 64n - 1n), parentCheck: fc.uint8Array({ minLength: 20, maxLength: 20 }), l1OriginCheck: fc.uint8Array({ minLength: 20, maxLength: 20 }),
  blocks: fc.array(fc.record({ startsEpoch: fc.boolean(), transactions: fc.array(encodedTransaction, { maxLength: 4 }) }), { minLength: 1, maxLength: 12 }),
});
const invalid = (work: () => unknown) => expect(work).toThrow(InvalidInputError);

describe("span batches", () => {
  it("decode to what was encoded", () => {
    fc.assert(fc.property(spanBatch, (batch) => {
      expect(decodeSpanBatch(encodeSpanBatch(batch, CHAIN).subarray(1), { l2ChainId: CHAIN })).toEqual(batch);
    }), { numRuns: 200 });
  });

  it("are refused with InvalidInputError and nothing else when they are cut or changed", () => {
    fc.assert(fc.property(spanBatch, fc.nat(), fc.nat(255), (batch, at, byte) => {
      const encoded = encodeSpanBatch(batch, CHAIN).subarray(1);
      const spot = at % encoded.length;
      invalid(() => decodeSpanBatch(encoded.subarray(0, spot), { l2ChainId: CHAIN }));
      encoded[spot] = byte;
      try {
        decodeSpanBatch(encoded, { l2ChainId: CHAIN });
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
    }), { numRuns: 300 });
  });

  it("carry no deposits, no blob transactions and none of another chain", () => {
    const batch = (transactions: readonly Uint8Array[]) => ({ relTimestamp: 0n, l1OriginNumber: 0n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks: [{ startsEpoch: true, transactions }] });
    for (const type of [0x7e, TX_BLOB, 0x05]) invalid(() => encodeSpanBatch(batch([Uint8Array.of(type, 0xc0)]), CHAIN));
    const tx = encodeTransaction({ type: TX_FEE_MARKET, chainId: CHAIN, nonce: 0, gas: 1, value: 0n, data: new Uint8Array(0), maxFeePerGas: 1n, maxPriorityFeePerGas: 1n, accessList: [], r: 1n, s: 1n, yParity: 0 });
    expect(decodeTransaction(tx).type).toBe(TX_FEE_MARKET);
    invalid(() => encodeSpanBatch(batch([tx]), CHAIN + 1));
  });

  it("of 200,000 transactions encode and decode", () => {
    const tx = encodeTransaction({ type: TX_LEGACY, chainId: CHAIN, nonce: 0, gas: 1, gasPrice: 1n, value: 0n, data: new Uint8Array(0), r: 1n, s: 1n, yParity: 0 });
    const blocks = Array.from({ length: 2 }, () => ({ startsEpoch: false, transactions: Array.from({ length: 100_000 }, () => tx) }));
    const encoded = encodeSpanBatch({ relTimestamp: 0n, l1OriginNumber: 0n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks }, CHAIN);
    expect(decodeSpanBatch(encoded.subarray(1), { l2ChainId: CHAIN }).blocks[1]!.transactions.length).toBe(100_000);
  });

  it.each([
    ["no block", "00000000"],
    ["more blocks than allowed", "8196e204"],
    ["an origin bit beyond the last block", "0102"],
  ])("with %s are refused", (_, tail) => {
    invalid(() => decodeSpanBatch(new Uint8Array([0, 0, ...new Uint8Array(40), ...hexToBytes(`0x${tail}`)]), { l2ChainId: CHAIN }));
  });
});

describe("singular batches", () => {
  it("decode to what was encoded", () => {
    fc.assert(fc.property(fc.record({ parentHash: hex(32), epochNumber: fc.nat(), epochHash: hex(32), timestamp: fc.nat(), transactions: fc.array(encodedTransaction, { maxLength: 5 }) }), (batch) => {
      expect(decodeSingularBatch(encodeSingularBatch(batch).subarray(1))).toEqual(batch);
    }));
  });
});

describe("frames", () => {
  const frame = fc.record({ channelId: hex(16), number: fc.nat(0xffff), data: fc.uint8Array({ maxLength: 200 }), isLast: fc.boolean() });

  it("parse to what was encoded", () => {
    fc.assert(fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), (frames) => {
      expect(parseFrames(new Uint8Array(Buffer.concat(frames.map(encodeFrame))))).toEqual(frames);
    }));
  });

  it("are refused all together when one is cut, has a wrong last flag, or there is none", () => {
    const good = encodeFrame({ channelId: `0x${"11".repeat(16)}`, number: 1, data: Uint8Array.of(1, 2, 3), isLast: true });
    invalid(() => parseFrames(new Uint8Array(0)));
    invalid(() => parseFrames(new Uint8Array([...good, ...good.subarray(0, 10)])));
    invalid(() => parseFrames(new Uint8Array([...good.subarray(0, -1), 2])));
  });
});

describe("blobs", () => {
  it("decode to what was encoded, up to their capacity", () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.constantFrom(BLOB_CAPACITY - 1, BLOB_CAPACITY).map((length) => new Uint8Array(length).fill(0xff))), (data) => {
      expect(Buffer.compare(decodeBlob(encodeBlob(data)), data)).toBe(0);
    }), { numRuns: 40 });
    invalid(() => encodeBlob(new Uint8Array(BLOB_CAPACITY + 1)));
  });

  it.each([
    ["another version", 1, 1],
    ["a length beyond the capacity", 2, 0xff],
    ["high bits in a field element", 32, 0x40],
    ["data after its end", 100_000, 1],
  ])("with %s are refused", (_, at, byte) => {
    const blob = encodeBlob(Uint8Array.of(1, 2, 3));
    blob[at] = byte;
    invalid(() => decodeBlob(blob));
  });
});
