import { FORKS, type GenesisAccount, PREDEPLOYS } from "@pangaea/config";
import type { PayloadAttributes } from "@pangaea/primitives";
import { account, configOf, extend, extraDataOf, forksTo, type GenesisInput, NOTHING, openChain, word } from "../fixture.ts";

export type Fork = (typeof FORKS)[number];
/** Every fork that has rules of execution of its own. */
export const EXECUTION_FORKS: readonly Fork[] = FORKS.slice(0, FORKS.indexOf("karst") + 1);
export const isFrom = (first: Fork) => (fork: Fork): boolean => FORKS.indexOf(fork) >= FORKS.indexOf(first);

/** The extra data of a block of a fork: denominator 250, elasticity 6, no minimum. */
export function extraDataOfFork(fork: Fork): Uint8Array {
  const jovian = extraDataOf(250, 6, 0n);
  return isFrom("jovian")(fork) ? jovian : isFrom("holocene")(fork) ? Uint8Array.of(0, ...jovian.subarray(1, 9)) : NOTHING;
}

/** A chain with every fork up to one from genesis. */
export const openFork = (fork: Fork, input: GenesisInput = {}) => openChain({ ...input, config: configOf(forksTo(fork)), extraData: extraDataOfFork(fork) });

const SINCE: readonly (readonly [keyof PayloadAttributes, Fork])[] = [["withdrawals", "canyon"], ["parentBeaconBlockRoot", "ecotone"], ["eip1559Params", "holocene"], ["minBaseFee", "jovian"]];

/** Attributes with only those fields that a fork has. */
export function forFork(fork: Fork, more: Partial<PayloadAttributes> = {}): Partial<PayloadAttributes> {
  return { ...Object.fromEntries(SINCE.filter(([, first]) => !isFrom(first)(fork)).map(([field]) => [field, undefined])), ...more };
}

/** Builds a block of a fork on the head and makes it the head. */
export const extendFork = (fork: Fork, fixture: ReturnType<typeof openChain>, more: Partial<PayloadAttributes> = {}) => extend(fixture, forFork(fork, more));

/** L1Block as Bedrock's attributes leave it: base fee, overhead and scalar in slots 1, 5 and 6. Wei; the scalar in millionths. */
export const bedrockL1Block = (baseFee: bigint, overhead: bigint, scalar: bigint, more: GenesisAccount["storage"] = {}): { readonly [PREDEPLOYS.l1Block]: GenesisAccount } =>
  ({ [PREDEPLOYS.l1Block]: account({ code: Uint8Array.of(0), storage: { [word(1n)]: word(baseFee), [word(5n)]: word(overhead), [word(6n)]: word(scalar), ...more } }) });
