import { resolveOptions } from "@pangaea/config";
import { describe, expect, it } from "vitest";
import { checkRelayerOptions, DEFAULT_RELAYER_OPTIONS, DEVNET_RELAYER_OPTIONS, type RelayerOptions, relayerFlagTable, relayerOptions } from "../src/index.ts";

const TABLE = relayerFlagTable(DEFAULT_RELAYER_OPTIONS);
const read = (flag: string, text: string) => resolveOptions(TABLE, { [flag]: { text, source: `--${flag}` } });

describe("the relayer's flags", () => {
  it.each<readonly [string, RelayerOptions]>([["default", DEFAULT_RELAYER_OPTIONS], ["devnet", DEVNET_RELAYER_OPTIONS]])("left out give the %s options, which make sense", (_, options) => {
    expect(relayerOptions(resolveOptions(relayerFlagTable(options), {}), options)).toEqual(options);
    expect(checkRelayerOptions(options)).toEqual(options);
  });

  it("relay nothing by default, and everything on the devnet", () => {
    expect([DEFAULT_RELAYER_OPTIONS.policy, DEVNET_RELAYER_OPTIONS.policy]).toEqual([{ kind: "none" }, { kind: "all" }]);
  });

  it.each<readonly [string, string, Partial<RelayerOptions>]>([
    ["relay", "all", { policy: { kind: "all" } }],
    ["relay", "902:901", { policy: { kind: "pairs", pairs: [{ source: 902, destination: 901 }] } }],
    ["relayer.poll-interval", "2s", { pollIntervalMs: 2_000 }],
    ["relayer.max-in-flight", "3", { maxInFlight: 3 }],
    ["relayer.max-queued", "77", { maxQueued: 77 }],
    ["relayer.max-attempts", "5", { maxAttempts: 5 }],
    ["relayer.retry-delay", "750ms", { retryDelayMs: 750 }],
    ["relayer.long-wait", "1m", { longWaitMs: 60_000 }],
    ["relayer.gas-margin", "0", { gasMarginPercent: 0 }],
    ["relayer.max-gas", "800000", { maxGas: 800_000 }],
    ["relayer.resubmission-timeout", "30s", { resubmissionTimeoutMs: 30_000 }],
    ["relayer.lookback", "100", { lookbackBlocks: 100 }],
  ])("--%s %s sets its option and no other", (flag, text, expected) => {
    const options = relayerOptions(read(flag, text));
    expect(options).toEqual({ ...DEFAULT_RELAYER_OPTIONS, ...expected });
    expect(checkRelayerOptions(options)).toEqual(options);
  });

  it("name the key's file", () => {
    expect(read("relayer.private-key-file", "/run/key")["relayer.private-key-file"]).toBe("/run/key");
  });

  it.each([
    ["relay", "sometimes", /wants all, none, or pairs/],
    ["relayer.max-in-flight", "0", /from 1 to 1000, not "0"/],
    ["relayer.max-queued", "0", /from 1 to 1000000/],
    ["relayer.gas-margin", "-1", /not "-1"/],
    ["relayer.poll-interval", "soon", /not "soon"/],
  ])("--%s %s is refused", (flag, text, message) => {
    expect(() => read(flag, text)).toThrow(message);
  });
});

describe("the relayer's options", () => {
  it.each<readonly [keyof RelayerOptions, Partial<RelayerOptions>]>([
    ["pollIntervalMs", { pollIntervalMs: 1 }],
    ["maxInFlight", { maxInFlight: 0 }],
    ["maxQueued", { maxQueued: Number.NaN }],
    ["gasMarginPercent", { gasMarginPercent: -1 }],
    ["maxGas", { maxGas: 20_999 }],
    ["lookbackBlocks", { lookbackBlocks: -1 }],
    ["maxAttempts", { maxAttempts: 0 }],
    ["retryDelayMs", { retryDelayMs: 5_000, maxRetryDelayMs: 1_000 }],
    ["notYetDelayMs", { notYetDelayMs: 0 }],
    ["longWaitMs", { longWaitMs: 0 }],
    ["resubmissionTimeoutMs", { resubmissionTimeoutMs: 0 }],
    ["pendingTimeoutMs", { pendingTimeoutMs: -1 }],
    ["feeLimitMultiplier", { feeLimitMultiplier: 0 }],
  ])("are refused with the field %s out of range", (field, change) => {
    expect(() => checkRelayerOptions({ ...DEFAULT_RELAYER_OPTIONS, ...change })).toThrow(`relayer option ${field} is`);
  });
});
