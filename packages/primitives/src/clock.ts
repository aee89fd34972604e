/** Time as a dependency. `now` in milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance as a dependency. */
export interface Random {
  bytes(length: number): Uint8Array;
}
