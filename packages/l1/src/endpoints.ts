import { errorMessage, type Logger, TemporaryError } from "@pangaea/primitives";
import { type RpcCall, RpcClient, RpcError } from "@pangaea/rpc";

/** Several endpoints as one: the one in use is kept until it cannot be reached, then the next. A bounded number of requests is under way. */
export class Endpoints {
  readonly #clients: readonly RpcClient[];
  readonly #log: Logger;
  readonly #maxConcurrency: number;
  readonly #waiting: (() => void)[] = [];
  readonly #counts = new Map<string, number>();
  #current = 0;
  #running = 0;

  constructor(urls: readonly string[], { log, maxConcurrency = 10 }: { readonly log: Logger; readonly maxConcurrency?: number }) {
    this.#clients = urls.map((url) => new RpcClient(url));
    this.#log = log;
    this.#maxConcurrency = maxConcurrency;
  }

  /** Requests made so far, by method. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  call(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#with([method], (client) => client.call(method, params));
  }

  callMany(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    return this.#with(calls.map(({ method }) => method), (client) => client.callMany(calls));
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #with<T>(methods: readonly string[], work: (client: RpcClient) => Promise<T>): Promise<T> {
    await this.#enter();
    for (const method of methods) this.#counts.set(method, (this.#counts.get(method) ?? 0) + 1);
    try {
      let failure: unknown;
      for (let attempt = 0; attempt < this.#clients.length; attempt++) {
        const client = this.#clients[this.#current]!;
        try {
          return await work(client);
        } catch (error) {
          if (error instanceof RpcError) throw new TemporaryError(`L1: ${errorMessage(error)}`);
          failure = error;
          if (this.#clients.length > 1) {
            this.#current = (this.#current + 1) % this.#clients.length;
            this.#log.warn("L1 endpoint failed, taking the next", { failed: client.url, next: this.#clients[this.#current]!.url, error: errorMessage(error) });
          }
        }
      }
      throw failure;
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #enter(): Promise<void> {
    while (this.#running >= this.#maxConcurrency) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
  }
}
