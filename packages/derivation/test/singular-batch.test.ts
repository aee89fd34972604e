import type { RollupConfig } from "@pangaea/config";
import type { L1BlockRef, L2BlockRef, SingularBatch } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { checkSingularBatch } from "../src/index.ts";
import { bytes, configWith, HOLOCENE, hashOf, l1Chain, l2Ref, singular } from "./support/blocks.ts";

/** L1 blocks 100, 101 and 102 at times 1,000, 1,012 and 1,024. */
const [epoch, second, third] = l1Chain(100, 3) as [L1BlockRef, L1BlockRef, L1BlockRef];
const DRIFT = 1_800;
const config = configWith();
const TX = bytes(2, 0xc0);
/** L2 block 6, whose child is of the second epoch's time. */
const parent = l2Ref(5, epoch);

interface Case {
  readonly batch?: SingularBatch;
  readonly parent?: L2BlockRef;
  readonly l1Blocks?: readonly L1BlockRef[];
  readonly inclusion?: number;
  readonly config?: RollupConfig;
}
const judge = (one: Case) => checkSingularBatch(one.config ?? config, one.l1Blocks ?? [epoch, second, third], one.parent ?? parent, one.batch ?? singular(parent, epoch), { ...third, number: one.inclusion ?? third.number });

/** A parent whose child is of a time. */
const parentAt = (childTime: number, origin = epoch): L2BlockRef => l2Ref(5, origin, { timestamp: childTime - 2 });
const onEpoch = (childTime: number, fields: Partial<SingularBatch> = {}, origin = epoch): Case => ({ parent: parentAt(childTime), batch: singular(parentAt(childTime), origin, fields) });
const driftFrom = (block: L1BlockRef) => block.timestamp + DRIFT;
/** The second epoch is far enough for the first one's drift to be reached before it. */
const late: readonly L1BlockRef[] = [epoch, { ...second, timestamp: driftFrom(epoch) + 3 }, third];
const withTx = { transactions: [TX] };

describe("a singular batch", () => {
  it.each<[string, Case, string, RegExp?]>([
    ["that continues the chain", {}, "accept"],
    ["when no L1 block is known", { l1Blocks: [] }, "undecided"],
    ["of a later block", { batch: singular(parent, epoch, { timestamp: 1_013 }) }, "drop", /time 1013 is after the next block's, 1012/],
    ["of the block before", { batch: singular(parent, epoch, { timestamp: 1_011 }) }, "past", /time 1011 is before the next block's, 1012/],
    ["of the past, even on another parent", { batch: singular(parent, epoch, { timestamp: 1_010, parentHash: hashOf("other") }) }, "past"],
    ["on another parent", { batch: singular(parent, epoch, { parentHash: hashOf("other") }) }, "drop", /its parent is/],
    ["in the last L1 block of its sequencing window", { inclusion: 110 }, "accept"],
    ["one L1 block after its sequencing window", { inclusion: 111 }, "drop", /left the sequencing window before L1 block 111/],
    ["of the epoch before", { batch: singular(parent, epoch, { epochNumber: 99 }) }, "drop", /epoch 99 is before the current one, 100/],
    ["of the next epoch, at its time", { batch: singular(parent, second) }, "accept"],
    ["of the next epoch when that is not known", { batch: singular(parent, second), l1Blocks: [epoch] }, "undecided", /epoch 101 is not known yet/],
    ["of the epoch after the next", { batch: singular(parent, third) }, "drop", /epoch 102 is more than one after the current one, 100/],
    ["with another epoch hash", { batch: singular(parent, epoch, { epochHash: second.hash }) }, "drop", /epoch hash/],
    ["of the next epoch with the hash of this one", { batch: singular(parent, second, { epochHash: epoch.hash }) }, "drop", /epoch hash/],
    ["older than its L1 origin by a second", onEpoch(1_011, {}, second), "drop", /before its L1 origin's, 1012/],
    ["as old as its L1 origin", onEpoch(1_012, {}, second), "accept"],
    ["with transactions at the end of the drift", { ...onEpoch(driftFrom(epoch), withTx), l1Blocks: late }, "accept"],
    ["with transactions one second past the drift", { ...onEpoch(driftFrom(epoch) + 1, withTx), l1Blocks: late }, "drop", /past the sequencer drift, and it has transactions/],
    ["empty past the drift, before the next epoch's time", { ...onEpoch(driftFrom(epoch) + 2), l1Blocks: late }, "accept"],
    ["empty past the drift, at the next epoch's time", { ...onEpoch(driftFrom(epoch) + 3), l1Blocks: late }, "drop", /could have taken the next L1 origin/],
    ["empty past the drift, with the next epoch not known", { ...onEpoch(driftFrom(epoch) + 1), l1Blocks: [epoch] }, "undecided", /next L1 block is not known yet/],
    ["empty past the drift, that takes the next epoch", onEpoch(driftFrom(second) + 1, {}, second), "accept"],
    ["with transactions past the drift of the next epoch, which it takes", onEpoch(driftFrom(second) + 1, withTx, second), "drop", /past the sequencer drift/],
    ["with an empty transaction", { batch: singular(parent, epoch, { transactions: [TX, bytes()] }) }, "drop", /transaction 1 is empty/],
    ["with a deposit", { batch: singular(parent, epoch, { transactions: [bytes(0x7e, 1)] }) }, "drop", /transaction 0 is a deposit/],
    ["that sets code before Isthmus", { batch: singular(parent, epoch, { transactions: [bytes(4, 1)] }) }, "drop", /sets code before Isthmus/],
    ["that sets code from Isthmus on", { batch: singular(parent, epoch, { transactions: [bytes(4, 1)] }), config: configWith({}, { ...HOLOCENE, isthmus: 1_012 }) }, "accept"],
    ["that sets code a second before Isthmus", { batch: singular(parent, epoch, { transactions: [bytes(4, 1)] }), config: configWith({}, { ...HOLOCENE, isthmus: 1_013 }) }, "drop"],
    ["with transactions of any other kind", { batch: singular(parent, epoch, { transactions: [bytes(1), bytes(2), bytes(3), bytes(0xf8), bytes(0x7f)] }) }, "accept"],
  ])("%s", (_, one, verdict, reason) => {
    const judged = judge(one);
    expect(judged.verdict).toBe(verdict);
    if (judged.verdict !== "accept" && reason !== undefined) expect(judged.reason).toMatch(reason);
  });

  const beforeHolocene = configWith({}, { ...HOLOCENE, holocene: third.timestamp + 1 });
  it.each<[string, Case, string, string]>([
    ["that continues the chain", {}, "accept", "accept"],
    ["of a later block", { batch: singular(parent, epoch, { timestamp: 1_013 }) }, "future", "drop"],
    ["of a later block, whatever else is wrong with it", { batch: singular(parent, epoch, { timestamp: 1_014, parentHash: hashOf("other"), transactions: [bytes()] }) }, "future", "drop"],
    ["of the block before", { batch: singular(parent, epoch, { timestamp: 1_011 }) }, "drop", "past"],
    ["on another parent", { batch: singular(parent, epoch, { parentHash: hashOf("other") }) }, "drop", "drop"],
    ["one L1 block after its sequencing window", { inclusion: 111 }, "drop", "drop"],
    ["of the next epoch when that is not known", { batch: singular(parent, second), l1Blocks: [epoch] }, "undecided", "undecided"],
    ["with another epoch hash", { batch: singular(parent, epoch, { epochHash: second.hash }) }, "drop", "drop"],
    ["with transactions past the drift", { ...onEpoch(driftFrom(epoch) + 1, withTx), l1Blocks: late }, "drop", "drop"],
    ["empty past the drift, with the next epoch not known", { ...onEpoch(driftFrom(epoch) + 1), l1Blocks: [epoch] }, "undecided", "undecided"],
    ["with a deposit", { batch: singular(parent, epoch, { transactions: [bytes(0x7e, 1)] }) }, "drop", "drop"],
  ])("%s: before Holocene and from then on, by the inclusion block's time", (_, one, before, from) => {
    expect([judge({ ...one, config: beforeHolocene }).verdict, judge({ ...one, config: configWith({}, { ...HOLOCENE, holocene: third.timestamp }) }).verdict]).toEqual([before, from]);
  });

  it("is measured by the configured drift before Fjord, by the origin's time", () => {
    const rules = configWith({ maxSequencerDrift: 10 }, { ...HOLOCENE, fjord: second.timestamp, granite: 9_999, holocene: 9_999 });
    const far: readonly L1BlockRef[] = [epoch, { ...second, timestamp: 5_000 }, third];
    expect(judge({ ...onEpoch(1_010, withTx), config: rules, l1Blocks: far }).verdict).toBe("accept");
    expect(judge({ ...onEpoch(1_012, withTx), config: rules, l1Blocks: far }).verdict).toBe("drop");
    expect(judge({ ...onEpoch(1_700, withTx, second), config: rules }).verdict).toBe("accept");
  });

  const forks = { ...HOLOCENE, isthmus: 0, jovian: 0, karst: 0 };
  it.each([["isthmus", "accept"], ["jovian", "drop"], ["karst", "drop"], ["lagoon", "drop"]] as const)("with transactions in %s's first block: %s", (fork, verdict) => {
    for (const activation of [1_011, 1_012]) expect(judge({ batch: singular(parent, epoch, withTx), config: configWith({}, { ...forks, [fork]: activation }) }).verdict).toBe(verdict);
    for (const activation of [1_010, 1_013]) expect(judge({ batch: singular(parent, epoch, withTx), config: configWith({}, { ...forks, [fork]: activation }) }).verdict).toBe("accept");
    expect(judge({ config: configWith({}, { ...forks, [fork]: 1_012 }) }).verdict).toBe("accept");
  });
});
