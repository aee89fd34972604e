import { bytesToHex, type Clock, type Logger, type Random } from "@pangaea/primitives";
import type { Activity } from "./activity.ts";

const INTERVAL_MS = 10_000;

/** Says that the process lives: a log line every ten seconds, and `heartbeat_check`, which answers four random bytes as hex. */
export function createHeartbeat({ clock, random, log }: { readonly clock: Clock; readonly random: Random; readonly log: Logger }): Activity {
  return {
    name: "heartbeat",
    rpcMethods: { heartbeat_check: () => bytesToHex(random.bytes(4)) },
    async start(signal) {
      while (!signal.aborted) {
        await clock.sleep(INTERVAL_MS, signal);
        log.debug("heartbeat");
      }
    },
  };
}
