import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Decision } from "./decision.ts";
import type { Interop } from "./interop.ts";

const DURATION_BUCKETS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** The metrics of the interop activity; names are op-supernode's where it has them. */
export interface InteropMetrics {
  readonly registry: Registry;
  /** `ms`: how long it took to look at all chains and to decide. */
  countDecision(kind: Decision["kind"], ms: number): void;
  countVerified(timestamps: number): void;
  countInvalidation(chainId: number): void;
  countError(kind: string): void;
}

export function createInteropMetrics(interop: Pick<Interop, "chains" | "verified" | "crossUnsafe" | "halted" | "indexed" | "firstTimestamp">): InteropMetrics {
  const registry = new Registry();
  const registers = [registry];
  const decisions = new Counter({ name: "supernode_interop_round_decisions_total", help: "Decisions of the interop activity", labelNames: ["decision"], registers });
  for (const decision of ["wait", "advance", "invalidate", "rewind", "halt"]) decisions.inc({ decision }, 0);
  const verified = new Counter({ name: "supernode_interop_timestamps_verified_total", help: "Timestamps at which all chains' messages were found to hold", registers });
  const durations = new Histogram({ name: "supernode_interop_verification_duration_seconds", help: "Time to look at all chains and to decide", buckets: DURATION_BUCKETS, registers });
  const rewinds = new Counter({ name: "supernode_interop_rewinds_total", help: "Times that decisions were taken back because L1 left the block they rest on", registers });
  const invalidations = new Counter({ name: "supernode_interop_invalidations_total", help: "Blocks denied because a message in them does not hold", labelNames: ["chain_id"], registers });
  const errors = new Counter({ name: "supernode_activity_errors_total", help: "Errors of activities that were tried again", labelNames: ["activity", "error_type"], registers });
  new Gauge({ name: "supernode_interop_verified_timestamp", help: "Newest timestamp at which all chains' messages are proved from L1", registers, collect() { this.set(interop.verified.last?.timestamp ?? 0); } });
  new Gauge({ name: "supernode_interop_cross_unsafe_timestamp", help: "Newest timestamp at which all chains' messages hold over unsafe blocks", registers, collect() { this.set(interop.crossUnsafe.timestamp ?? 0); } });
  new Gauge({ name: "supernode_interop_activity_state", help: "1 it is not known yet when verification begins, 2 running, 3 halted", registers, collect() { this.set(interop.halted !== undefined ? 3 : interop.firstTimestamp() === undefined ? 1 : 2); } });
  new Gauge({ name: "supernode_log_backfill_progress", help: "Share of the chain that its message index covers", labelNames: ["chain_id"], registers, collect() { for (const { chain } of interop.chains) this.set({ chain_id: String(chain.chainId) }, interop.indexed(chain.chainId)); } });
  new Gauge({ name: "supernode_denylist_entries_total", help: "Heights with denied blocks", labelNames: ["chain_id"], registers, collect() { for (const { chain, denied } of interop.chains) this.set({ chain_id: String(chain.chainId) }, denied.heights().length); } });
  return {
    registry,
    countVerified: (timestamps) => verified.inc(timestamps),
    countDecision: (decision, ms) => {
      durations.observe(ms / 1_000);
      decisions.inc({ decision });
      if (decision === "rewind") rewinds.inc();
    },
    countInvalidation: (chainId) => invalidations.inc({ chain_id: String(chainId) }),
    countError: (kind) => errors.inc({ activity: "interop", error_type: kind }),
  };
}
