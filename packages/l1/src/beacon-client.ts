import { type BlobHash, bytesToHex, CriticalError, errorMessage, type Hex, InvalidInputError, type L1BlockRef, NotFoundError, TemporaryError } from "@pangaea/primitives";
import { type BlobSidecar, parseBeaconTiming, parseBlobs, parseBlobSidecars } from "./beacon-json.ts";
import type { KzgService } from "./kzg/kzg-service.ts";
import { versionedHashOf } from "./kzg/versioned-hash.ts";

const TIMEOUT_MS = 20_000;
const MAX_BODY = 64_000_000;
/** A beacon node answered, with this status. */
class HttpStatus extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Fetches blobs from beacon nodes by the standard API, and verifies each against its versioned hash: from `blob_sidecars`, whose proofs make
 * that quick, and where a node does not serve those any more from `blobs`. What one node does not have the next is asked for.
 * Errors: `NotFoundError` when no node has a blob, `TemporaryError` when none answers or what it gives is not the blob,
 * `CriticalError` when no node is configured. Source: beacon-APIs `getBlobSidecars`, `getBlobs`.
 */
export class BeaconClient {
  readonly #urls: readonly string[];
  readonly #kzg: Pick<KzgService, "matches">;
  readonly #withoutSidecars = new Set<string>();
  #timing: Promise<{ readonly genesis: number; readonly slotTime: number }> | undefined;

  /** Throws `InvalidInputError` when a URL is malformed. */
  constructor(urls: readonly string[], kzg: Pick<KzgService, "matches">) {
    for (const url of urls) if (!URL.canParse(url)) throw new InvalidInputError(`--l1.beacon: not a URL: ${url}`);
    this.#urls = urls.map((url) => url.replace(/\/+$/, ""));
    this.#kzg = kzg;
  }

  /** The 131,072-byte blobs in the order of `hashes`. */
  async blobs(block: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]> {
    if (this.#urls.length === 0) throw new CriticalError(`L1 block ${block.number} carries blobs, and no beacon API is configured: give --l1.beacon URL`);
    let failure: unknown;
    for (const url of this.#urls) {
      try {
        return await this.#blobsFrom(url, block, hashes);
      } catch (error) {
        // A node that cannot be asked may still have the blob: only when all say no is it missing.
        if (failure === undefined || failure instanceof NotFoundError) failure = error;
      }
    }
    throw failure;
  }

  async #blobsFrom(url: string, block: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]> {
    try {
      const slot = await this.#slot(url, block.timestamp);
      return (await this.#fromSidecars(url, slot, hashes)) ?? (await this.#fromBlobs(url, slot, block, hashes));
    } catch (error) {
      if (error instanceof HttpStatus) {
        if (error.status === 404) throw new NotFoundError(`${url} has no blob ${hashes[0]?.versionedHash}${hashes.length > 1 ? ` and ${hashes.length - 1} more` : ""} of L1 block ${block.number}: check that --l1.beacon is the beacon node of --l1 and keeps blobs long enough`);
        throw new TemporaryError(error.message);
      }
      if (error instanceof InvalidInputError) throw new TemporaryError(`${url} does not answer as a beacon API (${error.message}): check --l1.beacon`);
      throw error;
    }
  }

  /** Undefined where the node does not serve sidecars, or not all that are asked for. */
  async #fromSidecars(url: string, slot: number, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[] | undefined> {
    if (this.#withoutSidecars.has(url)) return undefined;
    let reply: unknown;
    try {
      reply = await this.#get(url, `/eth/v1/beacon/blob_sidecars/${slot}?indices=${hashes.map(({ index }) => index).join(",")}`);
    } catch (error) {
      if (!(error instanceof HttpStatus)) throw error;
      if (error.status === 410) this.#withoutSidecars.add(url);
      return undefined;
    }
    const byHash = new Map(parseBlobSidecars(reply).map((sidecar) => [bytesToHex(versionedHashOf(sidecar.commitment)), sidecar]));
    if (!hashes.every(({ versionedHash }) => byHash.has(versionedHash))) return undefined;
    return await Promise.all(
      hashes.map(({ versionedHash }) => {
        const sidecar = byHash.get(versionedHash)!;
        return this.#verified(url, sidecar.blob, versionedHash, sidecar);
      }),
    );
  }

  async #fromBlobs(url: string, slot: number, block: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]> {
    const data = parseBlobs(await this.#get(url, `/eth/v1/beacon/blobs/${slot}?versioned_hashes=${hashes.map(({ versionedHash }) => versionedHash).join(",")}`));
    if (data.length !== hashes.length) throw new NotFoundError(`${url} has ${data.length} of ${hashes.length} blobs of L1 block ${block.number}, wanted are ${hashes.map(({ versionedHash }) => versionedHash).join(", ")}: check that --l1.beacon keeps blobs long enough`);
    return await Promise.all(hashes.map(({ versionedHash }, i) => this.#verified(url, data[i]!, versionedHash)));
  }

  async #verified(url: string, blob: Uint8Array, hash: Hex, sidecar?: Pick<BlobSidecar, "commitment" | "proof">): Promise<Uint8Array> {
    if (!(await this.#kzg.matches(blob, hash, sidecar))) throw new TemporaryError(`${url} gave a blob that is not ${hash}: the endpoint is faulty, give another --l1.beacon`);
    return blob;
  }

  async #slot(url: string, timestamp: number): Promise<number> {
    this.#timing ??= this.#fetchTiming(url);
    const timing = this.#timing;
    try {
      const { genesis, slotTime } = await timing;
      return Math.floor((timestamp - genesis) / slotTime);
    } catch (error) {
      if (this.#timing === timing) this.#timing = undefined;
      throw error instanceof HttpStatus ? new TemporaryError(`${error.message}: check that --l1.beacon is a beacon API`) : error;
    }
  }

  async #fetchTiming(url: string): Promise<{ readonly genesis: number; readonly slotTime: number }> {
    const [genesis, spec] = await Promise.all([this.#get(url, "/eth/v1/beacon/genesis"), this.#get(url, "/eth/v1/config/spec")]);
    return parseBeaconTiming(genesis, spec);
  }

  async #get(url: string, path: string): Promise<unknown> {
    let text: string;
    try {
      const response = await fetch(`${url}${path}`, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
      text = await readBounded(response);
      if (!response.ok) throw new HttpStatus(response.status, `${url}${path.split("?")[0]} answered ${response.status}`);
    } catch (error) {
      if (error instanceof HttpStatus) throw error;
      const cause = error instanceof Error && error.cause !== undefined ? errorMessage(error.cause) : errorMessage(error);
      throw new TemporaryError(`the beacon API at ${url} cannot be reached (${cause}): check that it runs and that --l1.beacon is right`);
    }
    try {
      return JSON.parse(text);
    } catch {
      throw new TemporaryError(`${url} does not answer as a beacon API (no JSON): check --l1.beacon`);
    }
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error(`the answer is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
