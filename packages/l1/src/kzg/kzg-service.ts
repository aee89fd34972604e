import { bytesToHex, type Hex } from "@pangaea/primitives";
import { WorkerClient } from "@pangaea/rpc";

export interface BlobCommitment {
  readonly commitment: Uint8Array;
  readonly versionedHash: Hex;
}

/**
 * KZG on a worker thread of its own, one for the whole process: the trusted setup takes seconds to load and a blob tens of
 * milliseconds to commit to, which would hold up every chain. Started at the first use.
 */
export class KzgService {
  #worker: WorkerClient | undefined;

  #call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    this.#worker ??= new WorkerClient("kzg", new URL(import.meta.url.endsWith(".ts") ? "./kzg-worker.ts" : "./kzg-worker.js", import.meta.url).href, undefined, {
      onExit: () => {
        this.#worker = undefined;
      },
    });
    return this.#worker.call(method, ...params);
  }

  /** Loads the trusted setup ahead of need. Throws `CriticalError` when the library is missing. */
  async warmUp(): Promise<void> {
    await this.#call("load");
  }

  async commit(blob: Uint8Array): Promise<BlobCommitment> {
    const { commitment, versionedHash } = (await this.#call("commit", blob)) as { commitment: Uint8Array; versionedHash: Uint8Array };
    return { commitment, versionedHash: bytesToHex(versionedHash) };
  }

  async prove(blob: Uint8Array, commitment: Uint8Array): Promise<Uint8Array> {
    return (await this.#call("prove", blob, commitment)) as Uint8Array;
  }

  /** Whether a blob is the one of a versioned hash: by its proof when there is one, which is far quicker, else by committing anew. */
  async matches(blob: Uint8Array, hash: Hex, sidecar?: { readonly commitment: Uint8Array; readonly proof: Uint8Array }): Promise<boolean> {
    if (sidecar === undefined) return (await this.commit(blob)).versionedHash === hash;
    const { valid, versionedHash } = (await this.#call("verify", blob, sidecar.commitment, sidecar.proof)) as { valid: boolean; versionedHash: Uint8Array };
    return valid && bytesToHex(versionedHash) === hash;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }
}
