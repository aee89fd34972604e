import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesToHex, commitmentHex, commitmentTxData, concatBytes, decodeDaCommitment, genericCommitment, hexToBytes, InvalidInputError, keccak256, keccakCommitment, matchesCommitment } from "../src/index.ts";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });

describe("a commitment", () => {
  it("of keccak256 is type 0 and the hash, behind version 1 in a transaction", () => {
    const input = Uint8Array.of(1, 2, 3);
    const commitment = keccakCommitment(input);
    expect(commitment).toEqual({ kind: "keccak256", encoded: concatBytes(Uint8Array.of(0), keccak256(input)) });
    expect(commitmentTxData(commitment)).toEqual(concatBytes(Uint8Array.of(1, 0), keccak256(input)));
  });

  it("of a DA layer is type 1 and what the layer understands", () => {
    expect(commitmentHex(genericCommitment(Uint8Array.of(0xff, 7)))).toBe("0x01ff07");
  });

  it("reads back from its bytes", () => {
    fc.assert(fc.property(bytes, (input) => {
      for (const commitment of [keccakCommitment(input), genericCommitment(input)]) expect(decodeDaCommitment(commitment.encoded)).toEqual(commitment);
    }));
  });

  it("of keccak256 matches its input alone, of a DA layer every input", () => {
    fc.assert(fc.property(bytes, bytes, (input, other) => {
      fc.pre(bytesToHex(input) !== bytesToHex(other));
      expect([matchesCommitment(keccakCommitment(input), input), matchesCommitment(keccakCommitment(input), other), matchesCommitment(genericCommitment(input), other)]).toEqual([true, false, true]);
    }));
  });

  it.each([
    ["is empty", "0x", "empty"],
    ["is of type 2", `0x02${"00".repeat(32)}`, "type 2"],
    ["is a hash of 31 bytes", `0x00${"00".repeat(31)}`, "31 bytes"],
    ["is a hash of 33 bytes", `0x00${"00".repeat(33)}`, "33 bytes"],
    ["is no hash", "0x00", "0 bytes"],
    ["is generic and says nothing", "0x01", "nothing"],
  ] as const)("is refused when it %s", (_, encoded, message) => {
    expect(() => decodeDaCommitment(hexToBytes(encoded))).toThrow(InvalidInputError);
    expect(() => decodeDaCommitment(hexToBytes(encoded))).toThrow(message);
  });
});
