import type { FORKS } from "@pangaea/config";
import { precompileAddress } from "@pangaea/evm";
import { describe, expect, it } from "vitest";
import { opRulesAt } from "../src/op-rules.ts";
import { configOf, forksTo, GENESIS_TIME } from "./fixture.ts";

type Fork = (typeof FORKS)[number];
const rulesTo = (fork: Fork) => opRulesAt(configOf(forksTo(fork)), GENESIS_TIME);

describe("the rules of a fork", () => {
  it.each([
    ["bedrock", "paris"], ["regolith", "paris"], ["canyon", "shanghai"], ["delta", "shanghai"], ["ecotone", "cancun"], ["fjord", "cancun"], ["granite", "cancun"], ["holocene", "cancun"], ["isthmus", "prague"], ["jovian", "prague"], ["karst", "osaka"],
  ] as const)("%s has the EVM of %s", (fork, evm) => {
    expect(rulesTo(fork).evm.fork).toBe(evm);
  });

  it("change at the block's own time", () => {
    const config = configOf({ ...forksTo("holocene"), isthmus: 100 });
    expect([opRulesAt(config, 99).evm.fork, opRulesAt(config, 100).evm.fork]).toEqual(["cancun", "prague"]);
  });

  const cases: readonly (readonly [string, number, Fork, number])[] = [
    ["bn254 pairing", 0x08, "granite", 112_687],
    ["bn254 pairing", 0x08, "isthmus", 112_687],
    ["bn254 pairing", 0x08, "jovian", 81_984],
    ["bn254 pairing", 0x08, "karst", 57_600],
    ["BLS G1 MSM", 0x0c, "isthmus", 513_760],
    ["BLS G1 MSM", 0x0c, "jovian", 288_960],
    ["BLS G2 MSM", 0x0e, "isthmus", 488_448],
    ["BLS G2 MSM", 0x0e, "jovian", 278_784],
    ["BLS pairing", 0x0f, "isthmus", 235_008],
    ["BLS pairing", 0x0f, "jovian", 156_672],
  ];
  const ITEM: Readonly<Record<number, number>> = { 8: 192, 12: 160, 14: 288, 15: 384 };
  it.each(cases)("%s at 0x%s takes in %s at most %i bytes", (_, address, fork, most) => {
    const item = ITEM[address]!;
    const run = (size: number) => rulesTo(fork).evm.precompiles.get(precompileAddress(address))!(new Uint8Array(size)).run();
    const fits = Math.floor(most / item) * item;
    expect(run(fits)).toBeDefined();
    expect(run(fits + item)).toBeUndefined();
    expect(run(most + 1)).toBeUndefined();
  });

  it("before Granite do not limit the bn254 pairing", () => {
    expect(rulesTo("fjord").evm.precompiles.get(precompileAddress(0x08))!(new Uint8Array(192 * 600)).run()).toBeDefined();
  });

  it("have P256VERIFY from Fjord, at Osaka's price from Karst", () => {
    const gas = (fork: Fork) => rulesTo(fork).evm.precompiles.get(precompileAddress(0x100))?.(new Uint8Array(160)).gas;
    expect([gas("ecotone"), gas("fjord"), gas("jovian"), gas("karst")]).toEqual([undefined, 3_450, 3_450, 6_900]);
  });
});
