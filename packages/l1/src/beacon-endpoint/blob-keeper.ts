import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BLOB_SIZE, type Hex, hexToBytes, InvalidInputError, isHex, quantityToNumber } from "@pangaea/primitives";
import { z } from "zod";

export interface KeptBlob {
  /** Among all blobs of the block. */
  readonly index: number;
  readonly versionedHash: Hex;
}

export interface KeptBlock {
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly stateRoot: Hex;
  readonly slot: number;
  readonly blobs: readonly KeptBlob[];
}

export interface BlobKeeperOptions {
  readonly genesisTime: number;
  readonly slotTime: number;
  /** Folder that keeps blobs between starts; without it the newest are in memory. */
  readonly folder?: string;
}

type Rpc = { call(method: string, params: readonly unknown[]): Promise<unknown> };

const MAX_BLOCKS = 8_192;
const MAX_BLOBS_IN_MEMORY = 512;
const MAX_BLOBS_ON_DISK = 4_096;
/** How far back the newest blocks are walked to one that is known. */
const LOOK_BACK = 64;
const FILE = /^(\d{10})_(0x[0-9a-f]{64})_(\d+)_(0x[0-9a-f]{64})$/;

const hash = z.custom<Hex>((value) => isHex(value, 32));
const quantity = z.string().transform((value) => quantityToNumber(value));
const headerSchema = z.object({ hash, parentHash: hash, stateRoot: hash, number: quantity, timestamp: quantity }).nullable();
const bodySchema = z.object({ transactions: z.array(z.object({ hash, blobVersionedHashes: z.array(hash).nullish() })) });

/**
 * The blobs of every block that anvil had, by slot: of blocks that were reorganised away too, which anvil itself forgets. What is not kept
 * any more of a block that still stands is asked of anvil again.
 */
export class BlobKeeper {
  readonly #rpc: Rpc;
  readonly #options: BlobKeeperOptions;
  /** In the order of capture, so that of two blocks at one slot the later stands. */
  readonly #blocks = new Map<Hex, KeptBlock>();
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #files = new Set<string>();
  readonly #captures = new Map<Hex, Promise<KeptBlock>>();
  #catchingUp: Promise<void> | undefined;

  constructor(rpc: Rpc, options: BlobKeeperOptions) {
    this.#rpc = rpc;
    this.#options = options;
  }

  slotAt(timestamp: number): number {
    return Math.floor((timestamp - this.#options.genesisTime) / this.#options.slotTime);
  }

  /** Finds the blobs that an earlier run left in the folder. */
  async open(): Promise<void> {
    const { folder } = this.#options;
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    for (const name of (await readdir(folder)).sort()) if (FILE.test(name)) this.#files.add(name);
  }

  /** Keeps the blobs of every new block. Calls at one time do it once. */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#lookBack().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  /** Keeps the blobs of a block. Throws `InvalidInputError` when anvil does not have it. */
  capture(blockHash: Hex): Promise<KeptBlock> {
    let capture = this.#captures.get(blockHash);
    if (capture === undefined) {
      capture = this.#capture(blockHash).finally(() => this.#captures.delete(blockHash));
      this.#captures.set(blockHash, capture);
    }
    return capture;
  }

  /** The block that stands at a slot, as far as L1 has come. */
  async standingAt(slot: number): Promise<KeptBlock | undefined> {
    await this.catchUp();
    const known = [...this.#blocks.values()].findLast((block) => block.slot === slot);
    if (known !== undefined) return known;
    const older = await this.#findBySlot(slot);
    return older === undefined ? undefined : await this.capture(older);
  }

  async byHash(blockHash: Hex): Promise<KeptBlock | undefined> {
    await this.catchUp();
    return this.#blocks.get(blockHash) ?? (await this.capture(blockHash).catch(() => undefined));
  }

  /** The block of a label of the beacon API. */
  async byLabel(label: "latest" | "safe" | "finalized" | "earliest"): Promise<KeptBlock | undefined> {
    const header = await this.#header("eth_getBlockByNumber", label);
    return header === null ? undefined : await this.capture(header.hash);
  }

  /** The bytes of a blob at a slot, of whichever block it was in. */
  async blobAt(slot: number, versionedHash: Hex): Promise<Uint8Array | undefined> {
    const key = blobKey(slot, versionedHash);
    const known = this.#bytes.get(key);
    if (known !== undefined) return known;
    const file = [...this.#files].find((name) => name.startsWith(pad(slot)) && name.endsWith(versionedHash));
    if (file !== undefined && this.#options.folder !== undefined) return new Uint8Array(await readFile(join(this.#options.folder, file)));
    const block = [...this.#blocks.values()].find((one) => one.slot === slot && one.blobs.some((blob) => blob.versionedHash === versionedHash));
    if (block !== undefined) await this.#capture(block.hash).catch(() => {});
    return this.#bytes.get(key);
  }

  async #lookBack(): Promise<void> {
    const pending: Hex[] = [];
    let header = await this.#header("eth_getBlockByNumber", "latest");
    while (header !== null && !this.#blocks.has(header.hash) && pending.length < LOOK_BACK) {
      pending.push(header.hash);
      if (header.number === 0) break;
      header = await this.#header("eth_getBlockByHash", header.parentHash);
    }
    for (const blockHash of pending.reverse()) await this.capture(blockHash);
  }

  async #capture(blockHash: Hex): Promise<KeptBlock> {
    const reply = await this.#rpc.call("eth_getBlockByHash", [blockHash, true]);
    const header = headerSchema.parse(reply);
    if (header === null) throw new InvalidInputError(`the local L1 has no block ${blockHash}`);
    const slot = this.slotAt(header.timestamp);
    const blobs: KeptBlob[] = [];
    for (const { hash: transaction, blobVersionedHashes } of bodySchema.parse(reply).transactions) {
      if (blobVersionedHashes == null || blobVersionedHashes.length === 0) continue;
      const found = await this.#rpc.call("anvil_getBlobsByTransactionHash", [transaction]);
      for (const [i, versionedHash] of blobVersionedHashes.entries()) {
        const blob: unknown = Array.isArray(found) ? found[i] : undefined;
        if (!isHex(blob, BLOB_SIZE)) throw new InvalidInputError(`the local L1 does not give blob ${versionedHash} of transaction ${transaction}`);
        await this.#keep(slot, blockHash, blobs.length, versionedHash, hexToBytes(blob));
        blobs.push({ index: blobs.length, versionedHash });
      }
    }
    const block: KeptBlock = { hash: blockHash, parentHash: header.parentHash, stateRoot: header.stateRoot, slot, blobs };
    this.#blocks.set(blockHash, block);
    if (this.#blocks.size > MAX_BLOCKS) this.#blocks.delete(this.#blocks.keys().next().value!);
    return block;
  }

  async #keep(slot: number, blockHash: Hex, index: number, versionedHash: Hex, blob: Uint8Array): Promise<void> {
    this.#bytes.set(blobKey(slot, versionedHash), blob);
    if (this.#bytes.size > MAX_BLOBS_IN_MEMORY) this.#bytes.delete(this.#bytes.keys().next().value!);
    const { folder } = this.#options;
    const name = `${pad(slot)}_${blockHash}_${index}_${versionedHash}`;
    if (folder === undefined || this.#files.has(name)) return;
    await writeFile(join(folder, `${name}.part`), blob);
    await rename(join(folder, `${name}.part`), join(folder, name));
    this.#files.add(name);
    if (this.#files.size <= MAX_BLOBS_ON_DISK) return;
    const oldest = this.#files.values().next().value!;
    this.#files.delete(oldest);
    await rm(join(folder, oldest), { force: true });
  }

  /** The standing block at a slot, by halving: time grows with the height. */
  async #findBySlot(slot: number): Promise<Hex | undefined> {
    const latest = await this.#header("eth_getBlockByNumber", "latest");
    let low = 0;
    let high = latest?.number ?? -1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const header = await this.#header("eth_getBlockByNumber", `0x${middle.toString(16)}`);
      if (header === null) return undefined;
      const at = this.slotAt(header.timestamp);
      if (at === slot) return header.hash;
      if (at < slot) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  async #header(method: string, id: string) {
    return headerSchema.parse(await this.#rpc.call(method, [id, false]));
  }
}

const pad = (slot: number): string => String(slot).padStart(10, "0");
const blobKey = (slot: number, versionedHash: Hex): string => `${slot} ${versionedHash}`;
