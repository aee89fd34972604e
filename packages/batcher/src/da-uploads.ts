import { commitmentTxData, type DaCommitment, type DaStore, errorMessage, TemporaryError } from "@pangaea/primitives";
import type { BatchData } from "./channel.ts";

/**
 * Puts data to a DA server, some at once, and gives what stands for them on L1 in the order of the calls: frames are read in order there. When
 * a put fails, those called after it fail too, so that none goes ahead of it.
 * Source: specs `experimental/alt-da.md#input-commitment-submission`.
 */
export class DaUploads {
  readonly #store: DaStore;
  readonly #most: number;
  #running = 0;
  #pending = 0;
  readonly #waiting: (() => void)[] = [];
  /** Settles when the call before has: false when it failed. */
  #before: Promise<boolean> = Promise.resolve(true);

  constructor(store: DaStore, { most }: { readonly most: number }) {
    this.#store = store;
    this.#most = most;
  }

  /** Calls whose commitment is not on its way to L1 yet. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Puts data, and hands what stands for them on L1 to `send`, in the order of the calls; resolves as that does. Rejects with `TemporaryError` when these
   * data, or those of a call before, could not be put: they are to be given again, in order.
   */
  async put<Sent>(data: Uint8Array, send: (commitment: BatchData) => Promise<Sent>, signal: AbortSignal): Promise<Sent> {
    const before = this.#before;
    let settle: (isPut: boolean) => void = () => {};
    const own = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    this.#before = own;
    this.#pending++;
    try {
      const put = this.#put(data, signal);
      put.catch(() => undefined);
      if (!(await before)) throw new TemporaryError("what comes before could not be put to the DA server");
      const commitment = await put;
      const sent = send({ kind: "calldata", data: commitmentTxData(commitment) });
      settle(true);
      return sent;
    } catch (error) {
      settle(false);
      // Those that wait behind this one fail with it; what is called from now on begins anew.
      if (this.#before === own) this.#before = Promise.resolve(true);
      throw error;
    } finally {
      this.#pending--;
    }
  }

  async #put(data: Uint8Array, signal: AbortSignal): Promise<DaCommitment> {
    while (this.#running >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      signal.throwIfAborted();
      return await this.#store.put(data, signal);
    } catch (error) {
      throw error instanceof TemporaryError ? error : new TemporaryError(`the data could not be put to the DA server: ${errorMessage(error)}`);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
