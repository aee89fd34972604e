import type { Batcher } from "@pangaea/batcher";
import type { AnvilReorg } from "@pangaea/l1";
import { type Clock, InvalidInputError } from "@pangaea/primitives";
import type { RpcClient } from "@pangaea/rpc";
import type { ChainContainer } from "@pangaea/supernode";

/** What faults work on: the parts of a running devnet. */
export interface FaultModules {
  chains(): ReadonlyMap<number, ChainContainer>;
  batcher(chainId: number): Batcher | undefined;
  readonly l1: { readonly rpc: Pick<RpcClient, "call">; reorg(depth: number): Promise<AnvilReorg> };
  /** The JSON-RPC of a chain's execution layer. */
  l2Url(chainId: number): string;
  readonly clock: Clock;
}

/** Throws `InvalidInputError` for a chain that is not of this devnet. */
export function chainOf({ chains }: Pick<FaultModules, "chains">, chainId: number): ChainContainer {
  const all = chains();
  const chain = all.get(chainId);
  if (chain === undefined) throw new InvalidInputError(`there is no chain ${chainId}; the chains are ${[...all.keys()].join(", ")}`);
  return chain;
}

/** Throws `InvalidInputError` for a chain that is not of this devnet. */
export function batcherOf(modules: FaultModules, chainId: number): Batcher {
  chainOf(modules, chainId);
  const batcher = modules.batcher(chainId);
  if (batcher === undefined) throw new InvalidInputError(`chain ${chainId} has no batcher here`);
  return batcher;
}
