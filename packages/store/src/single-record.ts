import { checked, guarded, withCheck } from "./checked-value.ts";
import type { Store } from "./store.ts";

const KEY = Uint8Array.of(0);

export interface SingleRecordOptions {
  /** Names the record in errors, and says what to do when it is damaged. */
  readonly where: string;
  readonly remedy: string;
}

/** The one record of a store of its own, or of a part of one, with its check. Throws `TemporaryError` when the store fails, `CriticalError` when the record is damaged. */
export class SingleRecord {
  readonly #store: ReturnType<typeof guarded>;
  readonly #options: SingleRecordOptions;

  constructor(store: Store, options: SingleRecordOptions) {
    this.#store = guarded(store, options.where);
    this.#options = options;
  }

  get(): Uint8Array | undefined {
    const stored = this.#store.get(KEY);
    return stored === undefined ? undefined : checked(KEY, stored, this.#options.where, this.#options.remedy);
  }

  /** Puts bytes in the record's place, durably; takes it away without. */
  set(bytes: Uint8Array | undefined): void {
    this.#store.write([[KEY, bytes === undefined ? undefined : withCheck(KEY, bytes)]]);
  }
}
