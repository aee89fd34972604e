import type { DaCommitment } from "./da-commitment.ts";

/**
 * Where the inputs behind commitments are read.
 * Errors: `NotFoundError` when it has none for the commitment, `TemporaryError` when it cannot be asked or gives something else.
 */
export interface DaSource {
  input(commitment: DaCommitment): Promise<Uint8Array>;
}

/** Where inputs are put. Errors: `TemporaryError` when it did not take the input; the signal's reason. */
export interface DaStore {
  put(input: Uint8Array, signal?: AbortSignal): Promise<DaCommitment>;
}
