import { COMMITMENT_VERSION, type DaCommitment, decodeDaCommitment, InvalidInputError, type L1BlockRef, TemporaryError } from "@pangaea/primitives";
import type { AltDa } from "../alt-da/alt-da.ts";

/** An input is missing and more of L1 was read for it: the pipeline is to be stepped again at once. */
export class InputPendingError extends TemporaryError {}

function commitmentIn(item: Uint8Array): DaCommitment | undefined {
  try {
    return decodeDaCommitment(item.subarray(1));
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}

/**
 * The data of one L1 block where the batcher posts commitments: in, the data items of L1; out, items with each commitment replaced by its input. An
 * item that is no commitment passes as it is; a commitment that is malformed, of the other kind or lost counts for nothing. It is asked item by
 * item, and asks for the same input until that is there.
 * Errors: `InputPendingError`, and those of `AltDa`. Source: specs `experimental/alt-da.md#derivation`.
 */
export class AltDaInputs {
  readonly #altDa: AltDa;
  readonly #origin: L1BlockRef;
  readonly #items: Uint8Array[];

  constructor(altDa: AltDa, origin: L1BlockRef, items: readonly Uint8Array[]) {
    this.#altDa = altDa;
    this.#origin = origin;
    this.#items = [...items];
  }

  /** The next item; undefined when the L1 block has no more. */
  async next(): Promise<Uint8Array | undefined> {
    await this.#altDa.advance(this.#origin);
    for (let item = this.#items[0]; item !== undefined; item = this.#items[0]) {
      const commitment = item[0] === COMMITMENT_VERSION ? commitmentIn(item) : undefined;
      const input = commitment && (await this.#altDa.input(commitment, this.#origin));
      if (input?.kind === "pending") throw new InputPendingError("an input is missing; more of L1 was read for it");
      this.#items.shift();
      if (input?.kind === "input") return input.data;
      if (item[0] !== COMMITMENT_VERSION) return item;
    }
    return undefined;
  }
}
