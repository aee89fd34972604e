import { checkMessage, type ExecutingMessage } from "@pangaea/interop";
import { type BlockId, type Hex, NotFoundError } from "@pangaea/primitives";
import type { Interop } from "./interop.ts";
import { judgeTimestamp } from "./judge.ts";
import type { WatchedChain } from "./observe.ts";
import { containsClaim, type SourceView } from "./rules.ts";
import { l2BlockNumberAt, timestampOfL2Block } from "@pangaea/config";

/** The least certain thing that can be said of a block, or that it fell. */
export type BlockStatus = "denied" | "unsafe" | "cross-unsafe" | "local-safe" | "safe" | "finalized";

export interface ExplainedMessage {
  readonly message: ExecutingMessage;
  readonly verdict: "valid" | "invalid" | "wait" | "halt";
  /** The rule that was decisive, with the values compared; that the log was found, when it was. */
  readonly reason: string;
}

/** What can be said of one block: how certain it is, its messages one by one, what it waits for, and what stood in its place before. */
export interface BlockExplanation {
  readonly chainId: number;
  readonly block: BlockId & { readonly timestamp: number };
  readonly status: BlockStatus;
  /** The L1 block at which its own data was complete; undefined while that is not on L1. */
  readonly requiredL1: BlockId | undefined;
  readonly messages: readonly ExplainedMessage[];
  /** In words; undefined when the block is safe. */
  readonly waitsFor: string | undefined;
  /** Blocks of the same height that were judged invalid, with the reason of each. */
  readonly denied: readonly (BlockId & { readonly decidedAt: number; readonly reason: string })[];
}

/** Explains the block of a height, against what the indexes hold now. Throws `NotFoundError` when the chain has not come so far. */
export function explainBlock(interop: Interop, chainId: number, number: number): BlockExplanation {
  const watched = interop.watched(chainId);
  const { index, denied } = watched;
  const block = index.blockAt(number);
  if (block === undefined) throw new NotFoundError(`chain ${chainId}: block ${number} is not in the message index, which holds ${index.last === undefined ? "no block yet" : `${index.first?.number} to ${index.last.number}`}`);
  const status = statusOf(interop, watched, number);
  const requiredL1 = includedAt(watched, number);
  return {
    chainId,
    block: { number, hash: block.hash, timestamp: block.timestamp },
    status,
    requiredL1,
    messages: block.executing.map((message) => explainMessage(interop, chainId, block.timestamp, message)),
    waitsFor: status === "safe" || status === "finalized" ? undefined : waitsFor(interop, watched, number, requiredL1),
    denied: denied.at(number).map(({ hash, decisionTimestamp, reason }) => ({ number, hash, decidedAt: decisionTimestamp, reason })),
  };
}

/** Explains a block that fell, by its hash; undefined when none with that hash did. */
export function explainDenied(interop: Interop, chainId: number, hash: Hex): BlockExplanation | undefined {
  const { chain, denied } = interop.watched(chainId);
  const found = denied.all(0, Number.MAX_SAFE_INTEGER).find((block) => block.hash === hash);
  if (found === undefined) return undefined;
  const { number, decisionTimestamp, reason } = found;
  return { chainId, block: { number, hash, timestamp: timestampOfL2Block(chain.config, number) }, status: "denied", requiredL1: undefined, messages: [], waitsFor: undefined, denied: [{ number, hash, decidedAt: decisionTimestamp, reason }] };
}

function statusOf(interop: Interop, { chain }: WatchedChain, number: number): BlockStatus {
  const heads = chain.heads();
  if (heads === undefined) return "unsafe";
  if (number <= heads.finalized.number) return "finalized";
  if (number <= heads.safe.number) return "safe";
  if (number <= heads.localSafe.number) return "local-safe";
  return number <= (interop.crossUnsafe.head(chain.chainId)?.number ?? heads.crossUnsafe.number) ? "cross-unsafe" : "unsafe";
}

function includedAt({ chain }: WatchedChain, number: number): BlockId | undefined {
  const { genesis } = chain.config;
  if (number <= genesis.l2.number) return genesis.l1;
  if (number > (chain.heads()?.localSafe.number ?? -1)) return undefined;
  try {
    return chain.safeHeads.l1AtSafeHead(number).l1Block;
  } catch {
    return undefined;
  }
}

function explainMessage(interop: Interop, chainId: number, timestamp: number, message: ExecutingMessage): ExplainedMessage {
  const { dependencySet } = interop.rules;
  const verdict = checkMessage(message, {
    executingChainId: BigInt(chainId), executingTimestamp: timestamp, sameTimestamp: "allowed", dependencySet, activationOf: (id) => interop.rules.activationOf(id),
    contains: (claim) => containsClaim(claim, sourceAt(interop, claim.identifier.chainId, timestamp)),
  });
  const { blockNumber, logIndex, chainId: source } = message.identifier;
  const hash = interop.chains.find(({ chain }) => BigInt(chain.chainId) === source)?.index.hashAt(blockNumber);
  return { message, verdict: verdict.kind, reason: verdict.kind === "valid" ? `log ${logIndex} of block ${blockNumber} (${hash ?? "which has just left it"}) of chain ${source} has the claimed checksum` : `${verdict.rule}: ${verdict.message}` };
}

/** A source chain as a block of that time may see it. */
function sourceAt(interop: Interop, chainId: bigint, timestamp: number): SourceView | undefined {
  const found = interop.chains.find(({ chain }) => BigInt(chain.chainId) === chainId);
  return found === undefined ? undefined : { config: found.chain.config, index: found.index, upTo: l2BlockNumberAt(found.chain.config, timestamp) };
}

function waitsFor(interop: Interop, { chain }: WatchedChain, number: number, requiredL1: BlockId | undefined): string {
  if (interop.halted !== undefined) return `interop has halted: ${interop.halted}`;
  const heads = chain.heads();
  if (heads === undefined) return "its chain's node, which does not run or has not found its heads yet";
  const timestamp = timestampOfL2Block(chain.config, number);
  const finding = judgeAll(interop, timestamp).find(({ chainId }) => chainId === chain.chainId);
  if (finding !== undefined) return `${finding.kind === "invalid" ? "its replacement" : "a message"}: ${finding.rule}: ${finding.reason}`;
  if (requiredL1 === undefined) return `its data on L1: block ${heads.localSafe.number} is the last that derivation has reached, reading L1 block ${chain.syncStatus().current_l1.number}`;
  return `the other chains at timestamp ${interop.verified.last === undefined ? (interop.firstTimestamp() ?? timestamp) : interop.verified.last.timestamp + 1}: ${interop.waiting}`;
}

function judgeAll(interop: Interop, timestamp: number): ReturnType<typeof judgeTimestamp> {
  const chains = interop.chains.flatMap(({ chain, index }) => {
    const upTo = l2BlockNumberAt(chain.config, timestamp);
    const block = index.sealOf(upTo);
    return block === undefined ? [] : [{ chainId: chain.chainId, config: chain.config, index, upTo, timestamp: block.timestamp, executing: block.timestamp === timestamp ? (index.executingAt(upTo) ?? []) : [] }];
  });
  return chains.length < interop.chains.length ? [] : judgeTimestamp(timestamp, chains, interop.rules);
}
