import { commitmentHex, type DaCommitment, type DaSource, type DaStore, decodeDaCommitment, errorMessage, InvalidInputError, keccakCommitment, matchesCommitment, NotFoundError, TemporaryError } from "@pangaea/primitives";
import { boundedBody } from "./bounded-body.ts";

export interface DaClientOptions {
  readonly url: string;
  /** Whether the server makes the commitments: generic ones. Otherwise they are the keccak256 of the input. */
  readonly isService: boolean;
  /** Whether what the server gives is held against its commitment, where that can be done. */
  readonly verifyOnRead: boolean;
  /** Milliseconds. */
  readonly getTimeoutMs: number;
  readonly putTimeoutMs: number;
}

/** Bytes. */
const MAX_INPUT = 64_000_000;
const MAX_COMMITMENT = 1_024;
const NOT_FOUND = 404;

/**
 * Reads and puts inputs at a DA server over HTTP: `GET /get/0x…`, `POST /put` and `POST /put/0x…`. It tries once; who asks decides about trying again.
 * Errors: as of `DaSource` and `DaStore`. Source: specs `experimental/alt-da.md#da-server`, op-alt-da `daclient.go`.
 */
export class DaClient implements DaSource, DaStore {
  readonly #options: DaClientOptions;
  readonly #url: string;

  /** Throws `InvalidInputError` when the URL is malformed. */
  constructor(options: DaClientOptions) {
    if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol)) throw new InvalidInputError(`the DA server wants an http or https URL, not "${options.url}"`);
    this.#options = options;
    this.#url = options.url.replace(/\/+$/, "");
  }

  async input(commitment: DaCommitment): Promise<Uint8Array> {
    const path = `/get/${commitmentHex(commitment)}`;
    const input = await this.#request(path, {}, this.#options.getTimeoutMs, MAX_INPUT);
    if (this.#options.verifyOnRead && !matchesCommitment(commitment, input)) throw new TemporaryError(`the DA server at ${this.#url} gave ${input.length} bytes for ${commitmentHex(commitment)} that are not what was committed to: it is faulty, give another --altda.da-server`);
    return input;
  }

  /** Throws `InvalidInputError` for an empty input. */
  async put(input: Uint8Array, signal?: AbortSignal): Promise<DaCommitment> {
    if (input.length === 0) throw new InvalidInputError("an empty input cannot be put to a DA server");
    const own = this.#options.isService ? undefined : keccakCommitment(input);
    const request = { method: "POST", body: Buffer.from(input), headers: { "content-type": "application/octet-stream" }, ...(signal === undefined ? {} : { signal }) };
    const answer = await this.#request(own === undefined ? "/put" : `/put/${commitmentHex(own)}`, request, this.#options.putTimeoutMs, MAX_COMMITMENT);
    if (own !== undefined) return own;
    try {
      return decodeDaCommitment(answer);
    } catch (error) {
      throw new TemporaryError(`the DA server at ${this.#url} answered a put with no commitment (${errorMessage(error)}): check --altda.da-server and --altda.da-service`);
    }
  }

  async #request(path: string, { signal, ...request }: RequestInit & { readonly signal?: AbortSignal }, timeoutMs: number, most: number): Promise<Uint8Array> {
    const timeout = AbortSignal.timeout(timeoutMs);
    let status: number;
    let body: Uint8Array | undefined;
    try {
      const response = await fetch(`${this.#url}${path}`, { ...request, signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) });
      status = response.status;
      body = await boundedBody(response.body ?? [], most);
    } catch (error) {
      signal?.throwIfAborted();
      const cause = timeout.aborted ? `no answer within ${timeoutMs} ms` : error instanceof Error && error.cause !== undefined ? errorMessage(error.cause) : errorMessage(error);
      throw new TemporaryError(`the DA server at ${this.#url} cannot be reached (${cause}): check that it runs and that --altda.da-server is right`);
    }
    if (status === NOT_FOUND) throw new NotFoundError(`the DA server at ${this.#url} has nothing at ${path}`);
    if (status !== 200) throw new TemporaryError(`the DA server at ${this.#url} answered ${path} with status ${status}`);
    if (body === undefined) throw new TemporaryError(`the DA server at ${this.#url} answered ${path} with more than ${most} bytes`);
    return body;
  }
}
