import { utf8ToBytes } from "@pangaea/primitives";
import type { Store } from "@pangaea/store";

const KEY = Uint8Array.of(0);

/** The switch that refuses all messages, kept over restarts. Throws what the store throws. */
export class Failsafe {
  readonly #store: Store;
  #reason: string | undefined;

  /** Takes a store of its own, or a part of one. */
  constructor(store: Store) {
    this.#store = store;
    const bytes = store.get(KEY);
    this.#reason = bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** Why nothing is let through, while that is so. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Switches it on with a reason, off without. */
  set(reason: string | undefined): void {
    this.#store.write([[KEY, reason === undefined ? undefined : utf8ToBytes(reason)]]);
    this.#reason = reason;
  }
}
