import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { RelayPair } from "./relay-policy.ts";

/** What relaying counts, by pair of chains. Latency is from the time of the message's block to its execution seen, in seconds. */
export interface RelayerMetrics {
  readonly registry: Registry;
  countSeen(pair: RelayPair, messages: number): void;
  countRelayed(pair: RelayPair, latencySeconds: number): void;
  countFailedAttempt(pair: RelayPair): void;
  countExpired(pair: RelayPair): void;
}

const LATENCY_BUCKETS = [0.5, 1, 1.5, 2, 3, 4, 6, 10, 30, 60, 300, 3_600];
const labelsOf = ({ source, destination }: RelayPair) => ({ source: String(source), destination: String(destination) });

/** `pending` gives the messages of each pair that wait or are under way, when metrics are asked for. */
export function createRelayerMetrics(pairs: readonly RelayPair[], pending: (pair: RelayPair) => number): RelayerMetrics {
  const registry = new Registry();
  const common = { labelNames: ["source", "destination"] as const, registers: [registry] };
  const seen = new Counter({ name: "relayer_messages_seen_total", help: "Messages read from the source chain", ...common });
  const relayed = new Counter({ name: "relayer_messages_relayed_total", help: "Messages that this relayer executed on the destination", ...common });
  const failed = new Counter({ name: "relayer_failed_attempts_total", help: "Attempts that the destination refused or that reverted", ...common });
  const expired = new Counter({ name: "relayer_messages_expired_total", help: "Messages that expired before they could be executed", ...common });
  const latency = new Histogram({ name: "relayer_latency_seconds", help: "Time from a message's block to its execution", buckets: LATENCY_BUCKETS, ...common });
  new Gauge({
    name: "relayer_messages_pending",
    help: "Messages that wait or are under way",
    ...common,
    collect() {
      for (const pair of pairs) this.set(labelsOf(pair), pending(pair));
    },
  });
  for (const pair of pairs) {
    for (const counter of [seen, relayed, failed, expired]) counter.inc(labelsOf(pair), 0);
    latency.zero(labelsOf(pair));
  }
  return {
    registry,
    countSeen: (pair, messages) => seen.inc(labelsOf(pair), messages),
    countRelayed: (pair, seconds) => {
      relayed.inc(labelsOf(pair));
      latency.observe(labelsOf(pair), Math.max(0, seconds));
    },
    countFailedAttempt: (pair) => failed.inc(labelsOf(pair)),
    countExpired: (pair) => expired.inc(labelsOf(pair)),
  };
}
