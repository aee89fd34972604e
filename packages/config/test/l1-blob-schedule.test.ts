import { describe, expect, it } from "vitest";
import { L1_BLOB_SCHEDULES, parseL1BlobSchedule } from "../src/index.ts";

const fractions = { cancun: 3_338_477, prague: 5_007_716, osaka: 5_007_716, bpo1: 8_346_193 };
const blobSchedule = Object.fromEntries(Object.entries(fractions).map(([fork, baseFeeUpdateFraction]) => [fork, { target: 3, max: 6, baseFeeUpdateFraction }]));
const CONFIG = { chainId: 900, homesteadBlock: 0, cancunTime: 0, pragueTime: 10, osakaTime: 20, bpo1Time: 30, blobSchedule };
const parse = (json: unknown) => parseL1BlobSchedule(json, 900, "l1.json");

describe("the chain configuration of an L1", () => {
  it("gives each fork with blobs its fraction from its time on, in the order of the forks", () => {
    const wanted = [{ from: 0, updateFraction: 3_338_477n }, { from: 10, updateFraction: 5_007_716n }, { from: 20, updateFraction: 5_007_716n }, { from: 30, updateFraction: 8_346_193n }];
    expect(parse(CONFIG)).toEqual(wanted);
    expect(parse({ nonce: "0x0", config: CONFIG, alloc: {} })).toEqual(wanted);
  });

  it("passes over forks without a time, and those without a fraction", () => {
    expect(parse({ ...CONFIG, osakaTime: null, bpo1Time: undefined })).toEqual([{ from: 0, updateFraction: 3_338_477n }, { from: 10, updateFraction: 5_007_716n }]);
    expect(parse({ ...CONFIG, bpo2Time: 40, verkleTime: 50 })).toHaveLength(4);
  });

  it.each<[string, unknown, RegExp]>([
    ["of another chain", { ...CONFIG, chainId: 901 }, /l1\.json is of L1 901, the rollup configuration says 900/],
    ["without blobs", { chainId: 900 }, /l1\.json has no fork with blobs/],
    ["whose forks have no time", { chainId: 900, blobSchedule }, /l1\.json has no fork with blobs/],
    ["that is something else", { genesis: {} }, /l1\.json is no chain configuration of an L1/],
    ["that is a list", [], /l1\.json is no chain configuration of an L1/],
    ["with a time that is no number", { ...CONFIG, pragueTime: "0x10" }, /l1\.json is no chain configuration of an L1/],
    ["with a fraction of 0", { ...CONFIG, blobSchedule: { cancun: { baseFeeUpdateFraction: 0 } } }, /l1\.json is no chain configuration of an L1/],
  ])("is refused when it is one %s", (_, json, message) => {
    expect(() => parse(json)).toThrow(message);
  });

  it("is known of the public ones, each time after the one before it", () => {
    for (const schedule of Object.values(L1_BLOB_SCHEDULES)) expect(schedule.map(({ from }) => from)).toEqual(schedule.map(({ from }) => from).toSorted((a, b) => a - b));
  });
});
