import { describe, expect, it } from "vitest";
import { createInteropMetrics } from "../../src/interop/metrics.ts";
import { at, Cluster } from "../support/cluster.ts";
import { executes, says } from "../support/messages.ts";

type Source = Parameters<typeof createInteropMetrics>[0];

/** What the metrics show, by name and labels. */
async function shown(metrics: ReturnType<typeof createInteropMetrics>): Promise<Readonly<Record<string, number>>> {
  const samples = (await metrics.registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

const NOTHING: Source = new Cluster({ chains: [{}, {}] }).interop;

describe("the metrics of the interop activity", () => {
  it("are all there, at nothing, before anything is known", async () => {
    expect(await shown(createInteropMetrics(NOTHING))).toMatchObject({
      ...Object.fromEntries(["wait", "advance", "invalidate", "rewind", "halt"].map((decision) => [`supernode_interop_round_decisions_total{decision="${decision}"}`, 0])),
      supernode_interop_timestamps_verified_total: 0, supernode_interop_rewinds_total: 0, supernode_interop_verified_timestamp: 0, supernode_interop_cross_unsafe_timestamp: 0, supernode_interop_verification_duration_seconds_count: 0,
      'supernode_log_backfill_progress{chain_id="901"}': 0, 'supernode_log_backfill_progress{chain_id="902"}': 0, 'supernode_denylist_entries_total{chain_id="901"}': 0,
    });
  });

  it("count decisions with their time, rewinds apart, verified timestamps, invalidations by chain, and errors by kind", async () => {
    const metrics = createInteropMetrics(NOTHING);
    metrics.countDecision("advance", 2);
    metrics.countDecision("advance", 20);
    metrics.countDecision("rewind", 500);
    metrics.countVerified(7);
    metrics.countInvalidation(902);
    metrics.countError("temporary");
    const bucket = (seconds: number | "+Inf") => `supernode_interop_verification_duration_seconds_bucket{le="${seconds}"}`;
    expect(await shown(metrics)).toMatchObject({
      'supernode_interop_round_decisions_total{decision="advance"}': 2, 'supernode_interop_round_decisions_total{decision="rewind"}': 1, 'supernode_interop_round_decisions_total{decision="wait"}': 0,
      supernode_interop_rewinds_total: 1, supernode_interop_timestamps_verified_total: 7, supernode_interop_verification_duration_seconds_sum: 0.522,
      [bucket(0.001)]: 0, [bucket(0.003)]: 1, [bucket(0.01)]: 1, [bucket(0.03)]: 2, [bucket(0.1)]: 2, [bucket(0.3)]: 2, [bucket(1)]: 3, [bucket(3)]: 3, [bucket(10)]: 3, [bucket("+Inf")]: 3,
      'supernode_interop_invalidations_total{chain_id="902"}': 1, 'supernode_activity_errors_total{activity="interop",error_type="temporary"}': 1,
    });
  });

  it("show how far verification has come, what each chain's index covers, and the heights with denied blocks", async () => {
    const cluster = new Cluster({ chains: [{}, {}] });
    cluster.chain(1).block([executes(cluster.chain(0).messageAt(1, 3, says(1)))]);
    cluster.fillAndPost(4);
    await cluster.settle();
    for (const chain of cluster.chains) chain.fill(at(6));
    await cluster.settle();
    expect(await shown(cluster.interop.metrics)).toMatchObject({
      supernode_interop_verified_timestamp: at(4), supernode_interop_cross_unsafe_timestamp: at(6), 'supernode_denylist_entries_total{chain_id="901"}': 0, 'supernode_denylist_entries_total{chain_id="902"}': 1,
      'supernode_log_backfill_progress{chain_id="901"}': 1, 'supernode_log_backfill_progress{chain_id="902"}': 1,
    });
  });

  it.each<readonly [string, Partial<Pick<Source, "halted" | "firstTimestamp">>, number]>([
    ["1 while it is not known when verification begins", { firstTimestamp: () => undefined, halted: undefined }, 1], ["2 while it runs", { firstTimestamp: () => 5, halted: undefined }, 2], ["3 when it has halted", { firstTimestamp: () => 5, halted: "a reason" }, 3],
    ["3 when it has halted before that is known", { firstTimestamp: () => undefined, halted: "a reason" }, 3],
  ])("show the state of the activity as %s", async (_, state, value) => {
    const { chains, verified, crossUnsafe } = NOTHING;
    expect(await shown(createInteropMetrics({ chains, verified, crossUnsafe, indexed: () => 0, firstTimestamp: () => undefined, halted: undefined, ...state }))).toMatchObject({ supernode_interop_activity_state: value });
  });
});
