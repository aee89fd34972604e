import { errorMessage, InvalidInputError, type Logger, TemporaryError } from "@pangaea/primitives";
import { type RpcCall, RpcClient, RpcError } from "@pangaea/rpc";
import { Limiter } from "./limiter.ts";

/** What an endpoint of JSON-RPC offers; `RpcClient` does. */
export interface L1Rpc {
  readonly url: string;
  call(method: string, params: readonly unknown[]): Promise<unknown>;
  callMany(calls: readonly RpcCall[]): Promise<readonly unknown[]>;
  close(): void;
}

export interface EndpointsOptions {
  readonly log: Logger;
  readonly maxConcurrency?: number;
  /** Makes the client of a URL. */
  readonly connect?: (url: string) => L1Rpc;
}

const MAX_CONCURRENCY = 10;
const MAX_WAITING = 10_000;
/** JSON-RPC errors that are this endpoint's and not the request's: no such method, internal error, over its limit. */
const ENDPOINT_FAULTS: ReadonlySet<number> = new Set([-32601, -32603, -32005, 429]);

/**
 * Several endpoints as one: the one in use is kept until it fails, then the next. A bounded number of requests is under way.
 * Errors: `TemporaryError`, with the words of the endpoint when it answered with an error.
 */
export class Endpoints {
  readonly #clients: readonly L1Rpc[];
  readonly #log: Logger;
  readonly #limiter: Limiter;
  readonly #counts = new Map<string, number>();
  readonly #failing = new Set<L1Rpc>();
  #current = 0;

  /** Throws `InvalidInputError` when no URL is given or one is malformed. */
  constructor(urls: readonly string[], { log, maxConcurrency = MAX_CONCURRENCY, connect = (url) => new RpcClient(url) }: EndpointsOptions) {
    if (urls.length === 0) throw new InvalidInputError("--l1 is missing: give the JSON-RPC URL of L1");
    this.#clients = urls.map(connect);
    this.#log = log;
    this.#limiter = new Limiter({ what: "requests to L1", atOnce: maxConcurrency, waiting: MAX_WAITING });
  }

  /** Requests made so far, by method. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  call(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#with([method], (client) => client.call(method, params));
  }

  /** Asks every endpoint: what each answered, or the error. */
  callEach(method: string, params: readonly unknown[]): Promise<readonly ({ readonly url: string } & ({ readonly result: unknown } | { readonly error: unknown }))[]> {
    return Promise.all(
      this.#clients.map(async (client) => {
        try {
          return { url: client.url, result: await client.call(method, params) };
        } catch (error) {
          return { url: client.url, error };
        }
      }),
    );
  }

  callMany(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    return this.#with(calls.map(({ method }) => method), (client) => client.callMany(calls));
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #with<T>(methods: readonly string[], work: (client: L1Rpc) => Promise<T>): Promise<T> {
    return this.#limiter.run(async () => {
      let failure: unknown;
      for (let attempt = 0; attempt < this.#clients.length; attempt++) {
        const at = this.#current;
        const client = this.#clients[at]!;
        for (const method of methods) this.#counts.set(method, (this.#counts.get(method) ?? 0) + 1);
        try {
          const result = await work(client);
          if (this.#failing.delete(client)) this.#log.info("L1 endpoint answers again", { url: client.url });
          return result;
        } catch (error) {
          failure = error instanceof RpcError ? new TemporaryError(`L1: ${errorMessage(error)}`) : error;
          if (error instanceof RpcError && !ENDPOINT_FAULTS.has(error.code)) throw failure;
          this.#skip(client, at, error);
        }
      }
      throw failure;
    });
  }

  /** Moves on from a failed endpoint, unless another request has done so already; says so once. */
  #skip(client: L1Rpc, at: number, error: unknown): void {
    if (this.#clients.length === 1) return;
    if (this.#current === at) this.#current = (at + 1) % this.#clients.length;
    if (this.#failing.has(client)) return;
    this.#failing.add(client);
    this.#log.warn("L1 endpoint failed, taking the next", { failed: client.url, next: this.#clients[this.#current]!.url, error: errorMessage(error) });
  }
}
