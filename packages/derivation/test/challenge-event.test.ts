import { challengeCalls } from "@pangaea/contracts";
import { bigIntToBytes, bytesToHex, concatBytes, genericCommitment, hexToBytes, InvalidInputError, keccakCommitment, type Log } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHALLENGE_STATUS_CHANGED, challengeEventFromLog, isChallengeEvent, resolvedInput } from "../src/index.ts";
import { bytes } from "./support/blocks.ts";
import { ACTIVE, CHALLENGE_CONTRACT, challengeLog, RESOLVED } from "./support/challenges.ts";

const COMMITMENT = keccakCommitment(bytes(1, 2, 3));
const log = challengeLog(ACTIVE, COMMITMENT, 14);
const word = (value: bigint) => bigIntToBytes(value, 32);
const withWord = (index: number, value: bigint): Log => ({ ...log, data: concatBytes(log.data.subarray(0, 32 * index), word(value), log.data.subarray(32 * index + 32)) });

describe("the event of a challenge", () => {
  it("is known by its signature and its contract", () => {
    expect(bytesToHex(CHALLENGE_STATUS_CHANGED)).toBe("0xc5d8c630ba2fdacb1db24c4599df78c7fb8cf97b5aecde34939597f6697bb1ad");
    expect(isChallengeEvent(log, hexToBytes(CHALLENGE_CONTRACT))).toBe(true);
    expect(isChallengeEvent(log, new Uint8Array(20))).toBe(false);
    expect(isChallengeEvent({ ...log, topics: [] }, hexToBytes(CHALLENGE_CONTRACT))).toBe(false);
    expect(isChallengeEvent({ ...log, topics: [new Uint8Array(32)] }, hexToBytes(CHALLENGE_CONTRACT))).toBe(false);
  });

  it.each([[ACTIVE, "active"], [RESOLVED, "resolved"], [0, undefined], [3, undefined], [255, undefined]] as const)("with status %i is read as %s", (status, meaning) => {
    expect(challengeEventFromLog(challengeLog(status, COMMITMENT, 14))).toEqual({ status: meaning, commitment: COMMITMENT, inclusion: 14 });
  });

  it.each<[string, Log]>([
    ["has no block", { ...log, topics: log.topics.slice(0, 1) }],
    ["has a topic too many", { ...log, topics: [...log.topics, word(1n)] }],
    ["names a block beyond 2^53", { ...log, topics: [log.topics[0]!, word(1n << 53n)] }],
    ["has a status beyond a byte", withWord(1, 256n)],
    ["has its commitment past the end", withWord(0, 160n)],
    ["has an offset beyond all", withWord(0, 1n << 200n)],
    ["has a commitment longer than its data", withWord(2, 65n)],
    ["is cut off", { ...log, data: log.data.subarray(0, 100) }],
    ["has no data", { ...log, data: new Uint8Array(0) }],
    ["is of an unknown commitment", challengeLog(ACTIVE, { kind: "generic", encoded: bytes(7, 7) }, 14)],
  ])("is refused when it %s", (_, malformed) => {
    expect(() => challengeEventFromLog(malformed)).toThrow(InvalidInputError);
  });
});

describe("the calldata that shows an input", () => {
  it("gives it back, whatever it is", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), fc.nat(), (input, inclusion) => {
      expect(resolvedInput(challengeCalls.resolve(inclusion, keccakCommitment(input), input))).toEqual(input);
    }));
  });

  it.each([
    ["is empty", new Uint8Array(0)],
    ["is a selector alone", bytes(1, 2, 3, 4)],
    ["is cut off", challengeCalls.resolve(1, COMMITMENT, bytes(1, 2, 3)).subarray(0, 228)],
    ["has an input whose end is cut off", challengeCalls.resolve(1, COMMITMENT, new Uint8Array(64).fill(1)).subarray(0, -32)],
    ["has an empty input", challengeCalls.resolve(1, COMMITMENT, new Uint8Array(0))],
    ["is of another call", challengeCalls.challenge(1, genericCommitment(bytes(9)))],
  ])("is refused when it %s", (_, calldata) => {
    expect(() => resolvedInput(calldata)).toThrow(InvalidInputError);
  });
});
