import { BLOB_SIZE, type BlobHash, errorMessage, hexToBytes, type Hex, InvalidInputError, isHex, type L1BlockRef, NotFoundError, TemporaryError } from "@pangaea/primitives";
import { z } from "zod";
import type { KzgService } from "./kzg/kzg-service.ts";

const TIMEOUT_MS = 20_000;
const hex = z.custom<Hex>((value) => isHex(value));
const sidecars = z.object({ data: z.array(z.object({ index: z.string(), blob: hex, kzg_commitment: hex, kzg_proof: hex })) });
const blobs = z.object({ data: z.array(hex) });
const genesis = z.object({ data: z.object({ genesis_time: z.string() }) });
const spec = z.object({ data: z.looseObject({ SECONDS_PER_SLOT: z.string() }) });

class HttpStatus extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Fetches blobs from beacon nodes by the standard API, and verifies each against its versioned hash.
 * Errors: `NotFoundError` when no endpoint has a blob, `TemporaryError` when none answers or what it gives is not the blob.
 */
export class BeaconClient {
  readonly #urls: readonly string[];
  readonly #kzg: KzgService;
  #timing: Promise<{ readonly genesis: number; readonly slotTime: number }> | undefined;

  constructor(urls: readonly string[], kzg: KzgService) {
    for (const url of urls) if (!URL.canParse(url)) throw new InvalidInputError(`--l1.beacon: not a URL: ${url}`);
    this.#urls = urls.map((url) => url.replace(/\/+$/, ""));
    this.#kzg = kzg;
  }

  async blobs(block: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]> {
    if (this.#urls.length === 0) throw new TemporaryError(`L1 block ${block.number} carries blobs, and no beacon API is configured: give --l1.beacon URL`);
    let failure: unknown;
    for (const url of this.#urls) {
      try {
        return await this.#blobsFrom(url, block, hashes);
      } catch (error) {
        if (!(failure instanceof NotFoundError) || error instanceof NotFoundError) failure = error;
      }
    }
    throw failure;
  }

  async #blobsFrom(url: string, block: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]> {
    const slot = await this.#slot(url, block.timestamp);
    try {
      const { data } = sidecars.parse(await this.#get(url, `/eth/v1/beacon/blob_sidecars/${slot}?indices=${hashes.map(({ index }) => index).join(",")}`));
      return await Promise.all(
        hashes.map(async ({ index, versionedHash }) => {
          const sidecar = data.find((one) => Number(one.index) === index);
          if (sidecar === undefined) throw new NotFoundError(`${url} has no blob ${index} (${versionedHash}) of L1 block ${block.number}: check that --l1.beacon keeps blobs long enough`);
          return this.#verified(url, hexToBytes(sidecar.blob), versionedHash, { commitment: hexToBytes(sidecar.kzg_commitment), proof: hexToBytes(sidecar.kzg_proof) });
        }),
      );
    } catch (error) {
      if (!(error instanceof HttpStatus) || (error.status !== 410 && error.status !== 405 && error.status !== 501)) throw this.#explain(error, url, block);
    }
    try {
      const { data } = blobs.parse(await this.#get(url, `/eth/v1/beacon/blobs/${slot}?versioned_hashes=${hashes.map(({ versionedHash }) => versionedHash).join(",")}`));
      if (data.length !== hashes.length) throw new NotFoundError(`${url} has ${data.length} of ${hashes.length} blobs of L1 block ${block.number}`);
      return await Promise.all(hashes.map(({ versionedHash }, i) => this.#verified(url, hexToBytes(data[i]!), versionedHash)));
    } catch (error) {
      throw this.#explain(error, url, block);
    }
  }

  #explain(error: unknown, url: string, block: L1BlockRef): unknown {
    if (error instanceof HttpStatus) return error.status === 404 ? new NotFoundError(`${url} has no blobs of L1 block ${block.number}: check that --l1.beacon is the beacon node of --l1 and keeps blobs long enough`) : new TemporaryError(error.message);
    if (error instanceof z.ZodError) return new TemporaryError(`${url} does not answer as a beacon API: ${errorMessage(error).slice(0, 200)}`);
    return error;
  }

  async #verified(url: string, blob: Uint8Array, hash: Hex, sidecar?: { readonly commitment: Uint8Array; readonly proof: Uint8Array }): Promise<Uint8Array> {
    if (blob.length !== BLOB_SIZE || !(await this.#kzg.matches(blob, hash, sidecar))) throw new TemporaryError(`${url} gave a blob that is not ${hash}: the endpoint is faulty, give another --l1.beacon`);
    return blob;
  }

  async #slot(url: string, timestamp: number): Promise<number> {
    this.#timing ??= (async () => ({
      genesis: Number(genesis.parse(await this.#get(url, "/eth/v1/beacon/genesis")).data.genesis_time),
      slotTime: Number(spec.parse(await this.#get(url, "/eth/v1/config/spec")).data.SECONDS_PER_SLOT),
    }))();
    try {
      const timing = await this.#timing;
      return Math.floor((timestamp - timing.genesis) / timing.slotTime);
    } catch (error) {
      this.#timing = undefined;
      throw error instanceof HttpStatus || error instanceof z.ZodError ? new TemporaryError(`${url} does not answer as a beacon API (${errorMessage(error).slice(0, 100)}): check --l1.beacon`) : error;
    }
  }

  async #get(url: string, path: string): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new TemporaryError(`the beacon API at ${url} cannot be reached (${errorMessage(error)}): check that it runs and that --l1.beacon is right`);
    }
    if (!response.ok) throw new HttpStatus(response.status, `${url}${path.split("?")[0]} answered ${response.status}`);
    return response.json();
  }
}
