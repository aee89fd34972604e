import { duration, type OptionSpec, type OptionTable, type OptionValues, text, whole } from "@pangaea/config";
import { DEFAULT_RELAYER_OPTIONS, type RelayerOptions } from "./options.ts";
import { parseRelayPolicy, type RelayPolicy } from "./relay-policy.ts";

const policy = (doc: string, fallback: RelayPolicy): OptionSpec<RelayPolicy> => ({ doc, placeholder: "PAIRS", default: fallback, shown: fallback.kind, parse: parseRelayPolicy });

/** The relayer's flags with the defaults of some options. */
export function relayerFlagTable(defaults: RelayerOptions) {
  return {
    relay: policy("messages to relay: all, none, or pairs of chain ids such as 901:902,902:901 (from:to)", defaults.policy),
    "relayer.private-key-file": text("file with the 32-byte hex key of the account that pays for relaying", "FILE"),
    "relayer.poll-interval": duration("time between looks at the chains' heads", defaults.pollIntervalMs, 10, 600_000),
    "relayer.max-in-flight": whole("transactions under way at once on a chain", defaults.maxInFlight, 1, 1_000),
    "relayer.max-queued": whole("messages of a pair of chains that wait before reading pauses", defaults.maxQueued, 1, 1_000_000),
    "relayer.max-attempts": whole("failed attempts after which a message waits --relayer.long-wait between attempts, until it expires", defaults.maxAttempts, 1, 1_000_000),
    "relayer.retry-delay": duration("first wait after a failed attempt; each further one is twice as long", defaults.retryDelayMs, 1, 60_000),
    "relayer.long-wait": duration("wait between the attempts of a message that failed often", defaults.longWaitMs, 100),
    "relayer.gas-margin": whole("percent of gas above the estimate", defaults.gasMarginPercent, 0, 1_000, "PERCENT"),
    "relayer.max-gas": whole("most gas that a message may take; one above it is not relayed", defaults.maxGas, 21_000, 1_000_000_000, "GAS"),
    "relayer.resubmission-timeout": duration("age at which a transaction that is in no block is sent again with higher fees", defaults.resubmissionTimeoutMs, 100),
    "relayer.lookback": whole("L2 blocks before the head at which a first start begins to read", defaults.lookbackBlocks, 0),
  } as const satisfies OptionTable;
}

export type RelayerFlagTable = ReturnType<typeof relayerFlagTable>;
export type RelayerFlags = OptionValues<RelayerFlagTable>;

/** The options that flags ask for; what no flag sets is as in `base`. */
export function relayerOptions(flags: Omit<RelayerFlags, "relayer.private-key-file">, base: RelayerOptions = DEFAULT_RELAYER_OPTIONS): RelayerOptions {
  return {
    ...base,
    policy: flags.relay,
    pollIntervalMs: flags["relayer.poll-interval"],
    maxInFlight: flags["relayer.max-in-flight"],
    maxQueued: flags["relayer.max-queued"],
    maxAttempts: flags["relayer.max-attempts"],
    retryDelayMs: flags["relayer.retry-delay"],
    longWaitMs: flags["relayer.long-wait"],
    gasMarginPercent: flags["relayer.gas-margin"],
    maxGas: flags["relayer.max-gas"],
    resubmissionTimeoutMs: flags["relayer.resubmission-timeout"],
    lookbackBlocks: flags["relayer.lookback"],
    maxRetryDelayMs: Math.max(base.maxRetryDelayMs, flags["relayer.retry-delay"]),
  };
}
