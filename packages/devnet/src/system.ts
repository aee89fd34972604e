import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock, Random } from "@pangaea/primitives";

export const systemClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};

export const systemRandom: Random = { bytes: (length) => new Uint8Array(randomBytes(length)) };
