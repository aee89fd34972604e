import { createHash } from "node:crypto";
import { bytesToHex, type Hex, TemporaryError } from "@pangaea/primitives";
import { WorkerClient } from "@pangaea/rpc";
import { Limiter } from "../limiter.ts";
import { SharedCache } from "../shared-cache.ts";
import { versionedHashOf } from "./versioned-hash.ts";

export interface BlobCommitment {
  /** 48 bytes. */
  readonly commitment: Uint8Array;
  readonly versionedHash: Hex;
}

/** What a blob sidecar brings to prove that a blob is the one of a commitment: 48 bytes each. */
export interface BlobProof {
  readonly commitment: Uint8Array;
  readonly proof: Uint8Array;
}

const MAX_KNOWN = 1_024;
/** Blobs lie in both threads while they are worked on; the rest wait in one. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 1_000;
const POINT_SIZE = 48;

/**
 * KZG on a worker thread of its own, one for the whole process: the trusted setup takes seconds to load and a blob tens of
 * milliseconds to commit to, which would hold up every chain. Started at the first use. What was computed for a blob is remembered by the
 * blob's SHA-256, so that a batcher's commitments serve the verification of the same blobs.
 * Without the native library (`nativeKzgProblem`) a slower one stands in. Errors: `TemporaryError` when the worker is gone or too much waits for it.
 */
export class KzgService {
  readonly #limiter = new Limiter({ what: "KZG", atOnce: MAX_AT_ONCE, waiting: MAX_WAITING });
  readonly #commitments = new SharedCache<BlobCommitment>(MAX_KNOWN);
  readonly #proofs = new SharedCache<Uint8Array>(MAX_KNOWN);
  readonly #running = new Set<Promise<unknown>>();
  #worker: WorkerClient | undefined;
  #closed = false;

  /** Loads the trusted setup ahead of need. */
  async warmUp(): Promise<void> {
    await this.#call("load");
  }

  commit(blob: Uint8Array): Promise<BlobCommitment> {
    return this.#commitments.get(digest(blob), async () => {
      const commitment = (await this.#call("commit", blob)) as Uint8Array;
      return { commitment, versionedHash: bytesToHex(versionedHashOf(commitment)) };
    });
  }

  /** The proof that goes with a blob and its commitment in a sidecar of version 0. Source: EIP-4844. */
  prove(blob: Uint8Array, commitment: Uint8Array): Promise<Uint8Array> {
    return this.#proofs.get(`${digest(blob)} ${bytesToHex(commitment)}`, async () => (await this.#call("prove", blob, commitment)) as Uint8Array);
  }

  /** The 128 cell proofs of a blob, for a sidecar of version 1. Source: EIP-7594. */
  async cellProofs(blob: Uint8Array): Promise<readonly Uint8Array[]> {
    return (await this.#call("cellProofs", blob)) as readonly Uint8Array[];
  }

  /** Whether a blob is the one of a versioned hash: by its proof when there is one, which is far quicker, else by committing anew. */
  async matches(blob: Uint8Array, hash: Hex, sidecar?: BlobProof): Promise<boolean> {
    const known = this.#commitments.peek(digest(blob));
    if (known !== undefined || sidecar === undefined) return (await (known ?? this.commit(blob))).versionedHash === hash;
    const { commitment, proof } = sidecar;
    if (commitment.length !== POINT_SIZE || proof.length !== POINT_SIZE || bytesToHex(versionedHashOf(commitment)) !== hash) return false;
    if ((await this.#call("verify", blob, commitment, proof)) !== true) return false;
    await this.#commitments.get(digest(blob), async () => ({ commitment, versionedHash: hash }));
    return true;
  }

  /** Refuses what waits and lets what is under way end: a thread that is ended inside the native library takes the process with it. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
    await this.#worker?.terminate();
  }

  #call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    return this.#limiter.run(async () => {
      if (this.#closed) throw new TemporaryError("KZG: the service has been closed");
      this.#worker ??= new WorkerClient("kzg", new URL(import.meta.url.endsWith(".ts") ? "./kzg-worker.ts" : "./kzg-worker.js", import.meta.url).href, undefined, {
        onExit: () => {
          this.#worker = undefined;
        },
      });
      const call = this.#worker.call(method, ...params);
      this.#running.add(call);
      return await call.finally(() => this.#running.delete(call));
    });
  }
}

const digest = (blob: Uint8Array): string => createHash("sha256").update(blob).digest("base64");
