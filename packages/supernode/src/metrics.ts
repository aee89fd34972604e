import { Counter, Gauge, Registry } from "prom-client";

/** The supernode's own metrics. */
export interface SupernodeMetrics {
  readonly registry: Registry;
  countRestart(chainId: number): void;
}

export function createSupernodeMetrics(version: string): SupernodeMetrics {
  const registry = new Registry();
  const restarts = new Counter({ name: "supernode_virtual_node_restarts_total", help: "Virtual nodes started again after a failure", labelNames: ["chain_id"], registers: [registry] });
  new Gauge({ name: "supernode_info", help: "Version of this supernode", labelNames: ["version"], registers: [registry] }).set({ version }, 1);
  return { registry, countRestart: (chainId) => restarts.inc({ chain_id: String(chainId) }) };
}

/** One exposition of several registries: a metric that stands in more than one is described once. */
export async function mergedMetrics(registries: readonly Registry[]): Promise<string> {
  const described = new Map<string, { readonly head: string[]; readonly samples: string[] }>();
  for (const registry of registries) {
    for (const block of (await registry.metrics()).split(/\n(?=# HELP )/)) {
      const lines = block.split("\n").filter((line) => line !== "");
      const name = /^# HELP (\S+)/.exec(lines[0] ?? "")?.[1];
      if (name === undefined) continue;
      const samples = lines.filter((line) => !line.startsWith("#"));
      const known = described.get(name);
      if (known === undefined) described.set(name, { head: lines.filter((line) => line.startsWith("#")), samples });
      else known.samples.push(...samples);
    }
  }
  return `${[...described.values()].flatMap(({ head, samples }) => [...head, ...samples]).join("\n")}\n`;
}
