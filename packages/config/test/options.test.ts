import { describe, expect, test } from "vitest";
import {
  chainIdList, choice, decimal, duration, environmentName, flag, givenByEnvironment, list, optionalWhole, optionProblems, port, resolveOptions, scopedTable, text, unscoped, whole,
} from "../src/index.ts";

describe("a value", () => {
  test.each([
    ["a whole number", whole("", 1, 0, 9), "7", 7],
    ["a whole number that may be absent", optionalWhole(""), "0", 0],
    ["a port", port("", 1), "65535", 65_535],
    ["a switch", flag(""), "true", true],
    ["a choice", choice("", ["a", "b"], "a"), "b", "b"],
    ["text", text("", "X"), "any thing", "any thing"],
    ["chain ids", chainIdList(""), "901,902", [901, 902]],
    ["a list with a gap", list("", "X", (one) => one), "a,,b", ["a", "b"]],
    ["bare milliseconds", duration("", 1), "250", 250],
    ["milliseconds", duration("", 1), "250ms", 250],
    ["seconds and parts of them", duration("", 1), "1.5s", 1_500],
    ["minutes", duration("", 1), "2m", 120_000],
    ["hours", duration("", 1), "1h", 3_600_000],
    ["a decimal", decimal("", 1, 0, 2), "0.6", 0.6],
  ])("reads %s", (_, spec, given, expected) => {
    expect(spec.parse(given)).toEqual(expected);
  });

  test.each([
    ["a number below the least", whole("", 1, 5, 9), "4", /wants a whole number from 5 to 9, not "4"/],
    ["a number above the most", whole("", 1, 5, 9), "10", /from 5 to 9, not "10"/],
    ["a number below a least without a most", whole("", 1, 5), "4", /wants a whole number of at least 5, not "4"/],
    ["a number with a sign", whole("", 1), "-1", /not "-1"/],
    ["a fraction", whole("", 1), "1.5", /not "1.5"/],
    ["nothing", whole("", 1), "", /not ""/],
    ["a port out of range", port("", 1), "65536", /from 0 to 65535/],
    ["a switch that is neither", flag(""), "yes", /wants true or false, not "yes"/],
    ["what is no choice", choice("", ["a", "b"], "a"), "c", /wants one of a, b, not "c"/],
    ["a chain id of zero", chainIdList(""), "901,0", /not "0"/],
    ["a time without a number", duration("", 1), "s", /such as 500ms, 12s or 2m, not "s"/],
    ["a time of another unit", duration("", 1), "3d", /not "3d"/],
    ["a time too short", duration("", 100, 50), "49ms", /from 50ms/],
    ["a time too long", duration("", 100, 50, 1_000), "2s", /to 1000ms/],
    ["a decimal out of range", decimal("", 1, 0.01, 2), "3", /from 0.01 to 2, not "3"/],
  ])("refuses %s and says what it wants", (_, spec, given, message) => {
    expect(() => spec.parse(given)).toThrow(message);
  });
});

describe("a table", () => {
  const TABLE = { "a.first": whole("", 3, 0, 9), second: flag("") };

  test("names its variables in the environment", () => {
    expect(environmentName("vn.901.l2.jwt-secret")).toBe("PANGAEA_VN_901_L2_JWT_SECRET");
    expect(givenByEnvironment(TABLE, { PANGAEA_A_FIRST: "5", PANGAEA_OTHER: "x" })).toEqual({ "a.first": { text: "5", source: "PANGAEA_A_FIRST" } });
  });

  test("takes what is given and else its defaults", () => {
    expect(resolveOptions(TABLE, {})).toEqual({ "a.first": 3, second: false });
    expect(resolveOptions(TABLE, { second: { text: "true", source: "--second" } })).toEqual({ "a.first": 3, second: true });
  });

  test("tells everything that is wrong, each by its source", () => {
    const given = { "a.first": { text: "x", source: "file.toml:2 a.first" }, second: { text: "y", source: "--second" } };
    expect(optionProblems(TABLE, given)).toEqual(['file.toml:2 a.first wants a whole number from 0 to 9, not "x"', '--second wants true or false, not "y"']);
    expect(() => resolveOptions(TABLE, given)).toThrow(/file\.toml:2 a\.first wants .*; --second wants /);
  });

  test("can stand under a prefix, and gives its values without it", () => {
    const scoped = scopedTable("batcher", TABLE);
    expect(Object.keys(scoped)).toEqual(["batcher.a.first", "batcher.second"]);
    expect(unscoped("batcher", TABLE, resolveOptions(scoped, { "batcher.a.first": { text: "4", source: "" } }))).toEqual({ "a.first": 4, second: false });
  });
});
