import { type SyncStatus, syncStatus } from "@pangaea/node";
import type { BlockId, L1BlockRef, L2BlockRef } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { createSyncStatus } from "../../src/index.ts";
import { word } from "../support/fake-l1.ts";

const l1 = (number: number): L1BlockRef => ({ hash: word(1, number), number, parentHash: word(1, number - 1), timestamp: 100 + number });
const l2 = (chainId: number, number: number): L2BlockRef => ({ hash: word(chainId, number), number, parentHash: word(chainId, number - 1), timestamp: 1_000 + number, l1Origin: { hash: word(1, 5), number: 5 }, sequenceNumber: 2 });
const l2Json = (chainId: number, number: number) => ({ hash: word(chainId, number), number, parentHash: word(chainId, number - 1), timestamp: 1_000 + number, l1origin: { hash: word(1, 5), number: 5 }, sequenceNumber: 2 });

/** A chain that has read L1 up to a block, with one block between each two of its heads from unsafe down. */
function chain(chainId: number, reads: number, unsafe: number): { syncStatus(): SyncStatus } {
  const [crossUnsafe, localSafe, safe, finalized] = [unsafe - 1, unsafe - 2, unsafe - 3, unsafe - 4].map((number) => l2(chainId, number)) as [L2BlockRef, L2BlockRef, L2BlockRef, L2BlockRef];
  const heads = { unsafe: l2(chainId, unsafe), crossUnsafe, pendingSafe: localSafe, localSafe, safe, finalized };
  return { syncStatus: () => syncStatus(l1(reads), { latest: l1(30), safe: l1(20), finalized: l1(10) }, heads) };
}

const ask = (chains: ReadonlyMap<number, { syncStatus(): SyncStatus }>, judged: BlockId | undefined): unknown =>
  JSON.parse(JSON.stringify(createSyncStatus(() => chains, () => judged).rpcMethods!["supernode_syncStatus"]!([], {})));
const two = new Map([[902, chain(902, 25, 50)], [901, chain(901, 27, 40)]]);

describe("supernode_syncStatus", () => {
  it("has the reference's keys and nothing else: each chain's status, and the least of all", () => {
    const l1Json = (number: number) => ({ hash: word(1, number), number, parentHash: word(1, number - 1), timestamp: 100 + number });
    const status = (chainId: number, reads: number, unsafe: number) => ({
      current_l1: l1Json(reads), current_l1_finalized: l1Json(10), head_l1: l1Json(30), safe_l1: l1Json(20), finalized_l1: l1Json(10),
      unsafe_l2: l2Json(chainId, unsafe), cross_unsafe_l2: l2Json(chainId, unsafe - 1), pending_safe_l2: l2Json(chainId, unsafe - 2), local_safe_l2: l2Json(chainId, unsafe - 2), safe_l2: l2Json(chainId, unsafe - 3), finalized_l2: l2Json(chainId, unsafe - 4),
    });
    expect(ask(two, undefined)).toStrictEqual({
      chains: { 901: status(901, 27, 40), 902: status(902, 25, 50) }, chain_ids: ["901", "902"],
      current_l1: { hash: word(1, 25), number: 25 }, safe_timestamp: 1_037, local_safe_timestamp: 1_038, finalized_timestamp: 1_036,
    });
  });

  it.each<readonly [string, BlockId | undefined, number]>([
    ["below what the chains read: that one", { hash: word(1, 24), number: 24 }, 24],
    ["above: what the chain furthest behind reads", { hash: word(1, 26), number: 26 }, 25],
    ["not there, as messages do not count: the same", undefined, 25],
    ["none yet, or none just now: the genesis of L1, above which nothing is claimed", { hash: word(0), number: 0 }, 0],
  ])("tells of the L1 block up to which all was considered; where that of messages is %s", (_, judged, number) => {
    expect(ask(two, judged)).toMatchObject({ current_l1: { number } });
  });

  it("fails as a whole when one chain cannot be read", () => {
    const broken = new Map([...two, [903, { syncStatus: () => { throw new Error("chain 903: its node is paused"); } }]]);
    expect(() => ask(broken, undefined)).toThrow("chain 903: its node is paused");
  });
});
