import { describe, expect, it } from "vitest";
import type { L2BlockRef } from "@pangaea/primitives";
import { ZERO_HASH } from "@pangaea/primitives";
import { type ChannelProgress, computeSyncActions, type RollupStatus, type SyncActions } from "../src/index.ts";
import { L2Chain, l1Ref, word } from "./support/chain.ts";

const chain = new L2Chain();
for (let i = 0; i < 30; i++) chain.add();
const refs = (first: number, last: number): L2BlockRef[] => Array.from({ length: last - first + 1 }, (_, i) => chain.ref(first + i));
const channel = (last: number, lastInclusion?: number): ChannelProgress => ({ lastBlock: chain.ref(last), isFullySubmitted: lastInclusion !== undefined, lastInclusion: lastInclusion ?? 0 });
const status = (safe: number, unsafe: number, currentL1 = 5): RollupStatus => ({ headL1: l1Ref(9), currentL1: l1Ref(currentL1), localSafeL2: chain.ref(safe), unsafeL2: chain.ref(unsafe) });

interface Case {
  readonly name: string;
  readonly status: RollupStatus;
  readonly blocks: readonly L2BlockRef[];
  readonly channels?: readonly ChannelProgress[];
  readonly expected: Partial<SyncActions>;
}

const load = (first: number, last: number) => ({ load: { first, last } });
const CASES: readonly Case[] = [
  { name: "waits while the node does not know L1's head", status: { ...status(10, 20), headL1: { ...l1Ref(0), hash: ZERO_HASH } }, blocks: [], expected: { kind: "wait" } },
  { name: "waits while derivation is behind where it was", status: status(10, 20, 4), blocks: [], expected: { kind: "wait" } },
  { name: "with nothing held loads from the safe to the unsafe head", status: status(10, 20), blocks: [], expected: { kind: "advance", pruneBlocks: 0, pruneChannels: 0, ...load(11, 20) } },
  { name: "with nothing held and nothing unsafe loads nothing", status: status(20, 20), blocks: [], expected: { kind: "advance", pruneBlocks: 0, pruneChannels: 0 } },
  { name: "loads what is new", status: status(10, 20), blocks: refs(11, 15), expected: { kind: "advance", pruneBlocks: 0, pruneChannels: 0, ...load(16, 20) } },
  { name: "forgets blocks that are safe", status: status(13, 20), blocks: refs(11, 15), expected: { kind: "advance", pruneBlocks: 3, pruneChannels: 0, ...load(16, 20) } },
  { name: "forgets all blocks when all are safe", status: status(15, 15), blocks: refs(11, 15), expected: { kind: "advance", pruneBlocks: 5, pruneChannels: 0 } },
  { name: "forgets channels that are safe, and keeps those that are not", status: status(13, 20), blocks: refs(11, 15), channels: [channel(12, 4), channel(13, 4), channel(15)], expected: { kind: "advance", pruneBlocks: 3, pruneChannels: 2, ...load(16, 20) } },
  { name: "keeps a channel whose frames are not all on L1 though its blocks are safe", status: status(13, 20), blocks: refs(11, 15), channels: [channel(13), channel(15)], expected: { kind: "advance", pruneBlocks: 3, pruneChannels: 0, ...load(16, 20) } },
  { name: "starts over when the safe head fell behind the oldest block", status: status(8, 20), blocks: refs(11, 15), expected: { kind: "restart", ...load(9, 20) } },
  { name: "starts over when the safe head is ahead of all blocks", status: status(17, 20), blocks: refs(11, 15), expected: { kind: "restart", ...load(18, 20) } },
  { name: "starts over when the safe head is another block than the one held", status: { ...status(13, 20), localSafeL2: { ...chain.ref(13), hash: word(1) } }, blocks: refs(11, 15), expected: { kind: "restart", ...load(14, 20) } },
  { name: "starts over when the oldest block held does not follow the safe head", status: { ...status(10, 20), localSafeL2: { ...chain.ref(10), hash: word(1) } }, blocks: refs(11, 15), expected: { kind: "restart", ...load(11, 20) } },
  { name: "starts over when the unsafe head went below the newest block", status: status(10, 14), blocks: refs(11, 15), expected: { kind: "restart", ...load(11, 14) } },
  { name: "starts over when another block has the newest one's height", status: { ...status(10, 15), unsafeL2: { ...chain.ref(15), hash: word(1) } }, blocks: refs(11, 15), expected: { kind: "restart", ...load(11, 15) } },
  { name: "starts over when derivation passed a channel and its blocks are not safe", status: status(10, 20), blocks: refs(11, 15), channels: [channel(12, 4)], expected: { kind: "restart", ...load(11, 20) } },
  { name: "is patient while derivation has not passed the channel's last block", status: status(10, 20), blocks: refs(11, 15), channels: [channel(12, 5)], expected: { kind: "advance", pruneBlocks: 0, pruneChannels: 0, ...load(16, 20) } },
];

describe("what to do on a sync status", () => {
  it.each(CASES)("$name", ({ status, blocks, channels = [], expected }) => {
    const { reason: _, ...actions } = { reason: "", ...computeSyncActions(status, { blocks, channels, lastCurrentL1: 5 }) };
    expect(actions).toEqual(expected);
  });
});
