import { describe, expect, it } from "vitest";
import { haveEthereumTests, readTest, testsBelow } from "../../evm/test/support/archive.ts";
import { bytesToHex, hexToBytes, InvalidInputError, rlpDecode, rlpEncode, rlpInteger, type RlpItem, utf8ToBytes } from "../src/index.ts";

/** A text, a number (in quotes and behind # when large), a list of these; "VALID" and "INVALID" stand for what is not told. */
type Value = string | number | readonly Value[];
interface Vector {
  readonly in: Value;
  readonly out: string;
}

function itemOf(value: Value): RlpItem {
  if (typeof value === "number") return rlpInteger(value);
  if (typeof value !== "string") return value.map(itemOf);
  return value.startsWith("#") ? rlpInteger(BigInt(value.slice(1))) : utf8ToBytes(value);
}

/** Some of the tests leave the 0x out. */
const encodedOf = ({ out }: Vector): Uint8Array => hexToBytes(out.startsWith("0x") ? out : `0x${out}`);

const vectors = testsBelow("RLPTests/").flatMap((path) => Object.entries(readTest<Readonly<Record<string, Vector>>>(path)).map(([name, vector]) => [`${path.slice("RLPTests/".length, -".json".length)}: ${name}`, vector] as const));
const invalid = vectors.filter(([, vector]) => vector.in === "INVALID");
const valid = vectors.filter(([, vector]) => vector.in === "VALID");
const told = vectors.filter(([, vector]) => vector.in !== "INVALID" && vector.in !== "VALID");

describe.skipIf(!haveEthereumTests)("the official RLP tests", () => {
  it.each(told)("%s is encoded and decoded as it should", (_, vector) => {
    const item = itemOf(vector.in);
    expect(bytesToHex(rlpEncode(item))).toBe(bytesToHex(encodedOf(vector)));
    expect(rlpDecode(encodedOf(vector))).toEqual(item);
  });

  it.each(valid)("%s decodes, and encodes to itself", (_, vector) => {
    expect(bytesToHex(rlpEncode(rlpDecode(encodedOf(vector))))).toBe(bytesToHex(encodedOf(vector)));
  });

  it.each(invalid)("%s is refused", (_, vector) => {
    expect(() => rlpDecode(encodedOf(vector))).toThrow(InvalidInputError);
  });

  it("have all three kinds", () => {
    expect([told.length, valid.length, invalid.length].every((count) => count > 0)).toBe(true);
  });
});
