import { afterEach, describe, expect, it } from "vitest";
import { Cluster } from "./support/cluster.ts";

describe("the relayer's metrics", () => {
  let cluster: Cluster;
  afterEach(() => cluster.stop());

  it("are there for every pair from the start, and for no other", async () => {
    cluster = new Cluster({ options: { policy: { kind: "pairs", pairs: [{ source: 901, destination: 902 }] } } });
    const text = await cluster.relayer.metrics.metrics();
    for (const name of ["relayer_messages_seen_total", "relayer_messages_relayed_total", "relayer_failed_attempts_total", "relayer_messages_expired_total", "relayer_messages_pending"]) {
      expect(text).toContain(`${name}{source="901",destination="902"} 0`);
    }
    expect(text).not.toContain('source="902"');
  });

  it("count what was seen, what waits, what was relayed and how long it took from its block", async () => {
    cluster = new Cluster();
    const [a, b] = cluster.chains;
    b!.isBehind = true;
    a!.post({ destination: 902 });
    a!.post({ destination: 902 });
    await cluster.seconds(2);
    const read = () => Promise.all(["relayer_messages_seen_total", "relayer_messages_pending", "relayer_messages_relayed_total", "relayer_latency_seconds_count", "relayer_latency_seconds_sum"].map((name) => cluster.metric(name, 901, 902)));
    expect(await read()).toEqual([2, 2, 0, 0, 0]);
    b!.isBehind = false;
    await cluster.seconds(6);
    const [seen, pending, relayed, count, sum] = await read();
    expect([seen, pending, relayed, count]).toEqual([2, 0, 2, 2]);
    const sentAt = a!.blocks.find(({ logs }) => logs.length > 0)!.timestamp;
    const executedAt = b!.blocks.find(({ relayed: hashes }) => hashes.length > 0)!.timestamp;
    expect(sum! / 2 - (executedAt - sentAt)).toBeGreaterThan(0);
    expect(sum! / 2 - (executedAt - sentAt)).toBeLessThan(1);
    expect(await cluster.metric("relayer_messages_seen_total", 902, 901)).toBe(0);
  });
});
