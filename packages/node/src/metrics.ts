import { Gauge, Registry } from "prom-client";
import type { SyncStatus } from "./sync-status.ts";

/** The metrics of one chain's node, each with the chain's label, read from its status when they are asked for. */
export function createNodeMetrics(chainId: number, status: () => SyncStatus): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ chain: String(chainId) });
  const heads = new Gauge({ name: "pangaea_l2_head_number", help: "Number of an L2 head", labelNames: ["label"], registers: [registry], collect });
  const times = new Gauge({ name: "pangaea_l2_head_timestamp_seconds", help: "Time of an L2 head", labelNames: ["label"], registers: [registry] });
  const l1 = new Gauge({ name: "pangaea_l1_head_number", help: "Number of an L1 block as the node sees it", labelNames: ["label"], registers: [registry] });
  function collect(): void {
    const now = status();
    for (const label of ["unsafe", "cross_unsafe", "local_safe", "safe", "finalized"] as const) {
      heads.set({ label }, now[`${label}_l2`].number);
      times.set({ label }, now[`${label}_l2`].timestamp);
    }
    l1.set({ label: "head" }, now.head_l1.number);
    l1.set({ label: "current" }, now.current_l1.number);
    l1.set({ label: "finalized" }, now.finalized_l1.number);
  }
  return registry;
}
