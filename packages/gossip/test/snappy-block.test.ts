import { hexToBytes } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSnappyBlock, encodeSnappyBlock } from "../src/index.ts";

const MOST = 1_000_000;

describe("snappy's block format", () => {
  it("gives back what it was given", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 200 })), { maxLength: 40 }), (parts) => {
      const data = Uint8Array.from(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => [...bytes]).flat()));
      expect(decodeSnappyBlock(encodeSnappyBlock(data), MOST)).toEqual(data);
    }), { numRuns: 50 });
  });

  it.each([65_535, 65_536, 65_537, 200_000])("gives back %d bytes that repeat, and is short", (length) => {
    const data = Uint8Array.from({ length }, (_, i) => (i * i) % 251);
    const packed = encodeSnappyBlock(data);
    expect(packed.length).toBeLessThan(length / 10);
    expect(decodeSnappyBlock(packed, MOST)).toEqual(data);
  });

  it.each([
    ["a length above the limit, before anything is unpacked", "0xffffff7f00", "says 268435455 bytes"],
    ["a copy from before the beginning", "0x05000161050100", "copies from"],
    ["a copy from nowhere", "0x0500610100", "copies from 0 bytes back"],
    ["more than it says", "0x0104616263", "holds more than the 1 bytes"],
    ["less than it says", "0x050061", "says 5 bytes and holds 1"],
    ["a literal that is cut off", "0x05f0", "literal length needs"],
    ["nothing", "0x", "cut off"],
  ] as const)("refuses %s", (_, message, expected) => {
    expect(() => decodeSnappyBlock(hexToBytes(message), MOST)).toThrow(expected);
  });

  it("never fails but with an error of input", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
      try {
        decodeSnappyBlock(message, MOST);
      } catch (error) {
        expect(error).toMatchObject({ kind: "input" });
      }
    }), { numRuns: 500 });
  });
});
