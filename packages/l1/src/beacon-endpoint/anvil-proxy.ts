import { Agent, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";

/** Bytes: a transaction with nine blobs is 2.4 MB of hex. */
const MAX_BODY = 20_000_000;
const MAX_SOCKETS = 64;
const HOST = "127.0.0.1";

/** Hands requests and WebSockets to anvil's private port as they are. */
export class AnvilProxy {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });

  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  forward(request: IncomingMessage, response: ServerResponse): void {
    if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) {
      refuse(response, 413, `the request is larger than ${MAX_BODY} bytes: send fewer calls in one`);
      return;
    }
    const upstream = httpRequest({ host: HOST, port: this.#port, path: request.url, method: request.method, headers: { ...request.headers, host: `${HOST}:${this.#port}` }, agent: this.#agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    let size = 0;
    upstream.on("error", () => {
      if (size <= MAX_BODY) refuse(response, 502, "the local L1 does not answer");
    });
    response.on("close", () => upstream.destroy());
    request.on("data", (chunk: Buffer) => {
      const fitted = size <= MAX_BODY;
      size += chunk.length;
      if (!fitted || size <= MAX_BODY) return;
      request.unpipe(upstream);
      upstream.destroy();
      response.on("finish", () => request.destroy());
      refuse(response, 413, `the request is larger than ${MAX_BODY} bytes: send fewer calls in one`);
    });
    request.pipe(upstream);
  }

  tunnel(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const upstream = connect(this.#port, HOST, () => {
      const headers = request.rawHeaders.reduce((text, value, i) => text + (i % 2 === 0 ? `${value}: ` : `${value}\r\n`), "");
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.on("close", () => upstream.destroy());
  }

  close(): void {
    this.#agent.destroy();
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32_000, message } }));
}
