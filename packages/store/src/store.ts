import { InvalidInputError } from "@pangaea/primitives";

/** Bytes. */
export const MAX_KEY_LENGTH = 500;

/** One write of a batch: a value puts, undefined deletes. */
export type Write = readonly [key: Uint8Array, value: Uint8Array | undefined];

export interface Range {
  /** Inclusive. */
  readonly from?: Uint8Array;
  /** Exclusive. */
  readonly to?: Uint8Array;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/**
 * An ordered, synchronous key-value store. Keys of 1 to 500 bytes in byte order, values of any length.
 * A batch is atomic and durable when `write` returns: after a crash either all or none of it is there.
 * `write` throws `InvalidInputError` when a key is empty or too long, and then writes nothing.
 * Implemented by memory and LMDB; one compliance suite serves both.
 */
export interface Store {
  get(key: Uint8Array): Uint8Array | undefined;
  entries(range?: Range): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
  write(batch: readonly Write[]): void;
  close(): Promise<void>;
}

/** Throws `InvalidInputError` when a key of the batch is empty or too long. */
export function checkBatch(batch: readonly Write[]): void {
  for (const [key] of batch) {
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) throw new InvalidInputError(`a store's key has 1 to ${MAX_KEY_LENGTH} bytes, not ${key.length}`);
  }
}
