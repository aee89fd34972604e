import { type BlobHash, bytesEqual, CriticalError, encodeReceipt, type Hex, hexToBytes, InvalidInputError, type L1BlockInfo, type L1BlockRef, type L1Heads, type L1Label, type L1Source, logsBloom, NotFoundError, orderedTrieRoot, quantityToNumber, type ReceiptLogs, TemporaryError, toQuantity, transactionHash, TX_BLOB } from "@pangaea/primitives";
import type { BeaconClient } from "./beacon-client.ts";
import type { Endpoints } from "./endpoints.ts";
import { type L1Block, parseL1Block, parseL1Receipts, parseL1Transaction } from "./l1-json.ts";
import { SharedCache } from "./shared-cache.ts";

/** Chains of worth: what claims to be anvil there is not believed. */
const PUBLIC_CHAIN_IDS = new Set([1, 11_155_111, 17_000, 560_048]);
const BLOCK_CACHE = 1_000;
const DATA_CACHE = 200;
const BLOB_CACHE = 32;

/** L1 as every chain of the process sees it: each block, receipt list and blob is fetched once, and verified against its hash. */
export class L1Client implements L1Source {
  readonly #endpoints: Endpoints;
  readonly #beacon: BeaconClient;
  readonly #blocks = new SharedCache<L1Block>(BLOCK_CACHE);
  readonly #receipts = new SharedCache<readonly ReceiptLogs[]>(DATA_CACHE);
  readonly #transactions = new SharedCache<readonly Uint8Array[]>(DATA_CACHE);
  readonly #blobs = new SharedCache<readonly Uint8Array[]>(BLOB_CACHE);
  /** Canonical hash by height as of the last head; forgotten when the head moves, since L1 may reorganise. */
  #byNumber = new Map<number, Promise<L1Block>>();

  /** anvil puts blob transactions with their sidecars into the transactions root, so that no client can recompute it. */
  #isAnvil = false;

  constructor(endpoints: Endpoints, beacon: BeaconClient) {
    this.#endpoints = endpoints;
    this.#beacon = beacon;
  }

  /** Throws `CriticalError` when L1 is another chain. */
  async expectChainId(expected: number): Promise<void> {
    const actual = quantityToNumber(await this.#endpoints.call("eth_chainId", []), "L1 chain id");
    if (actual !== expected) throw new CriticalError(`L1 has chain id ${actual}, the rollup configuration says ${expected}: give the --l1 of the right chain, or the rollup.json that belongs to this one`);
    const version = await this.#endpoints.call("web3_clientVersion", []).catch(() => "");
    this.#isAnvil = typeof version === "string" && version.startsWith("anvil/") && !PUBLIC_CHAIN_IDS.has(actual);
  }

  /** The three labelled blocks in one request. */
  async heads(): Promise<L1Heads> {
    const labels = ["latest", "safe", "finalized"] as const;
    const replies = await this.#endpoints.callMany(labels.map((label) => ({ method: "eth_getBlockByNumber", params: [label, false] })));
    const [latest, safe, finalized] = await Promise.all(replies.map((reply, i) => (reply === null ? this.blockRefByNumber(0) : toRef(this.#keep(reply, labels[i]!).info))));
    return { latest: latest!, safe: safe!, finalized: finalized! };
  }

  /** Called when the L1 head has moved: what stood at a height may stand there no longer. */
  forgetNumbers(): void {
    this.#byNumber = new Map();
  }

  async blockRefByLabel(label: L1Label): Promise<L1BlockRef> {
    const reply = await this.#endpoints.call("eth_getBlockByNumber", [label, false]);
    if (reply === null) throw new NotFoundError(`L1 has no ${label} block yet`);
    return toRef(this.#keep(reply, label).info);
  }

  async blockRefByNumber(number: number): Promise<L1BlockRef> {
    let pending = this.#byNumber.get(number);
    if (pending === undefined) {
      const request = this.#endpoints.call("eth_getBlockByNumber", [toQuantity(number), false]).then((reply) => {
        if (reply === null) throw new NotFoundError(`L1 has no block ${number} yet`);
        return this.#keep(reply, `block ${number}`);
      });
      pending = request;
      const cache = this.#byNumber;
      cache.set(number, request);
      request.catch(() => cache.delete(number));
    }
    return toRef((await pending).info);
  }

  async blockRefByHash(hash: Hex): Promise<L1BlockRef> {
    return toRef((await this.#block(hash)).info);
  }

  async infoByHash(hash: Hex): Promise<L1BlockInfo> {
    return (await this.#block(hash)).info;
  }

  receiptsByHash(hash: Hex): Promise<readonly ReceiptLogs[]> {
    return this.#receipts.get(hash, async () => {
      const { header } = await this.#block(hash);
      const reply = await this.#endpoints.call("eth_getBlockReceipts", [hash]);
      if (reply === null) throw new NotFoundError(`L1 has no receipts of block ${hash}`);
      const receipts = this.#read(() => parseL1Receipts(reply));
      const root = orderedTrieRoot(receipts.map((receipt) => encodeReceipt(receipt, logsBloom(receipt.logs))));
      if (root !== header.receiptsRoot) throw new TemporaryError(`L1 gave receipts of block ${header.number} with root ${root}, the header says ${header.receiptsRoot}: the endpoint is faulty`);
      return receipts;
    });
  }

  transactionsByHash(hash: Hex): Promise<readonly Uint8Array[]> {
    return this.#transactions.get(hash, async () => {
      const reply = await this.#endpoints.call("eth_getBlockByHash", [hash, true]);
      if (reply === null) throw new NotFoundError(`L1 has no block ${hash}`);
      const { header, transactions } = this.#read(() => parseL1Block(reply));
      const encoded = this.#read(() => transactions.map(parseL1Transaction));
      const root = orderedTrieRoot(encoded);
      const tolerated = this.#isAnvil && encoded.some((transaction) => transaction[0] === TX_BLOB);
      if (root !== header.transactionsRoot && !tolerated) throw new TemporaryError(`L1 gave transactions of block ${header.number} with root ${root}, the header says ${header.transactionsRoot}: the endpoint is faulty`);
      return encoded;
    });
  }

  blobs(block: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]> {
    return this.#blobs.get(`${block.hash} ${hashes.map(({ versionedHash }) => versionedHash).join()}`, () => this.#beacon.blobs(block, hashes));
  }

  // What a batcher needs.

  async sendRawTransaction(encoded: Uint8Array): Promise<Hex> {
    await this.#endpoints.call("eth_sendRawTransaction", [`0x${Buffer.from(encoded).toString("hex")}`]);
    return transactionHash(encoded);
  }

  call(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#endpoints.call(method, params);
  }

  #block(hash: Hex): Promise<L1Block> {
    return this.#blocks.get(hash, async () => {
      const reply = await this.#endpoints.call("eth_getBlockByHash", [hash, false]);
      if (reply === null) throw new NotFoundError(`L1 has no block ${hash}`);
      const block = this.#read(() => parseL1Block(reply));
      if (!bytesEqual(hexToBytes(block.info.hash), hexToBytes(hash))) throw new TemporaryError(`L1 gave block ${block.info.hash} where ${hash} was asked for: the endpoint is faulty`);
      return block;
    });
  }

  #keep(reply: unknown, what: string): L1Block {
    const block = this.#read(() => parseL1Block(reply), what);
    void this.#blocks.get(block.info.hash, async () => block);
    return block;
  }

  /** What L1 gives malformed is its fault, not the chain's: try again. */
  #read<T>(parse: () => T, what = "data"): T {
    try {
      return parse();
    } catch (error) {
      if (error instanceof InvalidInputError) throw new TemporaryError(`${what}: ${error.message}`);
      throw error;
    }
  }
}

function toRef({ hash, number, parentHash, timestamp }: L1BlockRef): L1BlockRef {
  return { hash, number, parentHash, timestamp };
}
