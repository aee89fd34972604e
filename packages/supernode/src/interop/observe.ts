import { l2BlockNumberAt, timestampOfL2Block } from "@pangaea/config";
import { challengeLookback } from "@pangaea/derivation";
import { type BlockId, errorKind, errorMessage, type L1Heads, type L1Source, NotFoundError } from "@pangaea/primitives";
import type { DenyList, MessageIndex, VerifiedTimestamp, VerifiedTimestamps } from "@pangaea/store";
import type { DenialBasis } from "./denial-basis.ts";
import type { InteropChain } from "./interop-chain.ts";
import type { JudgedChain } from "./judge.ts";

/** Most timestamps that one observation covers. */
const MAX_ROUNDS = 512;

/** One chain with what interop keeps of it. */
export interface WatchedChain {
  readonly chain: InteropChain;
  readonly index: MessageIndex;
  readonly denied: DenyList;
  readonly basis: DenialBasis;
}

/** All chains at one timestamp: what is judged, and the L1 block from which all of it derives. */
export interface Round {
  readonly timestamp: number;
  readonly chains: readonly JudgedChain[];
  readonly heads: ReadonlyMap<number, BlockId>;
  readonly l1Inclusion: BlockId;
}

/**
 * Everything that one decision rests on, read at one time. unready: what is missing, in words; `behind` when it is only that a chain has not
 * derived so far. unsettled: whether L1 still has what decisions rest on, or whether that may be taken back, cannot be seen just now. stale: the
 * newest verified timestamp whose L1 block still stands, where L1 has another in place of a later one's or of that of a denial, and what of the
 * rest is finalized. diverged: a chain is another than the one that was verified, though L1 is the same.
 */
export type Observation =
  | { readonly kind: "unready"; readonly reason: string; readonly behind: boolean }
  | { readonly kind: "unsettled"; readonly reason: string }
  | { readonly kind: "stale"; readonly standing: number | undefined; readonly lost: BlockId; readonly finalized: FinalizedBlock | undefined }
  | { readonly kind: "diverged"; readonly reason: string }
  | { readonly kind: "rounds"; readonly rounds: readonly Round[]; readonly reason: string };

/** A block that cannot be taken back any more. */
export interface FinalizedBlock extends BlockId {
  readonly chainId: number;
}

export interface ObserveModules {
  readonly chains: readonly WatchedChain[];
  readonly verified: VerifiedTimestamps;
  readonly l1: Pick<L1Source, "blockRefByNumber">;
  readonly l1Heads: () => L1Heads | undefined;
  /** The first timestamp that is judged, Unix seconds; undefined while it is not known. */
  readonly firstTimestamp: () => number | undefined;
}

/** What L1 has in place of a block: the block itself, another, or nothing, which is no word about it: an endpoint may be behind. */
type OnL1 = "there" | "replaced" | "missing";

const NOT_SEEN = "whether it still stands is not known until --l1 has come so far";

/** Looks at all chains from the next timestamp on. Throws what L1 throws when it cannot be asked. */
export async function observe({ chains, verified, l1, l1Heads, firstTimestamp }: ObserveModules): Promise<Observation> {
  const { last } = verified;
  if (last !== undefined && (await onL1(l1, last.l1Inclusion)) !== "there") return lookBack(last, { chains, verified, l1, l1Heads });
  for (const { chain, basis } of chains) {
    const newest = basis.newest();
    if (newest === undefined || newest.timestamp <= (last?.timestamp ?? 0)) continue;
    const found = await onL1(l1, newest.l1Inclusion);
    if (found === "replaced") return { kind: "stale", standing: last?.timestamp, lost: newest.l1Inclusion, finalized: undefined };
    if (found === "missing") return { kind: "unsettled", reason: `L1 has no block ${newest.l1Inclusion.number}, on which a denial of chain ${chain.chainId} rests: ${NOT_SEEN}` };
  }
  const next = last === undefined ? firstTimestamp() : last.timestamp + 1;
  if (next === undefined) return { kind: "unready", behind: false, reason: "when verification begins is not known yet: not every chain has read its first L1 data" };

  const limits = chains.map((watched) => ({ watched, ...localSafeOf(watched, next) }));
  const blocked = limits.find(({ problem }) => problem !== undefined);
  if (blocked?.problem !== undefined) return { kind: "unready", reason: blocked.problem, behind: limits.every(({ problem, behind }) => problem === undefined || behind === true) };
  const divergence = last === undefined ? undefined : divergenceFrom(last, chains);
  if (divergence !== undefined && last !== undefined && (await onL1(l1, last.l1Inclusion)) === "there") {
    const { watched, number, reason } = divergence;
    const included = inclusionOf(watched)(number);
    if (typeof included === "string" || (await onL1(l1, included)) !== "there") return { kind: "unready", behind: false, reason: `${reason}: it comes from L1 data that does not stand, the chain will derive again` };
    return { kind: "diverged", reason };
  }
  const end = Math.min(next + MAX_ROUNDS - 1, ...limits.map(({ covered }) => covered));
  return collectRounds(chains, next, end, verified.last?.l1Inclusion, l1);
}

/** What follows when the L1 block of the last verified timestamp is not on L1. */
async function lookBack(last: VerifiedTimestamp, { chains, verified, l1, l1Heads }: Omit<ObserveModules, "firstTimestamp">): Promise<Observation> {
  const { standing, lost, found } = await newestStanding(verified, last, l1);
  if (found !== "replaced") return { kind: "unsettled", reason: `L1 has no block ${lost.number}, on which what was verified rests: ${NOT_SEEN}` };
  const finalized = finalizedAfter(chains, standing ?? (verified.first ?? last).timestamp - 1);
  const down = chains.find(({ chain }) => chain.heads() === undefined);
  // What L1 had not finalized, no chain has.
  if (finalized === undefined && down !== undefined && lost.number <= (l1Heads()?.finalized.number ?? Number.MAX_SAFE_INTEGER)) {
    return { kind: "unsettled", reason: `L1 block ${lost.number} (${lost.hash}) has left L1; whether a finalized block rests on it is not known until the node of chain ${down.chain.chainId} runs and has found its heads` };
  }
  return { kind: "stale", standing, lost: last.l1Inclusion, finalized };
}

/** Up to which time a chain's local-safe blocks are known here, or why they are not. */
function localSafeOf({ chain, index, denied }: WatchedChain, next: number): { readonly covered: number; readonly problem?: string; readonly behind?: boolean } {
  const { chainId, config } = chain;
  const no = (problem: string, behind = false) => ({ covered: 0, problem: `chain ${chainId}: ${problem}`, behind });
  const heads = chain.heads();
  if (heads === undefined) return no("its node does not run or has not found its heads yet");
  const { localSafe } = heads;
  const wanted = l2BlockNumberAt(config, next);
  if (wanted > localSafe.number) return no(`block ${wanted} for timestamp ${next} is not local safe yet, block ${localSafe.number} is`, true);
  if (!index.holds(localSafe)) return no(`local safe block ${localSafe.number} (${localSafe.hash}) is not in the message index yet`);
  const standing = denied.heights().find((height) => height <= localSafe.number && height >= wanted && isDeniedAt(index, denied, height));
  if (standing !== undefined) return no(`block ${standing} is denied and not replaced yet`);
  return { covered: timestampOfL2Block(config, localSafe.number) + config.blockTime - 1 };
}

function isDeniedAt(index: MessageIndex, denied: DenyList, height: number): boolean {
  const hash = index.hashAt(height);
  return hash !== undefined && denied.isDenied(height, hash);
}

/** A chain's finalized block that lies after a time. */
function finalizedAfter(chains: readonly WatchedChain[], timestamp: number): FinalizedBlock | undefined {
  for (const { chain } of chains) {
    const finalized = chain.heads()?.finalized;
    if (finalized !== undefined && finalized.number > Math.max(l2BlockNumberAt(chain.config, timestamp), chain.config.genesis.l2.number)) return { chainId: chain.chainId, number: finalized.number, hash: finalized.hash };
  }
  return undefined;
}

/** Where a chain has another block than the one that was verified last. */
function divergenceFrom({ timestamp, heads }: VerifiedTimestamp, chains: readonly WatchedChain[]): { readonly watched: WatchedChain; readonly number: number; readonly reason: string } | undefined {
  for (const watched of chains) {
    const { chain, index } = watched;
    const head = heads.get(chain.chainId);
    const known = head === undefined ? undefined : index.hashAt(head.number);
    if (head !== undefined && known !== undefined && known !== head.hash) return { watched, number: head.number, reason: `chain ${chain.chainId} has block ${head.number} (${known}), but ${head.hash} was verified there at timestamp ${timestamp}` };
  }
  return undefined;
}

async function collectRounds(chains: readonly WatchedChain[], from: number, to: number, floor: BlockId | undefined, l1: ObserveModules["l1"]): Promise<Observation> {
  const rounds: Round[] = [];
  const inclusions = chains.map((watched) => inclusionOf(watched));
  const gone = goneFrom(l1);
  let highest = floor;
  for (let timestamp = from; timestamp <= to; timestamp++) {
    const judged: JudgedChain[] = [];
    const heads = new Map<number, BlockId>();
    for (const [i, { chain, index }] of chains.entries()) {
      const number = l2BlockNumberAt(chain.config, timestamp);
      const hash = index.hashAt(number);
      const included = inclusions[i]!(number);
      if (hash === undefined || typeof included === "string") return { kind: "rounds", rounds, reason: `chain ${chain.chainId}: ${typeof included === "string" ? included : `block ${number} is not in the message index`}` };
      // Each of them: a chain that has not heard of a reorg yet may stand on lower L1 blocks than one that has.
      if (await gone(included)) return { kind: "rounds", rounds, reason: `L1 block ${included.number} (${included.hash}) is not on L1 any more: chain ${chain.chainId} will derive again` };
      const unsettled = challengeProblem(chain, number, included);
      if (unsettled !== undefined) return { kind: "rounds", rounds, reason: unsettled };
      if (highest === undefined || included.number > highest.number) highest = included;
      heads.set(chain.chainId, { number, hash });
      const made = timestampOfL2Block(chain.config, number);
      judged.push({ chainId: chain.chainId, config: chain.config, index, upTo: number, timestamp: made, executing: made === timestamp ? (index.executingAt(number) ?? []) : [] });
    }
    if (highest !== undefined) rounds.push({ timestamp, chains: judged, heads, l1Inclusion: highest });
  }
  return { kind: "rounds", rounds, reason: `all timestamps up to ${to} are verified` };
}

/** Why a block may not be verified yet: its data are kept elsewhere, and a challenge may still take them away. What is verified stays while L1 does. */
function challengeProblem(chain: InteropChain, number: number, included: BlockId): string | undefined {
  const lookback = challengeLookback(chain.config);
  if (lookback === 0) return undefined;
  const settled = included.number + lookback;
  const read = chain.syncStatus().current_l1.number;
  return read < settled ? `chain ${chain.chainId}: the data of block ${number} may be lost to a challenge up to L1 block ${settled}, and L1 is read up to block ${read}` : undefined;
}

/** Tells which L1 blocks are not on L1, each asked for once. */
function goneFrom(l1: ObserveModules["l1"]): (block: BlockId) => Promise<boolean> {
  const known = new Map<string, boolean>();
  return async (block) => {
    const gone = known.get(block.hash) ?? (await onL1(l1, block)) !== "there";
    known.set(block.hash, gone);
    return gone;
  };
}

/** Gives the L1 block at which a block became local safe, or in words why it is not known; remembers the last stretch. */
function inclusionOf({ chain }: WatchedChain): (number: number) => BlockId | string {
  let stretch: ReturnType<InteropChain["safeHeads"]["l1AtSafeHead"]> | undefined;
  return (number) => {
    if (number <= chain.config.genesis.l2.number) return chain.config.genesis.l1;
    try {
      if (stretch === undefined || number <= stretch.after || number > stretch.upTo) stretch = chain.safeHeads.l1AtSafeHead(number);
      return stretch.l1Block;
    } catch (error) {
      if (errorKind(error) !== "not-found" && errorKind(error) !== "temporary") throw error;
      return errorMessage(error);
    }
  };
}

/** The newest verified timestamp whose L1 block is on L1, the L1 block of the one after it and what L1 has in its place; by bisection: L1 blocks only rise with time. */
async function newestStanding(verified: VerifiedTimestamps, last: VerifiedTimestamp, l1: ObserveModules["l1"]): Promise<{ readonly standing: number | undefined; readonly lost: BlockId; readonly found: OnL1 }> {
  const first = (verified.first ?? last).timestamp;
  let standing = first - 1;
  let lost = last;
  while (lost.timestamp - standing > 1) {
    const entry = verified.at(Math.floor((standing + lost.timestamp) / 2));
    if (entry === undefined) break;
    if ((await onL1(l1, entry.l1Inclusion)) === "there") standing = entry.timestamp;
    else lost = entry;
  }
  return { standing: standing < first ? undefined : standing, lost: lost.l1Inclusion, found: await onL1(l1, lost.l1Inclusion) };
}

async function onL1(l1: ObserveModules["l1"], block: BlockId): Promise<OnL1> {
  try {
    return (await l1.blockRefByNumber(block.number)).hash === block.hash ? "there" : "replaced";
  } catch (error) {
    if (error instanceof NotFoundError) return "missing";
    throw error;
  }
}

/** Whether the chains' indexes still hold the blocks that were observed, each of them: they may have changed at any time that L1 was asked. */
export function stillStands(observation: Observation, chains: readonly WatchedChain[]): boolean {
  if (observation.kind !== "rounds") return true;
  return observation.rounds.every(({ heads }) => chains.every(({ chain, index }) => {
    const head = heads.get(chain.chainId);
    return head === undefined || index.holds(head);
  }));
}
