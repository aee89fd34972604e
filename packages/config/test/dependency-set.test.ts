import { InvalidInputError } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptsMessagesFrom, dependencySetToJson, fullMesh, MESSAGE_EXPIRY_WINDOW, parseDependencySet } from "../src/index.ts";

describe("the dependency set file", () => {
  test("is one mesh by default: every chain accepts messages of every chain, itself too", () => {
    const set = parseDependencySet({ dependencies: { "901": {}, "900": {} }, overrideMessageExpiryWindow: 15 });
    expect(set.chains).toEqual([900, 901]);
    expect(set.messageExpiryWindow).toBe(15);
    for (const executing of set.chains) for (const initiating of set.chains) expect(acceptsMessagesFrom(set, executing, initiating)).toBe(true);
    expect(set).toEqual(fullMesh([901, 900], 15));
  });

  test("narrows a chain to those that it names, and itself; the others stay as they were", () => {
    const set = parseDependencySet({ dependencies: { "900": { accepts: [901] }, "901": { accepts: [] }, "902": {} } });
    expect([...set.accepts].map(([id, accepted]) => [id, [...accepted].sort()])).toEqual([[900, [900, 901]], [901, [901]], [902, [900, 901, 902]]]);
    expect(acceptsMessagesFrom(set, 900, 901)).toBe(true);
    expect(acceptsMessagesFrom(set, 901, 900)).toBe(false);
  });

  test("a chain outside the set neither accepts nor is accepted", () => {
    expect(acceptsMessagesFrom(fullMesh([900]), 900, 901)).toBe(false);
    expect(acceptsMessagesFrom(fullMesh([900]), 901, 901)).toBe(false);
  });

  test("takes chain ids in accepts as numbers or as decimal text", () => {
    const dependencies = (accepts: readonly unknown[]) => parseDependencySet({ dependencies: { "900": { accepts }, "901": {} } });
    expect(dependencies(["901"])).toEqual(dependencies([901]));
  });

  test("passes over the fields that older files carry beside a chain", () => {
    expect(parseDependencySet({ dependencies: { "900": { chainIndex: "900", activationTime: 0, historyMinTime: 0 } } })).toEqual(fullMesh([900]));
  });

  test.each([undefined, null, 0, MESSAGE_EXPIRY_WINDOW])("an override of %s leaves the window at a week", (overrideMessageExpiryWindow) => {
    expect(parseDependencySet({ dependencies: { "900": {} }, overrideMessageExpiryWindow }).messageExpiryWindow).toBe(MESSAGE_EXPIRY_WINDOW);
  });

  const one = { "900": {} };
  test.each<[string, unknown, RegExp]>([
    ["no object", "900", /^set\.json wants an object \(is "900"\)/],
    ["a list", [], /^set\.json wants an object \(is \[\]\)/],
    ["no dependencies", {}, /dependencies wants an object \(is missing\)/],
    ["empty dependencies", { dependencies: {} }, /dependencies is empty: name each chain/],
    ["dependencies as a list", { dependencies: [900] }, /dependencies wants an object \(is \[900\]\)/],
    ["an unknown field", { dependencies: one, expiry: 1 }, /unknown field expiry: remove it/],
    ["an unknown field of a chain", { dependencies: { "900": { accept: [] } } }, /dependencies\.900 has the unknown field accept: remove it/],
    ["a chain id in hex", { dependencies: { "0x384": {} } }, /key of dependencies wants a decimal chain id .* \(is "0x384"\)/],
    ["a chain id with a leading zero", { dependencies: { "0900": {} } }, /\(is "0900"\)/],
    ["a chain id of zero", { dependencies: { "0": {} } }, /\(is "0"\)/],
    ["a chain id beyond 2^53", { dependencies: { "9007199254740992": {} } }, /\(is "9007199254740992"\)/],
    ["a chain without an object", { dependencies: { "900": true } }, /dependencies\.900 wants an object \(is true\)/],
    ["accepts that is no list", { dependencies: { "900": { accepts: 900 } } }, /dependencies\.900\.accepts wants a list of chain ids \(is 900\): leave it out/],
    ["accepts with a fraction", { dependencies: { "900": { accepts: [900.5] } } }, /accepts\.0 wants a decimal chain id .* \(is 900\.5\)/],
    ["accepts with a stranger", { dependencies: { "900": { accepts: [900, 901] } } }, /accepts\.1 is 901, which is no chain of the set \(900\): add it/],
    ["a window longer than a week", { dependencies: one, overrideMessageExpiryWindow: MESSAGE_EXPIRY_WINDOW + 1 }, /overrideMessageExpiryWindow .* \(is 604801\): the window can only be made shorter/],
    ["a negative window", { dependencies: one, overrideMessageExpiryWindow: -1 }, /\(is -1\)/],
    ["a fraction of a second", { dependencies: one, overrideMessageExpiryWindow: 1.5 }, /\(is 1\.5\)/],
    ["a window in text", { dependencies: one, overrideMessageExpiryWindow: "15" }, /\(is "15"\)/],
  ])("%s is refused with the field, its value and the remedy", (_, json, message) => {
    expect(() => parseDependencySet(json, "set.json")).toThrow(message);
    expect(() => parseDependencySet(json, "set.json")).toThrow(InvalidInputError);
  });

  test("reads what it writes", () => {
    const sets = fc.uniqueArray(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { minLength: 1, maxLength: 6 }).chain((ids) =>
      fc.tuple(fc.constant(ids), fc.array(fc.option(fc.subarray(ids), { nil: undefined }), { minLength: ids.length, maxLength: ids.length }), fc.integer({ min: 1, max: MESSAGE_EXPIRY_WINDOW })),
    );
    fc.assert(
      fc.property(sets, ([ids, accepts, window]) => {
        const set = parseDependencySet({ dependencies: Object.fromEntries(ids.map((id, i) => [String(id), accepts[i] === undefined ? {} : { accepts: accepts[i] }])), overrideMessageExpiryWindow: window });
        expect(parseDependencySet(JSON.parse(JSON.stringify(dependencySetToJson(set))))).toEqual(set);
      }),
    );
  });

  test("any JSON either reads or is refused as input", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ dependencies: fc.jsonValue() })), (json) => {
        try {
          expect(parseDependencySet(json).chains.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
    );
  });
});
