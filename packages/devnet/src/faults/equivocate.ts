import { PREDEPLOYS } from "@pangaea/config";
import { type Hex, TemporaryError, transactionHash } from "@pangaea/primitives";
import { signFaultCall } from "./fault-account.ts";
import { chainOf, type FaultModules } from "./fault-modules.ts";

/** Longest that an equivocation may take: nothing is posted meanwhile, so that the block first told never reaches L1. */
const HOLD_MS = 30_000;

export interface Equivocation {
  readonly chainId: number;
  readonly blockNumber: number;
  /** The block that was told first, and the transactions that only it has. */
  readonly toldHash: Hex;
  readonly transactionHashes: readonly Hex[];
  /** Its sibling, with deposits alone, on which the chain is built and which is posted. */
  readonly postedHash: Hex;
}

export interface EquivocateInput {
  readonly chainId: number;
  /** What only the block told first holds; a transaction of the faults' account unless given. */
  readonly transactions: readonly Uint8Array[] | undefined;
}

/** Has the sequencer make a block and put another of the same parent in its place. Errors as of `VirtualNode.equivocate`. */
export async function equivocate(modules: FaultModules, { chainId, transactions }: EquivocateInput): Promise<Equivocation> {
  const { clock } = modules;
  const batcher = modules.batcher(chainId);
  const heldBefore = batcher?.status().heldUntil ?? 0;
  batcher?.hold(Math.max(HOLD_MS, heldBefore - clock.now()));
  try {
    const { node } = chainOf(modules, chainId);
    const told = transactions ?? [await signFaultCall(modules, chainId, { to: PREDEPLOYS.l2ToL1MessagePasser })];
    const { block, sibling } = await node.equivocate(told);
    if (sibling === undefined) throw new TemporaryError(`block ${block.number} of chain ${chainId} was given no sibling: try again`);
    return { chainId, blockNumber: block.number, toldHash: block.hash, transactionHashes: told.map(transactionHash), postedHash: sibling.hash };
  } finally {
    batcher?.hold(Math.max(0, heldBefore - clock.now()));
  }
}
