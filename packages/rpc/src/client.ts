import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { errorMessage, InvalidInputError, shortJson, shorten, TemporaryError } from "@pangaea/primitives";
import { RpcError } from "./errors.ts";
import { createJwt } from "./jwt.ts";

export interface RpcClientOptions {
  readonly timeoutMs?: number;
  readonly maxResponseBytes?: number;
  readonly jwtSecret?: Uint8Array;
  /** The remedy to name when the server refuses the JWT. */
  readonly onRefusal?: string;
}

/** Connections to one server at once. */
const MAX_SOCKETS = 32;

/** The server refuses our JWT: whoever set the two sides up must act; until then each call fails so. */
export class JwtRefusedError extends TemporaryError {}

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * A JSON-RPC client over HTTP(S) with kept-alive connections.
 * Errors: `RpcError` as the server gave it, `JwtRefusedError` when it refuses our JWT, `TemporaryError` when the server cannot be reached or does not answer JSON-RPC.
 */
export class RpcClient {
  readonly url: string;
  readonly #target: URL;
  readonly #agent: HttpAgent;
  readonly #options: Required<Omit<RpcClientOptions, "jwtSecret" | "onRefusal">> & RpcClientOptions;
  #nextId = 1;

  constructor(url: string, options: RpcClientOptions = {}) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new InvalidInputError(`not an http(s) URL: ${shorten(url)}`);
    this.#target = new URL(url);
    this.url = this.#target.origin;
    this.#agent = this.#target.protocol === "https:" ? new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }) : new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
    this.#options = { timeoutMs: 20_000, maxResponseBytes: 200_000_000, ...options };
  }

  async call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const id = this.#nextId++;
    const reply = await this.#post({ jsonrpc: "2.0", id, method, params });
    return this.#result(method, reply);
  }

  /** Several calls in one request; results in their order. The first error is thrown. */
  async callMany(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    if (calls.length === 0) return [];
    const first = this.#nextId;
    this.#nextId += calls.length;
    const replies = await this.#post(calls.map(({ method, params }, i) => ({ jsonrpc: "2.0", id: first + i, method, params })));
    if (!Array.isArray(replies)) return [this.#result(calls[0]!.method, replies)];
    const byId = new Map(replies.map((reply: unknown) => [typeof reply === "object" && reply !== null && "id" in reply ? reply.id : undefined, reply]));
    return calls.map(({ method }, i) => this.#result(method, byId.get(first + i)));
  }

  close(): void {
    this.#agent.destroy();
  }

  #result(method: string, reply: unknown): unknown {
    if (typeof reply === "object" && reply !== null) {
      if ("error" in reply && typeof reply.error === "object" && reply.error !== null) {
        const { code, message, data } = reply.error as { code?: unknown; message?: unknown; data?: unknown };
        throw new RpcError(typeof code === "number" ? code : 0, `${method} at ${this.url}: ${String(message)}`, data);
      }
      if ("result" in reply) return reply.result;
    }
    throw new TemporaryError(`${method} at ${this.url}: the answer is not JSON-RPC: ${shortJson(reply)}`);
  }

  #refusal(answer: string): Error {
    const { jwtSecret, onRefusal = "both sides need the same secret file" } = this.#options;
    return jwtSecret === undefined ? new TemporaryError(`${this.url} wants credentials (${shorten(answer)})`) : new JwtRefusedError(`${this.url} refuses our JWT (${shorten(answer)}): ${onRefusal}`);
  }

  async #post(body: unknown): Promise<unknown> {
    const text = JSON.stringify(body);
    const headers: Record<string, string> = { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
    if (this.#options.jwtSecret !== undefined) headers.authorization = `Bearer ${createJwt(this.#options.jwtSecret, Date.now() / 1_000)}`;
    const { status, answer } = await this.#exchange(text, headers);
    if (status === 401) throw this.#refusal(answer.trim());
    try {
      return JSON.parse(answer);
    } catch {
      throw new TemporaryError(`${this.url} answered ${status}: ${shorten(answer.trim())}`);
    }
  }

  #exchange(text: string, headers: Readonly<Record<string, string>>, attempts = MAX_SOCKETS + 1): Promise<{ readonly status: number; readonly answer: string }> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(new TemporaryError(`${this.url} cannot be reached (${errorMessage(error) || "connection refused"}): check that it runs and that the URL is right`));
      const request: ClientRequest = (this.#target.protocol === "https:" ? httpsRequest : httpRequest)(this.#target, { method: "POST", agent: this.#agent, headers }, (response) => {
        readAll(response, this.#options.maxResponseBytes).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), fail);
      });
      request.setTimeout(this.#options.timeoutMs, () => request.destroy(new Error(`no answer within ${this.#options.timeoutMs} ms`)));
      request.on("error", (error) => {
        if (attempts > 1 && wasEnded(request, error)) this.#exchange(text, headers, attempts - 1).then(resolve, reject);
        else fail(error);
      });
      request.end(text);
    });
  }
}

/** Whether the server ended a kept-alive connection just when it was taken up again: the request was not read. */
const wasEnded = (request: ClientRequest, error: unknown): boolean => request.reusedSocket && error instanceof Error && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");

async function readAll(response: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > most) throw new Error(`the answer is larger than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
