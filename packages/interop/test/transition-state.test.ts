import { concatBytes, InvalidInputError, rlpEncode, type RlpItem } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeTransitionState, encodeSuperRoot, encodeTransitionState, type TransitionState } from "../src/index.ts";
import { hex } from "./support/arbitraries.ts";

const superRoot = (count: number) => ({ timestamp: 10, chains: Array.from({ length: count }, (_, i) => ({ chainId: BigInt(i + 1), outputRoot: `0x${"0a".repeat(32)}` as const })) });
const pending = (count: number) => Array.from({ length: count }, () => ({ blockHash: `0x${"0b".repeat(32)}`, outputRoot: `0x${"0c".repeat(32)}` }) as const);
const raw = (...fields: RlpItem[]): Uint8Array => concatBytes(Uint8Array.of(0xff), rlpEncode(fields));
const PREIMAGE = encodeSuperRoot(superRoot(2));
const HASH = new Uint8Array(32);
const NOTHING = new Uint8Array(0);
const good = raw(PREIMAGE, [[HASH, HASH]], Uint8Array.of(1));

describe("a transition state", () => {
  it("encodes and decodes to itself, up to the 127 chains that can be proved", () => {
    const state = fc.integer({ min: 1, max: 127 }).chain((chains) => fc.record({ superRoot: fc.constant(superRoot(chains)), pendingProgress: fc.array(fc.record({ blockHash: hex(32), outputRoot: hex(32) }), { maxLength: chains }), step: fc.integer({ min: 0, max: 127 }) }));
    fc.assert(fc.property(state, (value) => void expect(decodeTransitionState(encodeTransitionState(value))).toEqual(value)));
    const largest = { superRoot: superRoot(127), pendingProgress: pending(127), step: 127 };
    expect(decodeTransitionState(encodeTransitionState(largest))).toEqual(largest);
  });

  it.each<readonly [string, TransitionState, string]>([
    ["step 128", { superRoot: superRoot(2), pendingProgress: [], step: 128 }, "step 128"],
    ["a negative step", { superRoot: superRoot(2), pendingProgress: [], step: -1 }, "step -1"],
    ["a fractional step", { superRoot: superRoot(2), pendingProgress: [], step: 0.5 }, "step 0.5"],
    ["more pending blocks than chains", { superRoot: superRoot(2), pendingProgress: pending(3), step: 2 }, "3 pending blocks for 2 chains"],
    ["128 chains", { superRoot: superRoot(128), pendingProgress: [], step: 0 }, "128 chains"],
    ["no chains", { superRoot: superRoot(0), pendingProgress: [], step: 0 }, "at least one chain"],
    ["a block hash of 31 bytes", { superRoot: superRoot(1), pendingProgress: [{ blockHash: "0x00", outputRoot: pending(1)[0]!.outputRoot }], step: 0 }, "32 bytes"],
  ])("is not encoded with %s", (_, state, problem) => {
    expect(() => encodeTransitionState(state)).toThrow(InvalidInputError);
    expect(() => encodeTransitionState(state)).toThrow(problem);
  });

  it.each<readonly [string, Uint8Array, string]>([
    ["no bytes", NOTHING, "version byte missing"],
    ["another version byte", good.with(0, 0xfe), "version byte 254"],
    ["the literal encoding of the specification, without a version byte", good.subarray(1), "version byte"],
    ["bytes after the list", concatBytes(good, Uint8Array.of(0)), "after its end"],
    ["a list cut off", good.subarray(0, -1), "more than there are"],
    ["two fields", raw(PREIMAGE, []), "has 2 fields, not 3"],
    ["four fields", raw(PREIMAGE, [], NOTHING, NOTHING), "has 4 fields, not 3"],
    ["a string in place of the list", concatBytes(Uint8Array.of(0xff), rlpEncode(PREIMAGE)), "is not an RLP list"],
    ["a super root that is none", raw(PREIMAGE.subarray(1), [], NOTHING), "super root: version"],
    ["a list in place of the super root", raw([], [], NOTHING), "super root is not an RLP string"],
    ["a pending block of one field", raw(PREIMAGE, [[HASH]], NOTHING), "has 1 fields, not 2"],
    ["a block hash of 31 bytes", raw(PREIMAGE, [[HASH.subarray(1), HASH]], NOTHING), "31 bytes, not 32"],
    ["an output root of 33 bytes", raw(PREIMAGE, [[HASH, new Uint8Array(33)]], NOTHING), "33 bytes, not 32"],
    ["three pending blocks for two chains", raw(PREIMAGE, [[HASH, HASH], [HASH, HASH], [HASH, HASH]], NOTHING), "3 pending blocks for 2 chains"],
    ["128 chains", raw(encodeSuperRoot(superRoot(128)), [], NOTHING), "128 chains"],
    ["step 128", raw(PREIMAGE, [], Uint8Array.of(128)), "step 128"],
    ["a step with a leading zero", raw(PREIMAGE, [], Uint8Array.of(0, 1)), "leading zeros"],
    ["a step of zero that is not empty", raw(PREIMAGE, [], Uint8Array.of(0)), "leading zeros"],
    ["more bytes than any needs", concatBytes(good, new Uint8Array(32_768)), "at most 32768"],
  ])("is not decoded from %s", (_, data, problem) => {
    expect(() => decodeTransitionState(data)).toThrow(InvalidInputError);
    expect(() => decodeTransitionState(data)).toThrow(problem);
  });

  it("with any bytes damaged is refused as malformed input, or encodes to what was decoded", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }), (damage) => {
      const data = good.slice();
      for (const [at, value] of damage) data[at] = value;
      try {
        expect(encodeTransitionState(decodeTransitionState(data))).toEqual(data);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
    }), { numRuns: 2_000 });
  });
});
