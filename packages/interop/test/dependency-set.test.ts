import { fullMesh, parseDependencySet } from "@pangaea/config";
import { InvalidInputError } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dependencySetOf, meshOf } from "../src/index.ts";

const edges = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 12 });
const acceptsOf = (pairs: readonly (readonly [number, number])[]): Map<number, number[]> => {
  const accepts = new Map<number, number[]>();
  for (const [executing, source] of pairs) accepts.set(executing, [...(accepts.get(executing) ?? []), source]);
  return accepts;
};

describe("a dependency set", () => {
  it("takes what the configuration's file gives, mesh or directed", () => {
    const mesh = dependencySetOf(fullMesh([902, 901], 60));
    expect(mesh.chains).toEqual([901n, 902n]);
    expect(mesh.messageExpiryWindow).toBe(60);
    const directed = dependencySetOf(parseDependencySet({ dependencies: { "901": { accepts: [902] }, "902": { accepts: [] } } }));
    expect([directed.accepts(901n, 902n), directed.accepts(902n, 901n), directed.messageExpiryWindow]).toEqual([true, false, 604_800]);
  });

  it("every chain accepts itself, and otherwise exactly those that were named", () => {
    fc.assert(fc.property(edges, (pairs) => {
      const set = dependencySetOf({ accepts: acceptsOf(pairs) });
      for (const a of set.chains) for (const b of set.chains) expect(set.accepts(a, b)).toBe(a === b || pairs.some(([executing, source]) => BigInt(executing) === a && BigInt(source) === b));
    }));
  });

  it("the closure of a chain is the smallest set that holds it and all that its members accept", () => {
    fc.assert(fc.property(edges, (pairs) => {
      const set = dependencySetOf({ accepts: acceptsOf(pairs) });
      for (const chain of set.chains) {
        let wanted = [chain];
        for (const _ of set.chains) wanted = set.chains.filter((source) => wanted.some((member) => set.accepts(member, source)));
        expect(set.closure(chain)).toEqual(wanted);
      }
    }));
  });

  it("the closure holds chains that the chain has never named", () => {
    const set = dependencySetOf({ accepts: new Map([[1, [2]], [2, [3]], [4, [1]]]) });
    expect(set.closure(1n)).toEqual([1n, 2n, 3n]);
    expect(set.closure(3n)).toEqual([3n]);
    expect(set.closure(4n)).toEqual([1n, 2n, 3n, 4n]);
  });

  it("a chain outside of the set accepts nothing, not even itself, and depends on nothing", () => {
    const set = meshOf([1, 2]);
    expect([set.accepts(9n, 9n), set.accepts(9n, 1n), set.accepts(1n, 9n)]).toEqual([false, false, false]);
    expect(set.closure(9n)).toEqual([]);
  });

  it("holds chain ids of 256 bits, each once, in ascending order", () => {
    expect(meshOf([1n << 255n, 7, 7n, 10]).chains).toEqual([7n, 10n, 1n << 255n]);
  });

  it.each([0, -1, 604_801, 1.5, Number.NaN])("is refused with a window of %d s", (window) => {
    expect(() => meshOf([1], window)).toThrow(InvalidInputError);
  });

  it.each([1, 604_800])("takes a window of %d s", (window) => {
    expect(meshOf([1], window).messageExpiryWindow).toBe(window);
  });

  it("is refused without chains", () => {
    expect(() => meshOf([])).toThrow("name at least one chain");
  });
});
