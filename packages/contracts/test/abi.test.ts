import { bytesToHex, hexToBytes, InvalidInputError } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { abiBytesAt, abiEncode, abiWordAt, encodeCall } from "../src/index.ts";

const word = (tail: string) => tail.padStart(64, "0");

describe("the ABI", () => {
  test("a call is the selector and a word for each static argument", () => {
    expect(bytesToHex(encodeCall("transfer(address,uint256)", ["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", 5n]))).toBe(`0xa9059cbb${word("f39fd6e51aad88f6f4ce6ab8827279cfffb92266")}${word("5")}`);
    expect(bytesToHex(abiEncode([true, false, 7]))).toBe(`0x${word("1")}${word("0")}${word("7")}`);
  });

  test("a bytes stands behind the words, padded, and its offset in its place", () => {
    const encoded = abiEncode([1, hexToBytes("0xaabb"), 2, new Uint8Array(0), hexToBytes(`0x${"cc".repeat(32)}`)]);
    const words = [word("1"), word("a0"), word("2"), word("e0"), word("100"), word("2"), "aabb".padEnd(64, "0"), word("0"), word("20"), "cc".repeat(32)];
    expect(bytesToHex(encoded)).toBe(`0x${words.join("")}`);
    expect([1, 3, 4].map((index) => bytesToHex(abiBytesAt(encoded, index)))).toEqual(["0xaabb", "0x", `0x${"cc".repeat(32)}`]);
    expect(abiWordAt(encoded, 2)).toBe(2n);
  });

  test.each([
    ["data that ends before the word", "0x00"],
    ["an offset past the data", `0x${word("ff00")}`],
    ["a length past the data", `0x${word("20")}${word("21")}${word("0")}`],
    ["an offset that no number holds", `0x${"ff".repeat(32)}`],
  ])("%s is refused", (_, data) => {
    expect(() => abiBytesAt(hexToBytes(data), 0)).toThrow(InvalidInputError);
  });

  test("a value too large or negative has no word", () => {
    expect(() => abiEncode([2n ** 256n])).toThrow(InvalidInputError);
    expect(() => abiEncode([-1])).toThrow(InvalidInputError);
  });
});
