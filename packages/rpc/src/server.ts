import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CriticalError, errorMessage } from "@pangaea/primitives";
import { type WebSocket, WebSocketServer } from "ws";
import { RpcErrorCode } from "./errors.ts";
import { jwtProblem } from "./jwt.ts";
import { answer, type RpcMethods } from "./methods.ts";

/** What a path leads to: methods, or a refusal. */
export type Route = { readonly methods: RpcMethods } | { readonly status: number; readonly message: string };

/** A plain HTTP answer to a GET. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface RpcServerModules {
  /** The methods at a path; may wait, for readiness say. The path starts with "/" and has no query. */
  readonly route: (path: string) => Route | Promise<Route>;
  /** Answers GET requests; undefined gives 404. */
  readonly page?: (path: string) => Page | undefined | Promise<Page | undefined>;
}

export interface RpcServerOptions {
  readonly maxBodyBytes?: number;
  readonly maxBatch?: number;
  readonly timeoutMs?: number;
  /** Requests under way at once; further ones are refused with 503. */
  readonly maxConcurrency?: number;
  readonly maxSockets?: number;
  /** With it every request needs a fresh HS256 token. */
  readonly jwtSecret?: Uint8Array;
  readonly webSocket?: boolean;
  /** Value of Access-Control-Allow-Origin; absent sends none. */
  readonly allowOrigin?: string;
}

const DEFAULTS = { maxBodyBytes: 5_000_000, maxBatch: 1_000, timeoutMs: 60_000, maxConcurrency: 512, maxSockets: 256, webSocket: false };
/** A socket whose reader lags by more than this is closed. */
const MAX_SOCKET_BACKLOG = 16_000_000;
const NO_CONTENT = 204;
/**
 * How long our servers keep a connection on which nothing comes, in milliseconds: longer than Go's HTTP client keeps its own (90 s), which else now and then sends a request on a connection
 * that we just closed, and fails. Source: go-ethereum `rpc/http.go` (`DefaultHTTPTimeouts`).
 */
export const IDLE_CONNECTION_MS = 120_000;

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** A JSON-RPC server over HTTP and, where asked for, WebSocket. It binds to loopback unless told otherwise. */
export class RpcServer {
  readonly #modules: RpcServerModules;
  readonly #options: RpcServerOptions & Required<Omit<RpcServerOptions, "jwtSecret" | "allowOrigin">>;
  readonly #server: Server;
  readonly #sockets = new Set<WebSocket>();
  #running = 0;

  constructor(modules: RpcServerModules, options: RpcServerOptions = {}) {
    this.#modules = modules;
    this.#options = { ...DEFAULTS, ...options };
    this.#server = createServer({ keepAliveTimeout: IDLE_CONNECTION_MS }, (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        if (response.headersSent || !request.complete) response.destroy();
        else send(response, 500, "application/json", errorReply(RpcErrorCode.internal, `internal error: ${errorMessage(error)}`));
      });
    });
    if (this.#options.webSocket) this.#serveSockets();
  }

  /** Starts to listen. Throws `CriticalError` when the port is taken or may not be used. */
  async listen({ host = "127.0.0.1", port }: { readonly host?: string; readonly port: number }): Promise<Listening> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const reason = error.code === "EADDRINUSE" ? "is in use: stop the other program or choose another port" : `cannot be listened on (${error.code ?? error.message}): choose another address or port`;
        reject(new CriticalError(`port ${port} on ${host} ${reason}`));
      });
      this.#server.listen(port, host, resolve);
    });
    return { port: (this.#server.address() as AddressInfo).port, close: () => this.#close() };
  }

  async #close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (this.#options.allowOrigin !== undefined) {
      response.setHeader("access-control-allow-origin", this.#options.allowOrigin);
      response.setHeader("access-control-allow-headers", "content-type");
    }
    if (request.method === "OPTIONS") return send(response, NO_CONTENT, "text/plain", "");
    if (request.method === "GET") {
      const page = await this.#modules.page?.(path);
      return page === undefined ? send(response, 404, "text/plain", `nothing at ${path}\n`) : send(response, page.status, page.type, page.body);
    }
    if (request.method !== "POST") return send(response, 405, "text/plain", "POST a JSON-RPC request\n");
    const refusal = this.#authProblem(request);
    if (refusal !== undefined) return send(response, 401, "text/plain", `unauthorized: ${refusal}\n`);
    if (this.#running >= this.#options.maxConcurrency) return send(response, 503, "text/plain", `busy: ${this.#running} requests are under way; retry\n`);
    this.#running++;
    try {
      const text = await readBody(request, this.#options.maxBodyBytes);
      if (text === undefined) {
        response.setHeader("connection", "close");
        return send(response, 413, "application/json", errorReply(RpcErrorCode.limit, `the request is larger than ${this.#options.maxBodyBytes} bytes; split it`));
      }
      const route = await this.#modules.route(path);
      if ("status" in route) return send(response, route.status, "text/plain", `${route.message}\n`);
      const reply = await answer(text, route.methods, {}, this.#options);
      return reply === undefined ? send(response, NO_CONTENT, "application/json", "") : send(response, 200, "application/json", reply);
    } finally {
      this.#running--;
    }
  }

  #authProblem(request: IncomingMessage): string | undefined {
    if (this.#options.jwtSecret === undefined) return undefined;
    return jwtProblem(this.#options.jwtSecret, /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1], Date.now() / 1_000);
  }

  #serveSockets(): void {
    const sockets = new WebSocketServer({ noServer: true, maxPayload: this.#options.maxBodyBytes });
    this.#server.on("upgrade", (request, raw, head) => {
      if (this.#authProblem(request) !== undefined || this.#sockets.size >= this.#options.maxSockets) {
        raw.destroy();
        return;
      }
      sockets.handleUpgrade(request, raw, head, (socket) => this.#serveSocket(socket, (request.url ?? "/").split("?")[0] ?? "/"));
    });
  }

  #serveSocket(socket: WebSocket, path: string): void {
    this.#sockets.add(socket);
    const closers: (() => void)[] = [];
    let running = 0;
    const push = (text: string) => {
      if (socket.bufferedAmount > MAX_SOCKET_BACKLOG) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.send(text);
    };
    const context = {
      notify: (method: string, params: unknown) => push(JSON.stringify({ jsonrpc: "2.0", method, params })),
      onClose: (listener: () => void) => {
        closers.push(listener);
      },
    };
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      for (const close of closers) close();
    });
    socket.on("message", async (data) => {
      if (running >= this.#options.maxConcurrency) return push(errorReply(RpcErrorCode.limit, "too many requests under way on this socket"));
      running++;
      try {
        const route = await this.#modules.route(path);
        const reply = "status" in route ? errorReply(RpcErrorCode.server, route.message) : await answer(String(data), route.methods, context, this.#options);
        if (reply !== undefined) push(reply);
      } catch (error) {
        push(errorReply(RpcErrorCode.internal, `internal error: ${errorMessage(error)}`));
      } finally {
        running--;
      }
    });
  }
}

function errorReply(code: number, message: string): string {
  return JSON.stringify({ jsonrpc: "2.0", id: null, error: { code, message } });
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  // With its length the answer goes out in one piece; an answer without content has none.
  response.writeHead(status, { "content-type": type, ...(status === NO_CONTENT ? {} : { "content-length": Buffer.byteLength(body) }) });
  response.end(body);
}

/** The request's body as text, or undefined when it is longer than allowed. */
function readBody(request: IncomingMessage, most: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else {
        request.removeAllListeners("data");
        request.resume();
        resolve(undefined);
      }
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.on("error", reject);
  });
}
