import { bigIntToBytes, concatBytes, CriticalError, decodeTransaction, type Hex, hexToBytes, InvalidInputError, type Log, padLeft, type ReceiptLogs, userDepositSourceHash, writeU64, ZERO_HASH } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depositFromLog, TRANSACTION_DEPOSITED, userDeposits } from "../src/index.ts";
import { bytes, hashOf } from "./support/blocks.ts";

const PORTAL: Hex = `0x${"00".repeat(18)}0a7a`;
const FROM: Hex = `0x${"f0".repeat(20)}`;
const TO: Hex = `0x${"70".repeat(20)}`;
const L1_HASH = hashOf("L1");

interface Wanted { readonly mint: bigint; readonly value: bigint; readonly gas: bigint; readonly creation: number; readonly data: Uint8Array }
const DEFAULT: Wanted = { mint: 5n, value: 7n, gas: 100_000n, creation: 0, data: bytes(1, 2, 3) };

function opaqueOf({ mint, value, gas, creation, data }: Wanted): Uint8Array {
  const fixed = new Uint8Array(9);
  writeU64(fixed, 0, gas);
  fixed[8] = creation;
  return concatBytes(bigIntToBytes(mint, 32), bigIntToBytes(value, 32), fixed, data);
}
const number = (value: bigint | number) => bigIntToBytes(BigInt(value), 32);
const abi = (opaque: Uint8Array, length: bigint = BigInt(opaque.length), offset = 32n) => concatBytes(number(offset), number(length), opaque, new Uint8Array((32 - (opaque.length % 32)) % 32));
const logOf = (data: Uint8Array, fields: Partial<Log> = {}): Log => ({ address: hexToBytes(PORTAL), topics: [TRANSACTION_DEPOSITED, padLeft(hexToBytes(FROM), 32), padLeft(hexToBytes(TO), 32), number(0)], data, ...fields });
const wanted = (change: Partial<Wanted> = {}) => logOf(abi(opaqueOf({ ...DEFAULT, ...change })));
const receipt = (status: 0 | 1, ...logs: readonly Log[]): ReceiptLogs => ({ transactionHash: ZERO_HASH, status, logs });
const topics = logOf(bytes()).topics;

describe("a deposit log", () => {
  it("asks for a deposit", () => {
    expect(depositFromLog(wanted(), L1_HASH, 3)).toEqual({ type: 0x7e, sourceHash: userDepositSourceHash(L1_HASH, 3), from: FROM, to: TO, mint: 5n, value: 7n, gas: 100_000, isSystemTx: false, data: bytes(1, 2, 3) });
  });

  it.each([1, 2, 255])("with a creation flag of %d has no recipient", (creation) => {
    expect(depositFromLog(wanted({ creation }), L1_HASH, 0)).not.toHaveProperty("to");
  });

  it("takes the low 20 bytes of the addresses' topics", () => {
    const dirty = (address: Hex) => concatBytes(new Uint8Array(12).fill(0xff), hexToBytes(address));
    expect(depositFromLog(logOf(abi(opaqueOf(DEFAULT)), { topics: [topics[0]!, dirty(FROM), dirty(TO), topics[3]!] }), L1_HASH, 0)).toMatchObject({ from: FROM, to: TO });
  });

  const opaque = opaqueOf(DEFAULT);
  it.each<[string, Log]>([
    ["three topics", logOf(abi(opaque), { topics: topics.slice(0, 3) })],
    ["five topics", logOf(abi(opaque), { topics: [...topics, number(0)] })],
    ["another version", logOf(abi(opaque), { topics: [...topics.slice(0, 3), number(1)] })],
    ["no data", logOf(bytes())],
    ["data that is not whole words", logOf(abi(opaque).subarray(0, -1))],
    ["another offset", logOf(abi(opaque, BigInt(opaque.length), 64n))],
    ["an offset beyond 64 bits", logOf(abi(opaque, BigInt(opaque.length), 2n ** 64n + 32n))],
    ["a length beyond 64 bits", logOf(abi(opaque, 2n ** 64n + BigInt(opaque.length)))],
    ["a length beyond the data", logOf(abi(opaque, 97n))],
    ["a word of padding too many", logOf(concatBytes(abi(opaque), new Uint8Array(32)))],
    ["opaque data one byte too short", logOf(abi(opaque.subarray(0, 72)))],
    ["no opaque data", logOf(abi(bytes()))],
    ["gas beyond 2^53", wanted({ gas: 2n ** 53n })],
  ])("with %s is refused", (_, log) => {
    expect(() => depositFromLog(log, L1_HASH, 0)).toThrow(InvalidInputError);
  });

  it("with the shortest opaque data is a deposit without calldata", () => {
    expect(depositFromLog(wanted({ data: bytes() }), L1_HASH, 0).data).toHaveLength(0);
  });

  it("gives back what was put into it", () => {
    const amount = fc.bigInt(0n, 2n ** 128n - 1n);
    fc.assert(fc.property(amount, amount, fc.bigInt(0n, 2n ** 53n - 1n), fc.uint8Array({ maxLength: 100 }), (mint, value, gas, data) => {
      expect(depositFromLog(wanted({ mint, value, gas, data }), L1_HASH, 0)).toMatchObject({ mint, value, gas: Number(gas), data });
    }));
  });

  it("of any bytes is a deposit or refused as input", () => {
    const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(fc.property(fc.array(word, { maxLength: 5 }), fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 200 }).map((data) => abi(data))), (some, data) => {
      try {
        depositFromLog(logOf(data, { topics: [topics[0]!, ...some.slice(0, 2), number(0), ...some.slice(2)] }), L1_HASH, 0);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
    }), { numRuns: 500 });
  });
});

describe("the deposits of an L1 block", () => {
  it("are the portal's, of transactions that succeeded, in log order, numbered over all logs of the block", () => {
    const noise = { ...wanted(), address: hexToBytes(TO) };
    const list = userDeposits([receipt(1, noise, wanted({ mint: 1n })), receipt(0, wanted({ mint: 2n })), receipt(1, { ...wanted(), topics: [number(9)] }, wanted({ mint: 3n }), { ...wanted(), topics: [] })], PORTAL, L1_HASH);
    expect(list.map(decodeTransaction).map((one) => ("mint" in one ? [one.mint, one.sourceHash] : []))).toEqual([[1n, userDepositSourceHash(L1_HASH, 1)], [3n, userDepositSourceHash(L1_HASH, 4)]]);
  });

  it("cannot be had when the portal emitted one that is malformed: it names the block and the log", () => {
    expect(() => userDeposits([receipt(1, logOf(bytes()))], PORTAL, L1_HASH)).toThrow(CriticalError);
    expect(() => userDeposits([receipt(1, logOf(bytes()))], PORTAL, L1_HASH)).toThrow(new RegExp(`${L1_HASH}, log 0: a deposit log has 0 bytes`));
  });
});
