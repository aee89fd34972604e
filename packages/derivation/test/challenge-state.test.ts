import { keccakCommitment } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChallengeState } from "../src/index.ts";
import { bytes } from "./support/blocks.ts";

const [C1, C2] = [keccakCommitment(bytes(1)), keccakCommitment(bytes(2))];
const open = (window = 6) => new ChallengeState({ challengeWindow: window, resolveWindow: window });

describe("what is known of challenges", () => {
  it("lets a commitment that nobody challenged be final when its challenge window is, and no earlier", () => {
    const state = open();
    state.use(C1, 2);
    expect(state.settle(7)).toBe(false);
    state.prune(7);
    expect(state.firstUsed).toBe(2);
    expect(state.settle(8)).toBe(false);
    state.prune(2);
    state.prune(7);
    expect(state.firstUsed).toBe(2);
    state.prune(8);
    expect(state.firstUsed).toBeUndefined();
  });

  it("lets a commitment whose challenge was answered be final when the resolve window is", () => {
    const state = open();
    state.use(C2, 20);
    expect(state.statusOf(C2, 20)).toBe("none");
    state.challenge(C2, 20, 24);
    expect(state.statusOf(C2, 20)).toBe("active");
    expect(state.resolve(C2, 20, bytes(2))).toBe(true);
    expect([state.statusOf(C2, 20), state.inputOf(C2, 20)]).toEqual(["resolved", bytes(2)]);
    expect(state.settle(28)).toBe(false);
    state.expireChallenges(28);
    state.prune(28);
    expect(state.firstUsed).toBe(20);
    state.expireChallenges(30);
    expect(state.settle(30)).toBe(false);
    state.prune(29);
    expect(state.firstUsed).toBe(20);
    state.prune(30);
    expect([state.firstUsed, state.statusOf(C2, 20)]).toEqual([undefined, "resolved"]);
  });

  it("tells of a used commitment among many that lost its challenge, when the resolve window is over", () => {
    const state = open(90);
    const commitments = new Map(Array.from({ length: 31 }, (_, i) => [3_713_854 + 6 * i, keccakCommitment(bytes(i))]));
    for (const [block, commitment] of commitments) {
      if (block === 3_713_950) state.challenge(commitments.get(3_713_926)!, 3_713_926, 3_713_948);
      if (block === 3_713_956) state.challenge(commitments.get(3_713_932)!, 3_713_932, 3_713_950);
      state.use(commitment, block);
      expect(state.settle(block)).toBe(false);
      state.expireChallenges(block);
    }
    state.expireChallenges(3_714_037);
    expect(state.settle(3_714_037)).toBe(false);
    state.expireChallenges(3_714_038);
    expect(state.settle(3_714_038)).toBe(true);
    expect(state.statusOf(commitments.get(3_713_926)!, 3_713_926)).toBe("expired");
  });

  it("keeps challenges over a new beginning: what they took away is skipped without another", () => {
    const state = open();
    state.use(C1, 1);
    state.challenge(C2, 2, 3);
    state.challenge(C1, 1, 5);
    state.expireChallenges(10);
    expect([state.statusOf(C2, 2), state.statusOf(C1, 1)]).toEqual(["expired", "active"]);
    expect(state.settle(10)).toBe(false);
    state.expireChallenges(11);
    expect(state.settle(11)).toBe(true);
    state.prune(1);
    expect(state.firstUsed).toBe(1);
    state.clearUsed();
    expect([state.firstUsed, state.statusOf(C2, 2), state.statusOf(C1, 1)]).toEqual([undefined, "expired", "expired"]);
    state.forgetChallenges(201);
    expect([state.statusOf(C2, 2), state.statusOf(C1, 1)]).toEqual(["none", "none"]);
  });

  it("knows the same commitment in two L1 blocks apart", () => {
    const state = open();
    state.challenge(C1, 1, 2);
    expect([state.statusOf(C1, 1), state.statusOf(C1, 2)]).toEqual(["active", "none"]);
  });

  it("takes no answer to a challenge that it does not know", () => {
    const state = open();
    expect(state.resolve(C1, 1, bytes(1))).toBe(false);
    expect(state.statusOf(C1, 1)).toBe("none");
  });

  it("lets the newest of two challenges of one commitment count", () => {
    const state = open();
    state.challenge(C1, 1, 2);
    state.resolve(C1, 1, bytes(1));
    state.challenge(C1, 1, 4);
    state.expireChallenges(8);
    expect(state.statusOf(C1, 1)).toBe("active");
    state.forgetChallenges(8);
    expect(state.statusOf(C1, 1)).toBe("active");
  });

  it("notes a commitment once, however often its input is asked for", () => {
    const state = open();
    for (let i = 0; i < 3; i++) state.use(C1, 1);
    state.settle(7);
    state.prune(7);
    expect(state.firstUsed).toBeUndefined();
  });

  it("forgets everything when L1 is read anew", () => {
    const state = open();
    state.use(C1, 1);
    state.challenge(C1, 1, 2);
    state.clear();
    expect([state.firstUsed, state.statusOf(C1, 1), state.settle(100)]).toEqual([undefined, "none", false]);
  });

  it("says exactly once that an input is lost, and only of challenges without an answer", () => {
    const plan = fc.record({ challenge: fc.option(fc.integer({ min: 0, max: 6 })), resolve: fc.option(fc.integer({ min: 0, max: 6 })) });
    fc.assert(fc.property(fc.array(plan, { maxLength: 12 }), (plans) => {
      const state = open();
      const commitments = plans.map((_, i) => keccakCommitment(bytes(i)));
      let lost = 0;
      for (let l1 = 0; l1 < plans.length + 14; l1++) {
        plans.forEach(({ challenge, resolve }, i) => {
          if (challenge !== null && i + challenge === l1) state.challenge(commitments[i]!, i, l1);
          if (challenge !== null && resolve !== null && i + challenge + resolve === l1) state.resolve(commitments[i]!, i, bytes(i));
        });
        state.expireChallenges(l1);
        if (state.settle(l1)) lost++;
        if (commitments[l1] !== undefined) state.use(commitments[l1]!, l1);
        state.prune(l1);
      }
      expect(state.firstUsed).toBeUndefined();
      const expired = plans.filter(({ challenge, resolve }) => challenge !== null && resolve === null);
      expect(lost === 0).toBe(expired.length === 0);
      expect(lost).toBeLessThanOrEqual(expired.length);
    }));
  });
});
