import { type BlockId, CriticalError, errorMessage, type Hex, isHex, utf8ToBytes } from "@pangaea/primitives";
import type { Store } from "@pangaea/store";
import { z } from "zod";

const KEY = Uint8Array.of(0);
const schema = z.object({ timestamp: z.number().int().nonnegative(), l1Inclusion: z.object({ hash: z.custom<Hex>((value) => isHex(value, 32)), number: z.number().int().nonnegative() }) });

/** The timestamp (Unix seconds) that a denial was decided at, and the L1 block from which all that was judged derives. */
export interface Basis {
  readonly timestamp: number;
  readonly l1Inclusion: BlockId;
}

/**
 * What the newest denial of a chain rests on, durably. Until its timestamp is verified nothing else tells that L1 has taken the reason of the
 * denial back. Throws what the store throws, `CriticalError` when the record is damaged.
 */
export class DenialBasis {
  readonly #store: Store;

  /** Takes a store of its own, or a part of one. */
  constructor(store: Store) {
    this.#store = store;
  }

  newest(): Basis | undefined {
    const bytes = this.#store.get(KEY);
    if (bytes === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    } catch (error) {
      throw new CriticalError(`the record of the L1 block that a denial rests on cannot be read (${errorMessage(error)}): delete the folder of the interop activity, it is verified again from L1`);
    }
  }

  note({ timestamp, l1Inclusion: { hash, number } }: Basis): void {
    this.#store.write([[KEY, utf8ToBytes(JSON.stringify({ timestamp, l1Inclusion: { hash, number } }))]]);
  }

  /** Forgets a denial decided after a timestamp. */
  dropAfter(timestamp: number): void {
    if ((this.newest()?.timestamp ?? 0) > timestamp) this.#store.write([[KEY, undefined]]);
  }
}
