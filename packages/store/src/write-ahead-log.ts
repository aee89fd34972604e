import { bytesEqual, CriticalError, errorMessage } from "@pangaea/primitives";
import { SingleRecord } from "./single-record.ts";
import type { Store } from "./store.ts";

const WHERE = "write-ahead log";
const REMEDY = "delete the folder of the interop activity, it is verified again from L1";

/** How a record becomes bytes and back. Equal records have equal bytes; `decode` throws for bytes that are no record. */
export interface Codec<T> {
  encode(record: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

/**
 * At most one record of something decided and not yet wholly applied, durable before its application begins.
 * Throws `TemporaryError` when the store fails, `CriticalError` when the record is damaged.
 */
export class WriteAheadLog<T> {
  readonly #record: SingleRecord;
  readonly #codec: Codec<T>;

  /** Takes a store of its own, or a part of one. */
  constructor(store: Store, codec: Codec<T>) {
    this.#record = new SingleRecord(store, { where: WHERE, remedy: REMEDY });
    this.#codec = codec;
  }

  /** The record that is to be applied. */
  pending(): T | undefined {
    const bytes = this.#record.get();
    if (bytes === undefined) return undefined;
    try {
      return this.#codec.decode(bytes);
    } catch (error) {
      throw new CriticalError(`${WHERE}: the pending record of ${bytes.length} bytes cannot be read (${errorMessage(error)}): start the version that wrote it, or ${REMEDY}`);
    }
  }

  /** Makes a record durable. Throws `CriticalError` when another is pending; an equal one is passed over. */
  put(record: T): void {
    const bytes = this.#codec.encode(record);
    const known = this.#record.get();
    if (known !== undefined && bytesEqual(known, bytes)) return;
    if (known !== undefined) throw new CriticalError(`${WHERE}: another record (${known.length} bytes) is still pending: apply and clear it before the next (${bytes.length} bytes)`);
    this.#record.set(bytes);
  }

  /** Forgets the record, when it is applied. */
  clear(): void {
    if (this.#record.get() !== undefined) this.#record.set(undefined);
  }
}
