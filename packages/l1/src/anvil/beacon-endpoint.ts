import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { bytesToHex, CriticalError, decodeTransaction, type Hex, hexToBytes, isHex, quantityToNumber, TX_BLOB } from "@pangaea/primitives";
import type { KzgService } from "../kzg/kzg-service.ts";
import { parseL1Block, parseL1Transaction } from "../l1-json.ts";
import type { Anvil } from "./anvil.ts";

interface KeptBlob {
  readonly index: number;
  readonly versionedHash: Hex;
  readonly blob: Hex;
  readonly commitment: Hex;
  readonly proof: Hex;
}

/** What the endpoint can be made to do wrong, for tests. Delay in milliseconds. */
export interface BeaconFaults {
  delay: number;
  missing: boolean;
  wrong: boolean;
}

const MAX_BLOCKS = 4_096;
const LOOK_BACK = 64;
const MAX_BODY = 20_000_000;
const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

export interface BeaconEndpointOptions {
  readonly host?: string;
  readonly port: number;
  readonly genesisTime: number;
  readonly slotTime: number;
}

/**
 * The face of a local L1: JSON-RPC and WebSocket are handed to anvil, and beside them stands the part of the beacon API that a
 * rollup node uses. Blobs are kept by slot as their blocks appear, and stay when those are reorganised away.
 */
export class BeaconEndpoint {
  readonly faults: BeaconFaults = { delay: 0, missing: false, wrong: false };
  readonly #anvil: Anvil;
  readonly #kzg: KzgService;
  readonly #options: BeaconEndpointOptions;
  readonly #slots = new Map<number, KeptBlob[]>();
  readonly #captures = new Map<Hex, Promise<void>>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => void this.#serve(request, response).catch(() => response.destroy()));

  constructor(anvil: Anvil, kzg: KzgService, options: BeaconEndpointOptions) {
    this.#anvil = anvil;
    this.#kzg = kzg;
    this.#options = options;
    this.#server.on("upgrade", (request, socket: Socket) => this.#tunnel(request, socket));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Starts to listen; gives the port. Throws `CriticalError` when the port is taken. */
  async listen(): Promise<number> {
    const { host = "127.0.0.1", port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => reject(new CriticalError(`port ${port} on ${host} for L1 ${error.code === "EADDRINUSE" ? "is in use: stop the other program or give another --l1.port" : `cannot be listened on (${error.message})`}`)));
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Keeps the blobs of a block; called for each new head, so that none is lost in a reorg. A block is looked at once. */
  capture(blockHash: Hex): Promise<void> {
    let capture = this.#captures.get(blockHash);
    if (capture === undefined) {
      capture = this.#capture(blockHash);
      this.#captures.set(blockHash, capture);
      capture.catch(() => this.#captures.delete(blockHash));
      if (this.#captures.size > MAX_BLOCKS) this.#captures.delete(this.#captures.keys().next().value!);
    }
    return capture;
  }

  /** Captures the block at a slot when it is among the newest: whoever asks may be quicker than the follower. */
  async #captureSlot(slot: number): Promise<void> {
    let block = await this.#anvil.rpc.call("eth_getBlockByNumber", ["latest", false]);
    for (let i = 0; i < LOOK_BACK; i++) {
      if (typeof block !== "object" || block === null || !("hash" in block) || !("parentHash" in block) || !("timestamp" in block) || !isHex(block.hash)) return;
      const at = this.#slotAt(quantityToNumber(block.timestamp));
      if (at === slot) return this.capture(block.hash);
      if (at < slot) return;
      block = await this.#anvil.rpc.call("eth_getBlockByHash", [block.parentHash, false]);
    }
  }

  #slotAt(timestamp: number): number {
    return Math.floor((timestamp - this.#options.genesisTime) / this.#options.slotTime);
  }

  async #capture(blockHash: Hex): Promise<void> {
    const { info, transactions } = parseL1Block(await this.#anvil.rpc.call("eth_getBlockByHash", [blockHash, true]));
    const slot = this.#slotAt(info.timestamp);
    let index = 0;
    for (const raw of transactions) {
      const transaction = decodeTransaction(parseL1Transaction(raw));
      if (transaction.type !== TX_BLOB) continue;
      const hash = typeof raw === "object" && raw !== null && "hash" in raw ? String(raw.hash) : "";
      const blobs = await this.#anvil.rpc.call("anvil_getBlobsByTransactionHash", [hash]);
      for (const [i, versionedHash] of transaction.blobVersionedHashes.entries()) {
        const blob: unknown = Array.isArray(blobs) ? blobs[i] : undefined;
        if (isHex(blob)) await this.#keep(slot, index, versionedHash, blob);
        index++;
      }
    }
  }

  async #keep(slot: number, index: number, versionedHash: Hex, blob: Hex): Promise<void> {
    const kept = this.#slots.get(slot) ?? [];
    if (kept.some((one) => one.versionedHash === versionedHash && one.index === index)) return;
    const bytes = hexToBytes(blob);
    const { commitment } = await this.#kzg.commit(bytes);
    const proof = await this.#kzg.prove(bytes, commitment);
    kept.push({ index, versionedHash, blob, commitment: bytesToHex(commitment), proof: bytesToHex(proof) });
    this.#slots.set(slot, kept);
    if (this.#slots.size > MAX_BLOCKS) this.#slots.delete(this.#slots.keys().next().value!);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://l1");
    if (!url.pathname.startsWith("/eth/v1/")) return this.#forward(request, response);
    if (this.faults.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.faults.delay));
    const [, , , group, what, id] = url.pathname.split("/");
    const { genesisTime, slotTime } = this.#options;
    switch (`${group}/${what}`) {
      case "beacon/genesis":
        return json(response, 200, { data: { genesis_time: String(genesisTime), genesis_validators_root: `0x${"00".repeat(32)}`, genesis_fork_version: "0x00000000" } });
      case "config/spec":
        return json(response, 200, { data: { SECONDS_PER_SLOT: String(slotTime), SLOTS_PER_EPOCH: "32", MAX_BLOBS_PER_BLOCK: "9", MIN_EPOCHS_FOR_BLOB_SIDECARS_REQUESTS: "4096" } });
      case "node/version":
        return json(response, 200, { data: { version: "pangaea-devnet" } });
      case "node/syncing":
        return json(response, 200, { data: { head_slot: "0", sync_distance: "0", is_syncing: false, is_optimistic: false, el_offline: false } });
      case "beacon/blob_sidecars":
      case "beacon/blobs":
        return this.#serveBlobs(response, what === "blobs", id ?? "", url.searchParams);
      default:
        return json(response, 404, { code: 404, message: `nothing at ${url.pathname}` });
    }
  }

  async #serveBlobs(response: ServerResponse, plain: boolean, id: string, query: URLSearchParams): Promise<void> {
    const slot = /^\d+$/.test(id) ? Number(id) : await this.#slotOf(id);
    if (slot === undefined) return json(response, 400, { code: 400, message: `block id ${id.slice(0, 80)} is not a slot, head, finalized or a block hash` });
    await this.#captureSlot(slot);
    const kept = this.#slots.get(slot);
    if (kept === undefined || this.faults.missing) return json(response, 404, { code: 404, message: `no blobs at slot ${slot}` });
    const pick = (name: string) => query.getAll(name).flatMap((value) => value.split(","));
    const tampered = (blob: Hex): Hex => (this.faults.wrong ? `${blob.slice(0, -2) as Hex}${blob.endsWith("01") ? "02" : "01"}` : blob);
    if (plain) {
      const hashes = pick("versioned_hashes");
      const chosen = hashes.length === 0 ? kept : hashes.flatMap((hash) => kept.find((one) => one.versionedHash === hash) ?? []);
      return json(response, 200, { execution_optimistic: false, finalized: false, data: chosen.map(({ blob }) => tampered(blob)) });
    }
    const indices = pick("indices").map(Number);
    // Where a reorg left two blocks at one slot, the one that was captured last is the standing one.
    const standing = kept.filter((one, i) => !kept.some((other, j) => j > i && other.index === one.index));
    const data = standing.filter(({ index }) => indices.length === 0 || indices.includes(index)).map(({ index, blob, commitment, proof }) => ({ index: String(index), blob: tampered(blob), kzg_commitment: commitment, kzg_proof: proof }));
    return json(response, 200, { data });
  }

  async #slotOf(id: string): Promise<number | undefined> {
    if (id !== "head" && id !== "finalized" && !isHex(id, 32)) return undefined;
    const block = await (isHex(id) ? this.#anvil.rpc.call("eth_getBlockByHash", [id, false]) : this.#anvil.rpc.call("eth_getBlockByNumber", [id === "head" ? "latest" : id, false]));
    if (typeof block !== "object" || block === null || !("timestamp" in block)) return undefined;
    return this.#slotAt(quantityToNumber(block.timestamp));
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const length = Number(request.headers["content-length"] ?? 0);
    if (length > MAX_BODY) return json(response, 413, { jsonrpc: "2.0", id: null, error: { code: -32005, message: `the request is larger than ${MAX_BODY} bytes` } });
    const upstream = httpRequest(`${this.#anvil.url}${request.url ?? "/"}`, { method: request.method, headers: { ...request.headers, host: "127.0.0.1" } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on("error", () => (response.headersSent ? response.destroy() : json(response, 502, { jsonrpc: "2.0", id: null, error: { code: -32000, message: "the local L1 does not answer" } })));
    request.pipe(upstream);
  }

  #tunnel(request: IncomingMessage, socket: Socket): void {
    const { port } = new URL(this.#anvil.url);
    const upstream = connect(Number(port), "127.0.0.1", () => {
      const headers = request.rawHeaders.reduce((text, value, i) => text + (i % 2 === 0 ? `${value}: ` : `${value}\r\n`), "");
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  }
}
