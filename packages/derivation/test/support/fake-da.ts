import { commitmentHex, type DaCommitment, type DaSource, type DaStore, type Hex, keccakCommitment, NotFoundError, TemporaryError } from "@pangaea/primitives";

/** A DA server in memory. */
export class FakeDa implements DaSource, DaStore {
  readonly #inputs = new Map<Hex, Uint8Array>();
  /** While set, it cannot be asked. */
  isDown = false;
  asked = 0;

  keep(commitment: DaCommitment, input: Uint8Array): DaCommitment {
    this.#inputs.set(commitmentHex(commitment), input);
    return commitment;
  }

  forget(commitment: DaCommitment): void {
    this.#inputs.delete(commitmentHex(commitment));
  }

  async put(input: Uint8Array): Promise<DaCommitment> {
    if (this.isDown) throw new TemporaryError("the DA server does not answer");
    return this.keep(keccakCommitment(input), input);
  }

  async input(commitment: DaCommitment): Promise<Uint8Array> {
    this.asked++;
    if (this.isDown) throw new TemporaryError("the DA server does not answer");
    const input = this.#inputs.get(commitmentHex(commitment));
    if (input === undefined) throw new NotFoundError("the DA server has nothing");
    return input;
  }
}
