import type { MessageCheck, MessageCheckResult, MessageDescriptor, MessageFilter } from "@pangaea/execution";
import { parseInboxEntries } from "@pangaea/interop";
import type { Clock, Hex } from "@pangaea/primitives";
import type { Ingress, IngressPolicy } from "./ingress.ts";

/** How long a block waits for a block of the same second on another chain, and how often it looks. */
const SAME_TIMESTAMP_MS = 150;
const LOOK_MS = 5;

export interface MessageFilterModules {
  readonly ingress: Ingress;
  readonly clock: Clock;
}

/**
 * What the pool and the builder of one chain ask about their transactions' messages, by that chain's policy. Where messages of the same
 * second may be executed, it waits a little for the block that is to send them.
 */
export function messageFilterOf({ ingress, clock }: MessageFilterModules, chainId: number, policy: IngressPolicy): MessageFilter {
  const executing = BigInt(chainId);
  const check = (checks: readonly MessageCheck[], { timestamp, timeout }: MessageDescriptor): readonly MessageCheckResult[] => checks.map(({ entries }) => ingress.check(entries, { chainId: executing, timestamp, timeout }, policy));
  return {
    check: async (checks, descriptor) => {
      let results = check(checks, descriptor);
      if (policy.sameTimestamp === "refused" || descriptor.timeout > 0) return results;
      const awaited = checks.filter(({ entries }, i) => results[i]?.kind === "wait" && isOfSecond(entries, descriptor.timestamp));
      for (const deadline = clock.now() + SAME_TIMESTAMP_MS; awaited.length > 0 && clock.now() < deadline; ) {
        await clock.sleep(LOOK_MS);
        results = check(checks, descriptor);
        if (check(awaited, descriptor).every(({ kind }) => kind !== "wait")) break;
      }
      return results;
    },
  };
}

function isOfSecond(entries: readonly Hex[], timestamp: number): boolean {
  return parseInboxEntries(entries).some(({ identifier }) => identifier.timestamp === timestamp);
}
