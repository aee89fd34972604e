import { createHash } from "node:crypto";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bytesToBigInt, bytesToHex, concatBytes, hexToBytes, type Hex } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EvmFork, limited, precompileAddress, rulesOf } from "../src/index.ts";
import { assemble } from "./support/assembler.ts";
import { run } from "./support/machine.ts";
import { OP, RETURN_TOP } from "./support/opcodes.ts";
import { blsG1, blsG2, bn254G1, bn254G2, PRECOMPILE_INPUTS } from "./support/precompile-inputs.ts";

const bytes = (hex: string): Uint8Array => hexToBytes(`0x${hex}`);
const word = (value: bigint | number): string => BigInt(value).toString(16).padStart(64, "0");
const good = (number: number, index = 0): Uint8Array => bytes(PRECOMPILE_INPUTS[number]![index]!);
function precompile(number: number, data: Uint8Array, fork: EvmFork = "osaka") {
  const { gas, run: work } = rulesOf(fork).precompiles.get(precompileAddress(number))!(data);
  return { gas, work };
}
/** Output in hex; undefined when the input is refused. */
function output(number: number, data: Uint8Array, fork?: EvmFork): Hex | undefined {
  const out = precompile(number, data, fork).work();
  return out === undefined ? undefined : bytesToHex(out);
}
const changed = (data: Uint8Array, at: number, to: number): Uint8Array => data.map((byte, i) => (i === at ? to : byte));
const ZERO_WORD = `0x${word(0)}`;
const ONE_WORD = `0x${word(1)}`;

describe("the gas of precompiles", () => {
  it.each([
    [1, 0, 3_000], [2, 0, 60], [2, 1, 72], [2, 33, 84], [3, 0, 600], [3, 33, 840], [4, 0, 15], [4, 33, 21], [6, 0, 150], [7, 0, 6_000], [8, 0, 45_000], [8, 192, 79_000], [8, 384, 113_000], [10, 192, 50_000], [11, 256, 375], [12, 160, 12_000], [12, 320, 22_776], [13, 512, 600], [14, 288, 22_500], [14, 576, 45_000],
    [15, 384, 70_300], [15, 768, 102_900], [16, 64, 5_500], [17, 128, 23_800], [256, 160, 6_900],
  ])("precompile %i on %i bytes costs %i", (number, size, gas) => {
    expect(precompile(number, new Uint8Array(size)).gas).toBe(gas);
  });

  it("of many points at once is bounded below by the last discount", () => {
    expect([precompile(12, new Uint8Array(160 * 128)).gas, precompile(12, new Uint8Array(160 * 129)).gas]).toEqual([Math.floor((128 * 12_000 * 519) / 1_000), Math.floor((129 * 12_000 * 519) / 1_000)]);
    expect(precompile(14, new Uint8Array(288 * 200)).gas).toBe(Math.floor((200 * 22_500 * 524) / 1_000));
  });

  it("is taken from the call; too little makes it fail and is gone, as is all when the input is refused", () => {
    const call = (number: bigint, size: bigint, gas: bigint) => run(assemble(0n, 0n, size, 0n, number, gas, OP.STATICCALL, ...RETURN_TOP));
    expect([call(2n, 0n, 59n).word, call(2n, 0n, 60n).word, call(9n, 212n, 1_000n).word]).toEqual([0n, 1n, 0n]);
    expect(call(9n, 212n, 1_000n).gasUsed - call(9n, 212n, 0n).gasUsed).toBe(1_000);
  });
});

describe("ecrecover", () => {
  it("names the signer, of input that is longer too", () => {
    expect(output(1, good(1))).toBe(`0x${"00".repeat(12)}a94f5374fce5edbc8e2a8697c15331677e6ebf0b`);
    expect(output(1, concatBytes(good(1), Uint8Array.of(9)))).toBe(output(1, good(1)));
  });
  it.each([["no input", new Uint8Array(0)], ["v of 26", changed(good(1), 63, 26)], ["v of 29", changed(good(1), 63, 29)], ["a large v", changed(good(1), 32, 1)], ["r of zero", good(1).map((byte, i) => (i >= 64 && i < 96 ? 0 : byte))], ["s past the order", good(1).map((byte, i) => (i >= 96 ? 0xff : byte))]])("of %s is nothing, but no failure", (_, data) => {
    expect(output(1, data)).toBe("0x");
  });
});

describe("hashes", () => {
  it.each([
    [2, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"], [2, "616263", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"], [3, "", `${"00".repeat(12)}9c1185a5c5e9fc54612808977ee8f548b2258d31`], [3, "616263", `${"00".repeat(12)}8eb208f7e05d987a9b044a8e98c6b087f15a0bfc`], [4, "616263", "616263"],
  ])("precompile %i of 0x%s is 0x%s", (number, data, expected) => {
    expect(output(number, bytes(data))).toBe(`0x${expected}`);
  });

  it("BLAKE2b's compression of \"abc\" is BLAKE2b's digest of it; another length or flag is refused", () => {
    expect(output(9, good(9))).toBe(`0x${createHash("blake2b512").update("abc").digest("hex")}`);
    expect([output(9, good(9).subarray(1)), output(9, concatBytes(good(9), Uint8Array.of(0))), output(9, changed(good(9), 212, 2)), output(9, new Uint8Array(0))]).toEqual([undefined, undefined, undefined, undefined]);
    expect([precompile(9, good(9)).gas, precompile(9, changed(good(9), 0, 0xff)).gas]).toEqual([12, 0xff00_000c]);
  });
});

describe("MODEXP", () => {
  const input = (base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array) => concatBytes(bytes(word(base.length)), bytes(word(exponent.length)), bytes(word(modulus.length)), base, exponent, modulus);
  const some = fc.uint8Array({ maxLength: 70 });

  it("is what multiplying makes of it, as long as its modulus", () => {
    fc.assert(fc.property(some, some, some, (base, exponent, modulus) => {
      const m = bytesToBigInt(modulus);
      let expected = m === 0n ? 0n : 1n % m;
      if (m !== 0n) for (const byte of exponent) for (let bit = 7; bit >= 0; bit--) expected = (expected * expected * ((byte >> bit) & 1 ? bytesToBigInt(base) : 1n)) % m;
      const out = precompile(5, input(base, exponent, modulus)).work()!;
      expect([out.length, bytesToBigInt(out)]).toEqual([modulus.length, expected]);
    }));
  });

  it.each([
    ["nothing at all", "", "0x"], ["a modulus of zero", `${word(1) + word(1) + word(2)}02030000`, "0x0000"], ["a modulus of one", `${word(1) + word(1) + word(1)}020301`, "0x00"], ["zero to the power of zero", `${word(0) + word(0) + word(1)}05`, "0x01"],
    ["data that is cut: zeros follow", `${word(1) + word(2) + word(1)}0301`, "0x00"],
  ])("of %s is defined", (_, data, expected) => {
    expect(output(5, bytes(data))).toBe(expected);
  });

  it("takes an exponent of megabytes without unfolding it", () => {
    const exponent = new Uint8Array(1_000_000);
    exponent[999_999] = 3;
    expect(output(5, input(Uint8Array.of(2), exponent, Uint8Array.of(0xff)), "prague")).toBe("0x08");
  });

  // Costs of EIP-2565, and of EIP-7883 from Osaka.
  it.each([
    ["nothing", "", 200, 500], ["a short exponent", word(1) + word(1) + word(1), 200, 500], ["256 bits", word(32) + word(32) + word(32) + "ff".repeat(96), 1_360, 4_080], ["a base of 33 bytes", word(33) + word(32) + word(32) + "ff".repeat(97), 2_125, 12_750],
    ["an exponent of 64 bytes", word(32) + word(64) + word(32) + "ff".repeat(128), 2_725, 12_272], ["2,048 bits by 17 bits", `${word(256) + word(3) + word(256) + "ff".repeat(256)}010001${"ff".repeat(256)}`, 5_461, 32_768],
  ])("of %s costs %s gas before Osaka and %s from then on", (_, data, before, after) => {
    expect([precompile(5, bytes(data), "prague").gas, precompile(5, bytes(data), "osaka").gas]).toEqual([before, after]);
  });

  it.each([0, 1, 2])("refuses an operand longer than 1,024 bytes from Osaka: number %i", (operand) => {
    const lengths = (length: number) => bytes([0, 1, 2].map((i) => word(i === operand ? length : 1)).join(""));
    expect(output(5, lengths(1_024), "osaka")).toBeDefined();
    expect(output(5, lengths(1_025), "osaka")).toBeUndefined();
    expect(output(5, lengths(1_025), "prague")).toBeDefined();
  });

  it("costs more than any call has when its lengths are beyond measure", () => {
    for (const lengths of [word(2n ** 255n) + word(1) + word(1), word(1) + word(2n ** 255n) + word(1), word(1) + word(1) + word(2n ** 64n)]) expect(precompile(5, bytes(lengths), "prague").gas).toBe(Number.MAX_SAFE_INTEGER);
    expect(precompile(5, bytes(word(0) + word(2n ** 255n) + word(0)), "prague")).toMatchObject({ gas: 200 });
  });
});

describe("bn254", () => {
  it("adds and multiplies points", () => {
    expect(output(6, bytes(bn254G1(2n) + bn254G1(3n)))).toBe(`0x${bn254G1(5n)}`);
    expect(output(7, bytes(bn254G1(3n) + word(7)))).toBe(`0x${bn254G1(21n)}`);
    expect(output(6, good(6, 1)), "a point and its negative").toBe(ZERO_WORD + word(0));
  });
  it("takes zeros for the point at infinity, and for what input lacks", () => {
    expect(output(6, new Uint8Array(0))).toBe(ZERO_WORD + word(0));
    expect(output(6, bytes(bn254G1(2n)))).toBe(`0x${bn254G1(2n)}`);
    expect([output(7, bytes(bn254G1(2n))), output(7, bytes(word(0) + word(0) + word(5)))]).toEqual([ZERO_WORD + word(0), ZERO_WORD + word(0)]);
  });
  it.each([["a point off the curve", word(1) + word(3)], ["a coordinate past the field", word(2n ** 255n) + word(2)]])("refuses %s", (_, point) => {
    expect([output(6, bytes(point)), output(7, bytes(point + word(1))), output(8, bytes(point + bn254G2(1n)))]).toEqual([undefined, undefined, undefined]);
  });
  it("pairs: 1 when the product is one, 0 when not, refused when cut or off the subgroup", () => {
    expect([output(8, new Uint8Array(0)), output(8, good(8, 2)), output(8, bytes(bn254G1(2n) + bn254G2(3n))), output(8, bytes(bn254G1(2n) + "00".repeat(128)))]).toEqual([ONE_WORD, ONE_WORD, ZERO_WORD, ONE_WORD]);
    expect([output(8, good(8, 2).subarray(1)), output(8, bytes(bn254G1(1n) + word(1) + word(2) + word(3) + word(4)))]).toEqual([undefined, undefined]);
  });
});

describe("BLS12-381", () => {
  it("adds, and multiplies and sums", () => {
    expect(output(11, bytes(blsG1(2n) + blsG1(3n)))).toBe(`0x${blsG1(5n)}`);
    expect(output(12, bytes(blsG1(2n) + word(3) + blsG1(5n) + word(2)))).toBe(`0x${blsG1(16n)}`);
    expect(output(13, bytes(blsG2(2n) + blsG2(3n)))).toBe(`0x${blsG2(5n)}`);
    expect(output(14, bytes(blsG2(2n) + word(3) + blsG2(5n) + word(2)))).toBe(`0x${blsG2(16n)}`);
    expect(output(12, bytes(blsG1(2n) + word(bls12_381.fields.Fr.ORDER)))).toBe(`0x${"00".repeat(128)}`);
  });
  it("pairs: 1 when the product is one, 0 when not", () => {
    expect([output(15, good(15)), output(15, bytes(blsG1(2n) + blsG2(3n))), output(15, new Uint8Array(384))]).toEqual([ONE_WORD, ZERO_WORD, ONE_WORD]);
  });
  it("maps field elements to points of the subgroup", () => {
    const one = output(16, good(16))!;
    const two = output(17, good(17))!;
    expect([one.length, two.length]).toEqual([2 + 2 * 128, 2 + 2 * 256]);
    expect([output(12, bytes(one.slice(2) + word(1))), output(14, bytes(two.slice(2) + word(1)))]).toEqual([one, two]);
  });
  it.each([[11, 256], [12, 160], [13, 512], [14, 288], [15, 384], [16, 64], [17, 128]])("precompile %i takes %i bytes of zeros, and refuses nothing, a byte less and a byte more", (number, size) => {
    expect(output(number, new Uint8Array(size))).toBeDefined();
    expect([0, size - 1, size + 1].map((length) => output(number, new Uint8Array(length)))).toEqual([undefined, undefined, undefined]);
  });
  it("refuses points off the curve, elements past the field, and padding that is not zero", () => {
    const off = `${word(0)}${word(1)}${word(0)}${word(1)}`;
    expect([output(11, bytes(off + off)), output(12, bytes(off + word(1))), output(15, bytes(off + blsG2(1n)))]).toEqual([undefined, undefined, undefined]);
    expect([output(16, changed(new Uint8Array(64), 0, 1)), output(16, bytes(`${"00".repeat(16)}${"ff".repeat(48)}`)), output(11, changed(bytes(blsG1(1n) + blsG1(1n)), 3, 1))]).toEqual([undefined, undefined, undefined]);
  });
  it("refuses what is not in the subgroup where it multiplies or pairs, and adds it", () => {
    // (0, 2) is on the curve y² = x³ + 4, and of order 3.
    const three = `${word(0)}${word(0)}${word(0)}${word(2)}`;
    expect(output(11, bytes(three + three))).toMatch(/^0x0{128}/);
    expect([output(12, bytes(three + word(1))), output(15, bytes(three + blsG2(1n)))]).toEqual([undefined, undefined]);
  });
});

describe("point evaluation", () => {
  it("takes a proof that holds, and says what field and how many elements", () => {
    expect(output(10, good(10))).toBe("0x000000000000000000000000000000000000000000000000000000000000100073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
  });
  it.each([["another versioned hash", 5, 1], ["another value", 95, 1], ["a commitment that is no point", 97, 1], ["an element past the field", 32, 0xff], ["a proof that is no point", 145, 1]])("refuses %s", (_, at, to) => {
    expect(output(10, changed(good(10), at, to))).toBeUndefined();
  });
  it.each([0, 191, 193])("refuses %i bytes", (length) => {
    expect(output(10, new Uint8Array(length))).toBeUndefined();
  });
});

describe("P256VERIFY", () => {
  it("is 1 for a signature that holds", () => {
    expect(output(256, good(256))).toBe(ONE_WORD);
  });
  it.each([["another hash", 0], ["another r", 33], ["another s", 65], ["another key", 97]])("is nothing for %s", (_, at) => {
    expect(output(256, changed(good(256), at, 1 ^ good(256)[at]!))).toBe("0x");
  });
  it.each([["nothing", new Uint8Array(0)], ["a byte less", good(256).subarray(1)], ["a byte more", concatBytes(good(256), Uint8Array.of(0))], ["zeros", new Uint8Array(160)], ["the key at infinity", good(256).map((byte, i) => (i >= 96 ? 0 : byte))]])("is nothing for %s", (_, data) => {
    expect(output(256, data)).toBe("0x");
  });
  it("takes a high s, which is as good as a low one", () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const data = good(256);
    const other = order - bytesToBigInt(data.subarray(64, 96));
    expect(output(256, concatBytes(data.subarray(0, 64), bytes(word(other)), data.subarray(96)))).toBe(ONE_WORD);
  });
});

describe("a limit on input", () => {
  it("refuses what is longer, for nothing more than all the call's gas, and passes on what is not", () => {
    const inner = rulesOf("osaka").precompiles.get(precompileAddress(2))!;
    const bounded = limited(inner, 64);
    expect([bounded(new Uint8Array(64)).run(), bounded(new Uint8Array(64)).gas]).toEqual([inner(new Uint8Array(64)).run(), 84]);
    expect(bounded(new Uint8Array(65)).run()).toBeUndefined();
  });
});

describe("every precompile", () => {
  it("answers or refuses whatever it is given, and never throws", () => {
    const numbers = [...rulesOf("osaka").precompiles.keys()].map(Number);
    fc.assert(fc.property(fc.constantFrom(...numbers), fc.nat(), fc.nat(255), fc.option(fc.nat(400)), (number, at, to, length) => {
      const inputs = PRECOMPILE_INPUTS[number]!;
      const start = bytes(inputs[at % inputs.length]!);
      const data = new Uint8Array(length ?? start.length);
      data.set(start.subarray(0, data.length));
      if (data.length > 4) data[4 + (at % (data.length - 4))] = to;
      const { gas, work } = precompile(number, data);
      expect(gas).toBeGreaterThanOrEqual(0);
      if (gas <= 1_000_000) expect([true, false]).toContain(work() === undefined);
    }), { numRuns: 300 });
  });
});
