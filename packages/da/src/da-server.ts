import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bytesToHex, concatBytes, CriticalError, type DaCommitment, decodeDaCommitment, errorMessage, genericCommitment, hexToBytes, InvalidInputError, isHex, keccak256, keccakCommitment, type Logger, matchesCommitment } from "@pangaea/primitives";
import { boundedBody } from "./bounded-body.ts";
import type { InputFolder } from "./input-folder.ts";

export interface DaServerOptions {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether `POST /put` gives generic commitments, not the keccak256 of the input. */
  readonly isGeneric: boolean;
  /** Bytes. */
  readonly maxInputBytes: number;
}

interface Reply {
  readonly status: number;
  readonly body: Uint8Array;
}

const MAX_CONNECTIONS = 256;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the 90 s for which Go's HTTP client keeps a connection, so that a batcher sends nothing on one that we just closed. */
const IDLE_CONNECTION_MS = 120_000;
/** Bytes; a file's name is twice as long. */
const MAX_COMMITMENT = 100;
/** First byte of what a generic commitment of this server has: no DA layer's number. */
const GENERIC_LAYER = 0xff;
const PUT_STATUS = { stored: 200, exists: 200, conflict: 409, full: 507 } as const;
const said = (status: number, text: string): Reply => ({ status, body: Buffer.from(`${text}\n`) });

/**
 * A small DA server: keeps inputs and gives them back by their commitments. `GET /get/0x…` answers 200 with the input or 404; `POST` or `PUT` to `/put`
 * answers with the commitment, to `/put/0x…` takes the one given; 400 for what is malformed, 413 for what is too large, 409 where another input stands, 507
 * when its storage is full. It binds to loopback unless told otherwise. Source: specs `experimental/alt-da.md#da-server`, op-alt-da `daserver.go`.
 */
export class DaServer {
  readonly #inputs: InputFolder;
  readonly #log: Logger;
  readonly #options: DaServerOptions;
  readonly #server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: IDLE_CONNECTION_MS }, (request, response) => void this.#serve(request, response));

  constructor({ inputs, log }: { readonly inputs: InputFolder; readonly log: Logger }, options: DaServerOptions) {
    this.#inputs = inputs;
    this.#log = log;
    this.#options = options;
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Starts to listen; gives the URL. Throws `CriticalError` when the port is taken. */
  async listen(): Promise<{ readonly url: string }> {
    const { host = "127.0.0.1", port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => reject(new CriticalError(`port ${port} on ${host} for the DA server ${error.code === "EADDRINUSE" ? "is in use: stop the other program or give another port" : `cannot be listened on (${error.message})`}`)));
      this.#server.listen(port, host, resolve);
    });
    return { url: `http://${host.includes(":") ? `[${host}]` : host}:${(this.#server.address() as AddressInfo).port}` };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await this.#answer(request);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) this.#log.warn("the DA server failed at a request", { path: request.url ?? "", error: errorMessage(error) });
      reply = error instanceof InvalidInputError ? said(400, error.message) : said(500, "internal error");
    }
    // A body that was not read to its end cannot be followed by another request.
    if (!request.complete) response.setHeader("connection", "close");
    response.writeHead(reply.status, { "content-type": "application/octet-stream", "content-length": reply.body.length }).end(reply.body);
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    const [, verb, given, ...rest] = (request.url ?? "/").split("?")[0]!.split("/");
    if (rest.length > 0) throw new InvalidInputError(`nothing is at ${request.url}`);
    if (verb === "get" && request.method === "GET") {
      const input = await this.#inputs.get(commitmentIn(given).encoded);
      return input === undefined ? said(404, "there is no such input") : { status: 200, body: input };
    }
    if (verb === "put" && (request.method === "POST" || request.method === "PUT")) return this.#put(request, given);
    throw new InvalidInputError(`nothing is at ${request.method} ${request.url}: the server has GET /get/0x… and POST /put`);
  }

  async #put(request: IncomingMessage, given: string | undefined): Promise<Reply> {
    const { maxInputBytes, isGeneric } = this.#options;
    const named = given === undefined || given === "" ? undefined : commitmentIn(given);
    const input = Number(request.headers["content-length"] ?? 0) > maxInputBytes ? undefined : await boundedBody(request, maxInputBytes);
    if (input === undefined) return said(413, `the input is larger than ${maxInputBytes} bytes`);
    if (input.length === 0) throw new InvalidInputError("the input is empty");
    if (named !== undefined && !matchesCommitment(named, input)) throw new InvalidInputError(`the input is not what ${given} commits to`);
    const commitment = named ?? (isGeneric ? genericCommitment(concatBytes(Uint8Array.of(GENERIC_LAYER), keccak256(input))) : keccakCommitment(input));
    const outcome = await this.#inputs.put(commitment.encoded, input);
    this.#log.debug("an input was put", { commitment: bytesToHex(commitment.encoded), bytes: input.length, outcome });
    const status = PUT_STATUS[outcome];
    if (status !== 200) return said(status, outcome === "full" ? "the storage is full" : "another input has this commitment");
    return { status, body: named === undefined ? commitment.encoded : new Uint8Array(0) };
  }
}

function commitmentIn(given: string | undefined): DaCommitment {
  if (!isHex(given) || given.length < 4 || given.length > 2 + 2 * MAX_COMMITMENT) throw new InvalidInputError(`a commitment is wanted as 0x-prefixed hex of up to ${MAX_COMMITMENT} bytes`);
  return decodeDaCommitment(hexToBytes(given));
}
