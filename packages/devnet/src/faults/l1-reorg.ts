import { anvilBlock } from "@pangaea/l1";
import type { AnvilReorg } from "@pangaea/l1";
import { InvalidInputError } from "@pangaea/primitives";
import type { FaultModules } from "./fault-modules.ts";

/**
 * Replaces the newest blocks of L1. Throws `InvalidInputError` for a depth that would take back what is final, which no honest L1 does, or the
 * block with the chains' contracts.
 */
export async function reorgL1({ l1, chains }: FaultModules, { depth }: { readonly depth: number }): Promise<AnvilReorg> {
  const [latest, finalized] = [await anvilBlock(l1.rpc, "latest"), await anvilBlock(l1.rpc, "finalized")];
  const floor = Math.max(finalized.number, ...[...chains().values()].map(({ config }) => config.genesis.l1.number));
  if (depth > latest.number - floor) throw new InvalidInputError(`depth wants at most ${latest.number - floor} now, not ${depth}: block ${floor} of L1 is final or holds the chains' contracts, the head is ${latest.number}`);
  return l1.reorg(depth);
}
