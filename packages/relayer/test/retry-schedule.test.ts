import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_RELAYER_OPTIONS } from "../src/index.ts";
import { doublingDelay, notYetDelay, retryDelay } from "../src/retry-schedule.ts";

const randomOf = (byte: number) => ({ bytes: (length: number) => new Uint8Array(length).fill(byte) });
const options = { retryDelayMs: 500, maxRetryDelayMs: 60_000, maxAttempts: 12, longWaitMs: 300_000, notYetDelayMs: 200 };

describe("waits between attempts", () => {
  it.each([[1, 500], [2, 1_000], [3, 2_000], [8, 60_000], [11, 60_000], [12, 300_000], [1_000, 300_000]])("after %i failures are about %i ms", (failures, ms) => {
    expect(Math.round(retryDelay(failures, options, randomOf(127)) / ms * 100) / 100).toBe(1);
  });

  it("are spread from three quarters to five quarters of their length, so that messages that failed together part", () => {
    fc.assert(fc.property(fc.nat(255), fc.integer({ min: 1, max: 11 }), (byte, failures) => {
      const nominal = doublingDelay(500, 60_000, failures);
      const wait = retryDelay(failures, options, randomOf(byte));
      expect(wait).toBeGreaterThanOrEqual(0.75 * nominal);
      expect(wait).toBeLessThanOrEqual(1.25 * nominal + 1e-6);
    }));
    expect(retryDelay(1, options, randomOf(255))).toBeGreaterThan(1.6 * retryDelay(1, options, randomOf(0)));
  });

  it.each([[1, 200], [2, 400], [5, 3_200], [6, 5_000], [1_000, 5_000]])("after %i answers of not yet in a row are %i ms", (delays, ms) => {
    expect(notYetDelay(delays, options)).toBe(ms);
  });

  it("never fall and never pass their bound", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 5_000 }), (first, most, failures) => {
      const [now, next] = [doublingDelay(first, most, failures), doublingDelay(first, most, failures + 1)];
      expect(next).toBeGreaterThanOrEqual(now);
      expect(next).toBeLessThanOrEqual(most);
    }));
    expect(DEFAULT_RELAYER_OPTIONS).toMatchObject(options);
  });
});
