import { choice, duration, flag, type OptionTable, type OptionValues, text, whole } from "@pangaea/config";
import { DaClient } from "./da-client.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
const LEAST_TIMEOUT_MS = 10;
const MAX_TIMEOUT_MS = 600_000;
const MAX_REQUESTS = 64;

/** The flags of a chain whose data are kept elsewhere than on L1, for its node and its batcher. Names are op-node's. */
export const ALT_DA_FLAGS = {
  "altda.enabled": flag("the chain's data are at a DA server, and only commitments to them on L1"),
  "altda.da-server": text("the DA server", "URL"),
  "altda.verify-on-read": choice("hold what the DA server gives against its commitment", ["true", "false"], "true"),
  "altda.da-service": flag("the DA server makes the commitments: generic ones"),
  "altda.get-timeout": duration("longest wait for an input", DEFAULT_TIMEOUT_MS, LEAST_TIMEOUT_MS, MAX_TIMEOUT_MS),
  "altda.put-timeout": duration("longest wait for an input to be taken", DEFAULT_TIMEOUT_MS, LEAST_TIMEOUT_MS, MAX_TIMEOUT_MS),
  "altda.max-concurrent-da-requests": whole("inputs that the batcher puts at once", 1, 1, MAX_REQUESTS),
} as const satisfies OptionTable;

export type AltDaFlags = OptionValues<typeof ALT_DA_FLAGS>;

/** The client that flags ask for. Throws `InvalidInputError` when the URL is malformed. */
export function daClient(url: string, flags: AltDaFlags): DaClient {
  return new DaClient({ url, isService: flags["altda.da-service"], verifyOnRead: flags["altda.verify-on-read"] === "true", getTimeoutMs: flags["altda.get-timeout"], putTimeoutMs: flags["altda.put-timeout"] });
}
