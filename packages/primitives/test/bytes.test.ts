import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesToHex, type Hex, hexBytesOf, hexToBytes, InvalidInputError, quantityToBigInt, quantityToNumber, readU64, saysBytes, writeU64 } from "../src/index.ts";

/** Lengths on both sides of the one from which the native codec is used. */
const anyBytes = fc.uint8Array({ maxLength: 200 });

describe("hex", () => {
  it("says whether a text is the hex of bytes: of those and no others, prefixed and in lower case", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), fc.nat(), (bytes, others, at) => {
      const hex = bytesToHex(bytes);
      const changed = bytes.map((byte, i) => (i === at % bytes.length ? byte ^ 0x10 : byte));
      expect([saysBytes(hex, bytes), saysBytes(hex, others), saysBytes(hex.slice(2), bytes), saysBytes(`${hex}00`, bytes)]).toEqual([true, hex === bytesToHex(others), false, false]);
      expect(saysBytes(bytesToHex(changed), bytes)).toBe(bytes.length === 0);
      expect(saysBytes(hex.toUpperCase().replace("0X", "0x"), bytes)).toBe(!/[a-f]/.test(hex));
    }));
  });

  it("of any bytes reads back as those bytes, in either case", () => {
    fc.assert(fc.property(anyBytes, (bytes) => {
      const hex = bytesToHex(bytes);
      expect(hex).toBe(`0x${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
      expect(hexToBytes(hex)).toEqual(bytes);
      expect(hexToBytes(`0x${hex.slice(2).toUpperCase()}`, bytes.length)).toEqual(bytes);
    }));
  });

  it("gives bytes that nothing else writes to", () => {
    const first = hexToBytes("0x0102");
    hexToBytes("0x0304");
    bytesToHex(Uint8Array.of(5, 6));
    expect(first).toEqual(Uint8Array.of(1, 2));
    expect(first.buffer.byteLength).toBe(2);
  });

  // "İ" and "ı" have the low byte of a digit, "／" and "G" stand next to one.
  it.each(["", "0", "01", "0X01", "0x0", "0xg0", "0x0g", "0x/0", "0x:0", "0x@0", "0x`0", "0x 1", "0xİ0", "0x0ı", "0x0\u0000", "0x-1", "1x00"])("that is none is refused: %j, short or long", (text) => {
    for (const malformed of [text, `${text}${"00".repeat(80)}`]) {
      if (malformed === "0x") continue;
      expect(hexBytesOf(malformed)).toBeUndefined();
      expect(() => hexToBytes(malformed)).toThrow(InvalidInputError);
    }
  });

  it("with any one digit replaced by another character is refused", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), (bytes, at, other) => {
      fc.pre(!/^[0-9a-fA-F]$/.test(other));
      const hex = bytesToHex(bytes);
      const place = 2 + (at % (hex.length - 2));
      expect(hexBytesOf(`${hex.slice(0, place)}${other}${hex.slice(place + 1)}`)).toBeUndefined();
    }));
  });

  it.each<[Hex, number]>([["0x", 1], ["0x0102", 1], ["0x0102", 3], [`0x${"00".repeat(100)}`, 99]])("%s is not of %i bytes", (hex, size) => {
    expect(hexBytesOf(hex, size)).toBeUndefined();
    expect(() => hexToBytes(hex, size)).toThrow(`not ${size} bytes of 0x-prefixed hex`);
  });
});

describe("an unsigned 64-bit integer", () => {
  it("is written big-endian and reads back, given as bigint or, where it is safe, as number", () => {
    fc.assert(fc.property(fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }), fc.bigInt({ min: 0n, max: 2n ** 33n })), (value) => {
      const bytes = new Uint8Array(10).fill(0xff);
      writeU64(bytes, 1, value);
      expect(bytesToHex(bytes)).toBe(`0xff${value.toString(16).padStart(16, "0")}ff`);
      expect(readU64(bytes, 1)).toBe(value);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) return;
      const again = new Uint8Array(10).fill(0xff);
      writeU64(again, 1, Number(value));
      expect(again).toEqual(bytes);
    }));
  });
});

describe("an RPC quantity", () => {
  it.each<readonly [string, bigint]>([["0x0", 0n], ["0x1F", 31n], [`0x${"f".repeat(64)}`, 2n ** 256n - 1n]])("%s is read", (text, value) => {
    expect(quantityToBigInt(text)).toBe(value);
  });

  it("of more digits than 256 bits have is refused, and not told in full", () => {
    for (const read of [quantityToBigInt, quantityToNumber]) {
      expect(() => read(`0x${"f".repeat(1_000_000)}`, "timestamp")).toThrow(/^timestamp has more than 64 digits: 0xf{78}… \(1000002 characters\)$/);
    }
  });
});
