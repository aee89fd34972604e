import type { BlockId } from "@pangaea/primitives";
import type { VerifiedTimestamp } from "@pangaea/store";
import type { Decision } from "./decision.ts";
import { type Finding, judgeTimestamp } from "./judge.ts";
import type { Observation } from "./observe.ts";
import type { InteropRules } from "./rules.ts";

const DATA_REMEDY = "check that --l1 names the right L1; if it does, keep the data directory for an inquiry, then delete it and start again, all of it is derived from L1";

/**
 * Decides what to do: in, one observation; out, the decision. Timestamps that hold are taken together up to the first that does not; that one
 * is decided the next time. Missing data makes it wait or halt, only a contradiction makes a block invalid.
 * Source: op-supernode's interop activity, specs `interop/verifier.md`.
 */
export function decide(observation: Observation, rules: InteropRules): Decision {
  if (observation.kind === "unready" || observation.kind === "unsettled") return { kind: "wait", reason: observation.reason };
  if (observation.kind === "diverged") return { kind: "halt", reason: `${observation.reason}, and L1 is the same: ${DATA_REMEDY}` };
  if (observation.kind === "stale") {
    const { lost, standing, finalized } = observation;
    if (finalized !== undefined) return { kind: "halt", reason: `L1 block ${lost.number} (${lost.hash}) has left L1, but block ${finalized.number} (${finalized.hash}) of chain ${finalized.chainId} rests on it and is finalized, so it cannot be taken back: ${DATA_REMEDY}` };
    return { kind: "rewind", to: standing, reason: `L1 block ${lost.number} (${lost.hash}), on which decisions rest, has left L1` };
  }
  const entries: VerifiedTimestamp[] = [];
  for (const { timestamp, chains, heads, l1Inclusion } of observation.rounds) {
    const findings = judgeTimestamp(timestamp, chains, rules);
    if (findings.length > 0) return entries.length > 0 ? { kind: "advance", entries } : decideFindings(timestamp, findings, heads, l1Inclusion);
    entries.push({ timestamp, l1Inclusion, heads });
  }
  return entries.length > 0 ? { kind: "advance", entries } : { kind: "wait", reason: observation.reason };
}

function decideFindings(timestamp: number, findings: readonly Finding[], heads: VerifiedTimestamp["heads"], l1Inclusion: BlockId): Decision {
  const blocks = findings.filter(({ kind }) => kind === "invalid").map(({ chainId, rule, reason }) => ({ chainId, rule, reason, ...heads.get(chainId)! }));
  if (blocks.length > 0) return { kind: "invalidate", timestamp, l1Inclusion, blocks };
  const halting = findings.find(({ kind }) => kind === "halt");
  if (halting !== undefined) return { kind: "halt", reason: `timestamp ${timestamp}, chain ${halting.chainId}: ${halting.reason}` };
  const [waiting] = findings;
  return { kind: "wait", reason: `timestamp ${timestamp}, chain ${waiting?.chainId}: ${waiting?.reason}` };
}
