import type { ForkSchedule } from "@pangaea/config";
import { CriticalError, InvalidInputError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { passingUpgradeGasAt, readUpgradeBundle, upgradeGasAt, UPGRADES, upgradeTransactionsAt } from "../src/index.ts";
import { testConfig } from "../../execution/test/support/chain.ts";

const KARST_GAS = 55_370_657;
const configOf = (forks: ForkSchedule, keepKarstUpgradeGas = false) => ({ ...testConfig(forks), blockTime: 2, keepKarstUpgradeGas });
const COUNTS = { ecotone: 6, fjord: 3, isthmus: 8, jovian: 5, karst: 31, lagoon: 28 } as const;

describe("an activation block", () => {
  it.each(Object.entries(COUNTS))("of %s has its upgrade, the blocks around it none", (fork, count) => {
    for (const time of [1_000, 1_001]) {
      const config = configOf({ [fork]: time });
      expect([998, 1_000, 1_002, 1_004].map((block) => upgradeTransactionsAt(config, block).length)).toEqual(time === 1_000 ? [0, count, 0, 0] : [0, 0, count, 0]);
    }
  });

  it.each(["regolith", "canyon", "delta", "granite", "holocene"])("of %s has no upgrade transactions", (fork) => {
    expect(upgradeTransactionsAt(configOf({ [fork]: 1_000 }), 1_000)).toEqual([]);
  });

  it("does not exist for a fork that is active from genesis", () => {
    const config = configOf(Object.fromEntries(UPGRADES.map(({ fork }) => [fork, 0])));
    expect([0, 1, 2, 3, 4].flatMap((time) => upgradeTransactionsAt(config, time))).toEqual([]);
  });

  it("of several forks has their upgrades in the order of the forks", () => {
    const together = upgradeTransactionsAt(configOf({ jovian: 1_000, ecotone: 1_000, isthmus: 1_000, fjord: 1_000 }), 1_000);
    expect(together).toEqual((["ecotone", "fjord", "isthmus", "jovian"] as const).flatMap((fork) => upgradeTransactionsAt(configOf({ [fork]: 1_000 }), 1_000)));
  });

  it.each([
    ["ecotone", 0], ["fjord", 0], ["isthmus", 0], ["jovian", 0], ["karst", KARST_GAS], ["lagoon", 60_653_172],
  ])("of %s has its gas limit raised by %d, for that block alone", (fork, gas) => {
    const config = configOf({ [fork]: 1_000 });
    expect([998, 1_000, 1_002].map((time) => upgradeGasAt(config, time))).toEqual([0, gas, 0]);
    expect([998, 1_000, 1_002].map((time) => passingUpgradeGasAt(config, time))).toEqual([0, gas, 0]);
  });

  it("of Karst leaves its gas behind on a chain that has kept it; Lagoon's never stays", () => {
    expect([passingUpgradeGasAt(configOf({ karst: 1_000 }, true), 1_000), upgradeGasAt(configOf({ karst: 1_000 }, true), 1_000)]).toEqual([0, KARST_GAS]);
    expect(passingUpgradeGasAt(configOf({ karst: 1_000, lagoon: 1_000 }, true), 1_000)).toBe(60_653_172);
  });
});

describe("a bundle of upgrade transactions", () => {
  const from = `0x${"Ab".repeat(20)}`;
  const transaction = { intent: "Do", from, to: null, data: "0x01", gasLimit: 5 };
  const bundle = (change: object, version: unknown = "1.0.0") => ({ metadata: { version }, transactions: [transaction, { ...transaction, ...change }] });

  it("reads intents behind the fork's name and their place, nobody as a deployment, and sums the gas", () => {
    expect(readUpgradeBundle("Karst", bundle({ to: from, gasLimit: 6 }))).toEqual({
      gas: 11,
      transactions: [
        { intent: "Karst 0: Do", from: from.toLowerCase(), gas: 5, data: Uint8Array.of(1) },
        { intent: "Karst 1: Do", from: from.toLowerCase(), to: from.toLowerCase(), gas: 6, data: Uint8Array.of(1) },
      ],
    });
  });

  it.each<[string, unknown, RegExp]>([
    ["another version", bundle({}, "1.0.1"), /metadata\.version is "1\.0\.1"; only "1\.0\.0" is known/],
    ["no version", { transactions: [] }, /metadata\.version is missing/],
    ["no list", { metadata: { version: "1.0.0" }, transactions: {} }, /transactions wants a list/],
    ["no intent", bundle({ intent: undefined }), /transaction 1 has no intent/],
    ["an empty intent", bundle({ intent: "" }), /transaction 1 has no intent/],
    ["a short sender", bundle({ from: "0x12" }), /transaction 1: from wants 20 bytes/],
    ["a short recipient", bundle({ to: "0x12" }), /transaction 1: to wants 20 bytes/],
    ["data without 0x", bundle({ data: "12" }), /transaction 1: data wants 0x-prefixed hex \(is "12"\)/],
    ["gas in text", bundle({ gasLimit: "5" }), /transaction 1: gasLimit wants a whole number \(is "5"\)/],
    ["negative gas", bundle({ gasLimit: -1 }), /\(is -1\)/],
    ["a part of a gas", bundle({ gasLimit: 1.5 }), /\(is 1\.5\)/],
    ["no object", null, /metadata\.version is missing/],
    ["a transaction that is no object", { metadata: { version: "1.0.0" }, transactions: [3] }, /transaction 0 has no intent/],
  ])("with %s is refused", (_, json, message) => {
    expect(() => readUpgradeBundle("Karst", json)).toThrow(message);
    expect(() => readUpgradeBundle("Karst", json)).toThrow(InvalidInputError);
    expect(() => readUpgradeBundle("Karst", json)).not.toThrow(CriticalError);
  });
});
