import type { Hex } from "@pangaea/primitives";

/** What the beacon endpoint can be made to do wrong, for tests; changed while it runs. */
export interface BeaconFaults {
  /** Milliseconds before every answer. */
  delay: number;
  /** Blobs are not found. */
  missing: boolean;
  /** Blobs come with a byte changed. */
  wrong: boolean;
  /** Every request is answered with status 503. */
  unavailable: boolean;
  /** The sidecars route is gone (status 410), as it is with newer beacon nodes. */
  withoutSidecars: boolean;
  /** Versioned hashes of blobs that are left out. */
  readonly dropped: Set<Hex>;
}

export const noFaults = (): BeaconFaults => ({ delay: 0, missing: false, wrong: false, unavailable: false, withoutSidecars: false, dropped: new Set() });
