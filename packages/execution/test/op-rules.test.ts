import type { FORKS } from "@pangaea/config";
import { precompileAddress } from "@pangaea/evm";
import { encodeTransaction, hexToBytes } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { opRulesAt } from "../src/op-rules.ts";
import { account, BOB, configOf, deposit, forksTo, GENESIS_TIME, word } from "./fixture.ts";
import { EXECUTION_FORKS, extendFork, isFrom, openFork } from "./support/fork-chain.ts";

/** More than any fork lets the bn254 pairing take, in bytes. */
const BEYOND_ANY_LIMIT = 600 * 192;
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

  /** The most bytes that each precompile takes, by the fork that brought the limit; `undefined` is no precompile, `Infinity` no limit. */
  const LIMITED: readonly { readonly name: string; readonly address: number; readonly item: number; readonly most: Partial<Record<Fork, number>> }[] = [
    { name: "bn254 pairing", address: 0x08, item: 192, most: { bedrock: Number.POSITIVE_INFINITY, granite: 112_687, jovian: 81_984, karst: 57_600 } },
    { name: "BLS G1 MSM", address: 0x0c, item: 160, most: { isthmus: 513_760, jovian: 288_960 } },
    { name: "BLS G2 MSM", address: 0x0e, item: 288, most: { isthmus: 488_448, jovian: 278_784 } },
    { name: "BLS pairing", address: 0x0f, item: 384, most: { isthmus: 235_008, jovian: 156_672 } },
  ];
  const mostIn = (most: Partial<Record<Fork, number>>, fork: Fork) => EXECUTION_FORKS.slice(0, EXECUTION_FORKS.indexOf(fork) + 1).reduce<number | undefined>((found, one) => most[one] ?? found, undefined);
  const cases = LIMITED.flatMap(({ most, ...precompile }) => EXECUTION_FORKS.map((fork) => ({ ...precompile, fork, most: mostIn(most, fork) })));

  it.each(cases)("$name takes in $fork at most $most bytes, and not a pair or point more", ({ address, item, fork, most }) => {
    const precompile = rulesTo(fork).evm.precompiles.get(precompileAddress(address));
    if (most === undefined) return expect(precompile).toBeUndefined();
    const run = (size: number) => precompile!(new Uint8Array(size)).run();
    const fits = Math.floor((most === Number.POSITIVE_INFINITY ? BEYOND_ANY_LIMIT : most) / item) * item;
    expect(run(fits)).toBeDefined();
    if (most !== Number.POSITIVE_INFINITY) expect([run(fits + item), run(most + 1)]).toEqual([undefined, undefined]);
  });

  it.each([["granite", 112_512], ["jovian", 81_984], ["karst", 57_600]] as const)("%s's limit takes all of a call's gas, from within a block", async (fork, most) => {
    // CALLDATACOPY of all; STATICCALL of the pairing with 22,000,000 gas; its success goes to slot 0, the gas that went meanwhile to slot 1.
    const code = hexToBytes("0x3660006000375a60006000366000600863014fb180fa6000555a900360015500");
    const fixture = openFork(fork, { alloc: { [BOB]: account({ code, storage: { [word(0n)]: word(9n) } }) } });
    const call = async (bytes: number) => {
      await extendFork(fork, fixture, { transactions: [encodeTransaction(deposit({ data: new Uint8Array(bytes), gas: 29_000_000 }))] });
      const state = fixture.chain.headState();
      return [state.storage(BOB, 0n), state.storage(BOB, 1n) >= 22_000_000n];
    };
    expect(await call(most + 192)).toEqual([0n, true]);
    expect(await call(most)).toEqual([1n, false]);
  });

  it("have P256VERIFY from Fjord, at Osaka's price from Karst", () => {
    const gas = (fork: Fork) => rulesTo(fork).evm.precompiles.get(precompileAddress(0x100))?.(new Uint8Array(160)).gas;
    expect(EXECUTION_FORKS.map((fork) => [fork, gas(fork)])).toEqual(EXECUTION_FORKS.map((fork) => [fork, isFrom("karst")(fork) ? 6_900 : isFrom("fjord")(fork) ? 3_450 : undefined]));
  });

  it("have MODEXP at the price and with the limit of Osaka from Karst only", () => {
    const modexp = (fork: Fork, length: number) => rulesTo(fork).evm.precompiles.get(precompileAddress(5))!(Uint8Array.from({ length: 96 }, (_, i) => (i === 30 ? length >> 8 : i === 31 ? length & 255 : 0)));
    for (const fork of EXECUTION_FORKS) expect([modexp(fork, 0).gas, modexp(fork, 1_024).run() !== undefined, modexp(fork, 1_025).run() !== undefined]).toEqual(isFrom("karst")(fork) ? [500, true, false] : [200, true, true]);
  });
});
