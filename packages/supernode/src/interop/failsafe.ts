import { utf8ToBytes } from "@pangaea/primitives";
import { SingleRecord, type Store } from "@pangaea/store";

/** The switch that refuses all messages, kept over restarts. Throws `TemporaryError` when the store fails, `CriticalError` when the record is damaged. */
export class Failsafe {
  readonly #record: SingleRecord;
  #reason: string | undefined;

  /** Takes a store of its own, or a part of one. */
  constructor(store: Store) {
    this.#record = new SingleRecord(store, { where: "the record of the failsafe", remedy: "delete the folder of the interop activity, it is verified again from L1" });
    const bytes = this.#record.get();
    this.#reason = bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** Why nothing is let through, while that is so. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Switches it on with a reason, off without. */
  set(reason: string | undefined): void {
    this.#record.set(reason === undefined ? undefined : utf8ToBytes(reason));
    this.#reason = reason;
  }
}
