import { describe, expect, test } from "vitest";
import {
  channelTimeout, engineApiVersions, FORKS, type ForkSchedule, isActivationBlock, isForkActiveAtBlock, isForkActiveAtInclusion, isForkActiveAtOrigin, isForkActiveAtParent, maxChannelBankSize, maxRlpBytesPerChannel, maxSequencerDrift,
  newestFork, type RollupConfig,
} from "../src/index.ts";

/** A fork every ten seconds from Regolith at 10 on. */
const SCHEDULE = Object.fromEntries(FORKS.slice(1).map((fork, i) => [fork, (i + 1) * 10])) as ForkSchedule;
const at = (fork: (typeof FORKS)[number]) => FORKS.indexOf(fork) * 10;

describe("a fork", () => {
  test.each([["the block's time", isForkActiveAtBlock], ["the parent's time", isForkActiveAtParent], ["the L1 origin's time", isForkActiveAtOrigin], ["the inclusion block's time", isForkActiveAtInclusion]] as const)("by %s is active from its second on, Bedrock always, one without a time never", (_, isActive) => {
    for (const fork of FORKS.slice(1)) expect([at(fork) - 1, at(fork), at(fork) + 1].map((time) => isActive(SCHEDULE, fork, time))).toEqual([false, true, true]);
    expect(isActive({}, "bedrock", 0)).toBe(true);
    expect(isActive({}, "jovian", Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  test.each([[1, [60]], [2, [60, 61]], [3, [60, 61, 62]]])("has one activation block where blocks take %i s, whenever the chain began", (interval, first) => {
    expect(Array.from({ length: 20 }, (_, i) => 50 + i).filter((time) => isActivationBlock(SCHEDULE, "granite", time, interval))).toEqual(first);
  });

  test("active at genesis has no activation block", () => {
    expect([0, 1, 2].map((time) => isActivationBlock({ regolith: 0 }, "regolith", time, 2))).toEqual([false, false, false]);
  });

  test("is the newest until the next", () => {
    for (const fork of FORKS) expect([at(fork), at(fork) + 9].map((time) => newestFork(SCHEDULE, time))).toEqual([fork, fork]);
  });
});

describe("what changes with forks", () => {
  const config = { forks: SCHEDULE, maxSequencerDrift: 600, channelTimeout: 300 } as RollupConfig;

  test.each([
    ["the sequencer drift, at Fjord", maxSequencerDrift, "fjord", 600, 1_800],
    ["the channel timeout, at Granite", channelTimeout, "granite", 300, 50],
    ["the bytes read of a channel, at Fjord", maxRlpBytesPerChannel, "fjord", 10_000_000, 100_000_000],
    ["the channel bank, at Fjord", maxChannelBankSize, "fjord", 100_000_000, 1_000_000_000],
  ] as const)("%s", (_, value, fork, before, after) => {
    expect([value(config, at(fork) - 1), value(config, at(fork))]).toEqual([before, after]);
  });

  test.each([
    ["bedrock", [1, 2, 2]], ["canyon", [2, 2, 2]], ["delta", [2, 2, 2]], ["ecotone", [3, 3, 3]], ["holocene", [3, 3, 3]], ["isthmus", [3, 4, 4]], ["lagoon", [3, 4, 4]],
  ] as const)("the Engine API's versions, in %s", (fork, expected) => {
    const { forkchoiceUpdated, newPayload, getPayload } = engineApiVersions(SCHEDULE, at(fork));
    expect([forkchoiceUpdated, newPayload, getPayload]).toEqual(expected);
  });
});
