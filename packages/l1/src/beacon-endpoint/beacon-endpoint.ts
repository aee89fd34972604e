import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { bytesToHex, CriticalError, errorMessage, type Hex, isHex, ZERO_HASH } from "@pangaea/primitives";
import { IDLE_CONNECTION_MS } from "@pangaea/rpc";
import type { Anvil } from "../anvil/anvil.ts";
import type { KzgService } from "../kzg/kzg-service.ts";
import { AnvilProxy } from "./anvil-proxy.ts";
import { BlobKeeper, type KeptBlock } from "./blob-keeper.ts";
import { type BeaconFaults, noFaults } from "./faults.ts";

export interface BeaconEndpointOptions {
  readonly host?: string;
  readonly port: number;
  /** Unix seconds. */
  readonly genesisTime: number;
  /** Seconds. */
  readonly slotTime: number;
  /** Folder that keeps blobs between starts. */
  readonly blobFolder?: string;
}

type Reply = { readonly status: number; readonly body: unknown };

const MAX_CONNECTIONS = 1_000;
const EMPTY_SIGNATURE = `0x${"00".repeat(96)}`;
/** Siblings from a commitment up to the root of the beacon block's body. */
const INCLUSION_PROOF_DEPTH = 17;
const LABELS = { head: "latest", justified: "safe", finalized: "finalized", genesis: "earliest" } as const;
const ok = (data: unknown): Reply => ({ status: 200, body: { execution_optimistic: false, finalized: false, data } });
const failed = (status: number, message: string): Reply => ({ status, body: { code: status, message } });

/**
 * The face of a local L1: JSON-RPC and WebSocket are handed to anvil, and beside them stands the part of the beacon API that a
 * rollup node uses. Blobs are kept by slot as their blocks appear, and stay when those are reorganised away: `blobs` still gives them to
 * whoever names their hashes. Source: beacon-APIs `beacon`, `config`, `node`.
 */
export class BeaconEndpoint {
  readonly faults: BeaconFaults = noFaults();
  readonly #kzg: Pick<KzgService, "commit" | "prove">;
  readonly #options: BeaconEndpointOptions;
  readonly #keeper: BlobKeeper;
  readonly #proxy: AnvilProxy;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ keepAliveTimeout: IDLE_CONNECTION_MS }, (request, response) => this.#serve(request, response));

  constructor(anvil: Pick<Anvil, "url" | "rpc">, kzg: Pick<KzgService, "commit" | "prove">, options: BeaconEndpointOptions) {
    this.#kzg = kzg;
    this.#options = options;
    this.#keeper = new BlobKeeper(anvil.rpc, { genesisTime: options.genesisTime, slotTime: options.slotTime, ...(options.blobFolder === undefined ? {} : { folder: options.blobFolder }) });
    this.#proxy = new AnvilProxy(anvil.url);
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on("upgrade", (request, socket: Socket, head: Buffer) => this.#proxy.tunnel(request, socket, head));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Starts to listen; gives the port. Throws `CriticalError` when the port is taken. */
  async listen(): Promise<number> {
    const { host = "127.0.0.1", port } = this.#options;
    await this.#keeper.open();
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => reject(new CriticalError(`port ${port} on ${host} for L1 ${error.code === "EADDRINUSE" ? "is in use: stop the other program or give another --l1.port" : `cannot be listened on (${error.message})`}`)));
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#proxy.close();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Keeps the blobs of all new blocks; called often enough, and before a reorg is made on purpose, none is lost. */
  catchUp(): Promise<void> {
    return this.#keeper.catchUp();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = URL.canParse(request.url ?? "", "http://l1") ? new URL(request.url ?? "", "http://l1") : undefined;
    if (url === undefined || !url.pathname.startsWith("/eth/v1/")) {
      this.#proxy.forward(request, response);
      return;
    }
    const answer = ({ status, body }: Reply) => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    setTimeout(() => this.#answer(url).then(answer, (error: unknown) => answer(failed(500, errorMessage(error)))), this.faults.delay);
  }

  async #answer({ pathname, searchParams }: URL): Promise<Reply> {
    if (this.faults.unavailable) return failed(503, "made unavailable");
    const [, , , group, what, id = ""] = pathname.split("/");
    const { genesisTime, slotTime } = this.#options;
    switch (`${group}/${what}`) {
      case "beacon/genesis":
        return ok({ genesis_time: String(genesisTime), genesis_validators_root: ZERO_HASH, genesis_fork_version: "0x00000000" });
      case "config/spec":
        return ok({ SECONDS_PER_SLOT: String(slotTime), SLOTS_PER_EPOCH: "32", MAX_BLOBS_PER_BLOCK: "9", MIN_EPOCHS_FOR_BLOB_SIDECARS_REQUESTS: "4096" });
      case "node/version":
        return ok({ version: "pangaea-devnet" });
      case "node/syncing":
        return ok({ head_slot: String((await this.#keeper.byLabel("latest"))?.slot ?? 0), sync_distance: "0", is_syncing: false, is_optimistic: false, el_offline: false });
      case "beacon/headers":
      case "beacon/blob_sidecars":
      case "beacon/blobs":
        return await this.#answerBlock(what ?? "", id, searchParams);
      default:
        return failed(404, `nothing at ${pathname}`);
    }
  }

  async #answerBlock(what: string, id: string, query: URLSearchParams): Promise<Reply> {
    if (what === "blob_sidecars" && this.faults.withoutSidecars) return failed(410, "blob_sidecars is gone, use blobs");
    if (!/^\d{1,10}$/.test(id) && !isHex(id, 32) && !(id in LABELS)) return failed(400, `block id ${id.slice(0, 80)} is not a slot, a block hash, head, justified, finalized or genesis`);
    const block = isHex(id) ? await this.#keeper.byHash(id) : id in LABELS ? await this.#keeper.byLabel(LABELS[id as keyof typeof LABELS]) : await this.#keeper.standingAt(Number(id));
    const slot = block?.slot ?? (/^\d+$/.test(id) ? Number(id) : undefined);
    const values = (name: string) => query.getAll(name).flatMap((value) => value.split(","));
    if (what === "headers") return block === undefined ? failed(404, `no block ${id}`) : ok({ root: block.hash, canonical: true, header: headerOf(block) });
    const hashes = values("versioned_hashes").filter((hash): hash is Hex => isHex(hash, 32));
    if (slot === undefined || this.faults.missing || (block === undefined && hashes.length === 0)) return failed(404, `no blobs at ${id}`);
    if (what === "blobs") {
      const blobs = await Promise.all((hashes.length > 0 ? hashes : (block?.blobs ?? []).map(({ versionedHash }) => versionedHash)).map((hash) => this.#blob(slot, hash)));
      const found = blobs.filter((blob) => blob !== undefined);
      return block === undefined && found.length === 0 ? failed(404, `no blobs at ${id}`) : ok(found.map(bytesToHex));
    }
    const indices = new Set(values("indices").filter((index) => index !== "").map(Number));
    const chosen = (block?.blobs ?? []).filter(({ index }) => indices.size === 0 || indices.has(index));
    return ok((await Promise.all(chosen.map(({ index, versionedHash }) => this.#sidecar(block!, index, versionedHash)))).filter((sidecar) => sidecar !== undefined));
  }

  async #sidecar(block: KeptBlock, index: number, versionedHash: Hex): Promise<unknown> {
    const kept = await this.#keeper.blobAt(block.slot, versionedHash);
    const blob = await this.#blob(block.slot, versionedHash);
    if (kept === undefined || blob === undefined) return undefined;
    const { commitment } = await this.#kzg.commit(kept);
    const proof = await this.#kzg.prove(kept, commitment);
    return {
      index: String(index), blob: bytesToHex(blob), kzg_commitment: bytesToHex(commitment), kzg_proof: bytesToHex(proof),
      signed_block_header: headerOf(block), kzg_commitment_inclusion_proof: Array.from({ length: INCLUSION_PROOF_DEPTH }, () => ZERO_HASH),
    };
  }

  /** A blob as it is served: with the faults. */
  async #blob(slot: number, versionedHash: Hex): Promise<Uint8Array | undefined> {
    if (this.faults.dropped.has(versionedHash)) return undefined;
    const blob = await this.#keeper.blobAt(slot, versionedHash);
    if (blob === undefined || !this.faults.wrong) return blob;
    const changed = blob.slice();
    changed[changed.length - 1]! ^= 1;
    return changed;
  }
}

function headerOf({ slot, parentHash, stateRoot }: KeptBlock): unknown {
  return { message: { slot: String(slot), proposer_index: "0", parent_root: parentHash, state_root: stateRoot, body_root: ZERO_HASH }, signature: EMPTY_SIGNATURE };
}
