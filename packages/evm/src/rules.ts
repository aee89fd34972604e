import { type Precompile, standardPrecompiles } from "./precompiles/index.ts";
import type { Hex } from "@pangaea/primitives";

export const EVM_FORKS = ["paris", "shanghai", "cancun", "prague", "osaka"] as const;
export type EvmFork = (typeof EVM_FORKS)[number];

/** A fork of the EVM as data. */
export interface EvmRules {
  readonly fork: EvmFork;
  /** Whether a fork's rules are in force. */
  readonly has: Readonly<Record<EvmFork, boolean>>;
  /** Precompiled contracts by address. */
  readonly precompiles: ReadonlyMap<Hex, Precompile>;
}

/** The rules of a fork; `precompiles` replaces or adds contracts, as the OP Stack's input limits do. */
export function rulesOf(fork: EvmFork, precompiles: ReadonlyMap<Hex, Precompile> = new Map()): EvmRules {
  const at = EVM_FORKS.indexOf(fork);
  const [paris, shanghai, cancun, prague, osaka] = EVM_FORKS.map((_, i) => i <= at) as [boolean, boolean, boolean, boolean, boolean];
  const has = { paris, shanghai, cancun, prague, osaka };
  return { fork, has, precompiles: new Map([...standardPrecompiles(has), ...precompiles]) };
}
