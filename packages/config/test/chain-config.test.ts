import { describe, expect, test } from "vitest";
import { l2ChainConfigToJson } from "../src/index.ts";

describe("an L2's chain configuration", () => {
  test("gives each OP fork's time, the time of the Ethereum fork it brings, and the fee market", () => {
    const json = l2ChainConfigToJson({ chainId: 901, forks: { regolith: 0, canyon: 1, delta: 1, ecotone: 2, fjord: 3, granite: 4, holocene: 5, isthmus: 6, jovian: 7, karst: 8, lagoon: 9 }, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 } });
    expect(json).toMatchObject({
      chainId: 901, londonBlock: 0, bedrockBlock: 0, terminalTotalDifficulty: 0,
      regolithTime: 0, canyonTime: 1, shanghaiTime: 1, deltaTime: 1, ecotoneTime: 2, cancunTime: 2, fjordTime: 3, graniteTime: 4, holoceneTime: 5, isthmusTime: 6, pragueTime: 6, jovianTime: 7, karstTime: 8, osakaTime: 8, interopTime: 9,
      optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
    });
  });

  test("leaves out forks that never activate", () => {
    const json = l2ChainConfigToJson({ chainId: 901, forks: { regolith: 0 }, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 } });
    expect(Object.keys(json).filter((key) => key.endsWith("Time"))).toEqual(["regolithTime"]);
  });
});
