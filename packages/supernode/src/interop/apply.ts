import { type Logger, NotFoundError, TemporaryError } from "@pangaea/primitives";
import type { DeniedOutput, VerifiedTimestamps } from "@pangaea/store";
import type { Decision, Transition } from "./decision.ts";
import type { WatchedChain } from "./observe.ts";

export interface ApplyModules {
  readonly chains: readonly WatchedChain[];
  readonly verified: VerifiedTimestamps;
  readonly log: Logger;
}

/** Completes a decision with what its application needs of the live chains. Throws `TemporaryError` when a block cannot be read: decide again. */
export async function prepare(decision: Extract<Decision, { kind: "invalidate" | "rewind" }>, chains: readonly WatchedChain[]): Promise<Transition> {
  if (decision.kind === "rewind") return decision;
  const blocks = [];
  for (const block of decision.blocks) blocks.push({ ...block, output: await outputOf(block.chainId, block.hash, chains) });
  return { ...decision, blocks };
}

async function outputOf(chainId: number, blockHash: `0x${string}`, chains: readonly WatchedChain[]): Promise<DeniedOutput> {
  const { execution } = chainOf(chains, chainId).chain;
  try {
    const { payload } = await execution.payloadByHash(blockHash);
    return { stateRoot: payload.stateRoot, messagePasserStorageRoot: await execution.messagePasserStorageRoot(blockHash), blockHash };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new TemporaryError(`chain ${chainId}: the execution layer no longer has block ${blockHash}, which is to be denied`);
  }
}

/**
 * Carries a transition out. Each step can be repeated, so that a transition found in the write-ahead log after a crash is just applied again;
 * nothing is read of the live chains.
 */
export function apply(transition: Transition, { chains, verified, log }: ApplyModules): void {
  if (transition.kind === "invalidate") {
    for (const { chainId, number, hash, rule, reason, output } of transition.blocks) {
      const { chain, denied, basis } = chainOf(chains, chainId);
      basis.note(transition);
      denied.add({ number, hash, decisionTimestamp: transition.timestamp, output, reason: `${rule}: ${reason}` });
      log.warn("a block is denied, its deposits alone take its place", { chain: chainId, block: number, hash, rule, reason });
      chain.reset();
    }
    return;
  }
  const to = transition.to ?? 0;
  verified.rewindTo(transition.to);
  log.warn("what was decided is taken back", { to: transition.to ?? "the beginning", reason: transition.reason });
  for (const { chain, denied, basis } of chains) {
    // Below the replacement of a denied block derivation has to start over: the block may hold now.
    const dropped = denied.dropDecidedAfter(to);
    basis.dropAfter(to);
    chain.authorityMoved();
    if (dropped.length > 0) chain.reset();
  }
}

function chainOf(chains: readonly WatchedChain[], chainId: number): WatchedChain {
  const found = chains.find(({ chain }) => chain.chainId === chainId);
  if (found === undefined) throw new TemporaryError(`chain ${chainId} is not run here: start it again with --chains, its pending decision waits for it`);
  return found;
}
