import { type BlockId, CriticalError, errorMessage, type Hex, isHex, utf8ToBytes } from "@pangaea/primitives";
import { SingleRecord, type Store } from "@pangaea/store";
import { z } from "zod";

const WHERE = "the record of the L1 block that a denial rests on";
const REMEDY = "delete the folder of the interop activity, it is verified again from L1";
const schema = z.object({ timestamp: z.number().int().nonnegative(), l1Inclusion: z.object({ hash: z.custom<Hex>((value) => isHex(value, 32)), number: z.number().int().nonnegative() }) });

/** The timestamp (Unix seconds) that a denial was decided at, and the L1 block from which all that was judged derives. */
export interface Basis {
  readonly timestamp: number;
  readonly l1Inclusion: BlockId;
}

/**
 * What the newest denial of a chain rests on, durably. Until its timestamp is verified nothing else tells that L1 has taken the reason of the
 * denial back. Throws `TemporaryError` when the store fails, `CriticalError` when the record is damaged.
 */
export class DenialBasis {
  readonly #record: SingleRecord;

  /** Takes a store of its own, or a part of one. */
  constructor(store: Store) {
    this.#record = new SingleRecord(store, { where: WHERE, remedy: REMEDY });
  }

  newest(): Basis | undefined {
    const bytes = this.#record.get();
    if (bytes === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    } catch (error) {
      throw new CriticalError(`${WHERE} cannot be read (${errorMessage(error)}): start the version that wrote it, or ${REMEDY}`);
    }
  }

  note({ timestamp, l1Inclusion: { hash, number } }: Basis): void {
    this.#record.set(utf8ToBytes(JSON.stringify({ timestamp, l1Inclusion: { hash, number } })));
  }

  /** Forgets a denial decided after a timestamp. */
  dropAfter(timestamp: number): void {
    if ((this.newest()?.timestamp ?? 0) > timestamp) this.#record.set(undefined);
  }
}
