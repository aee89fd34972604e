import { type BlobHash, bytesToHex, CriticalError, encodeReceipt, type Hex, InvalidInputError, type L1BlockInfo, type L1BlockRef, type L1Heads, type L1Label, type L1Source, logsBloom, NotFoundError, orderedTrieRoot, quantityToNumber, type ReceiptLogs, TemporaryError, toQuantity, transactionHash, TX_BLOB } from "@pangaea/primitives";
import type { BeaconClient } from "./beacon-client.ts";
import { CanonicalChain } from "./canonical-chain.ts";
import type { Endpoints } from "./endpoints.ts";
import { type L1Block, parseL1Block, parseL1Receipts, parseL1Transaction } from "./l1-json.ts";
import { SharedCache } from "./shared-cache.ts";

/** Chains of worth: what claims to be anvil there is not believed. */
const PUBLIC_CHAIN_IDS = new Set([1, 11_155_111, 17_000, 560_048]);
const BLOCK_CACHE = 1_000;
const DATA_CACHE = 200;
/** L1 blocks whose blobs are kept: those of a channel timeout, which every reset reads again. */
const BLOB_CACHE = 64;
const CALL_CACHE = 1_000;
/** What changes with the head only: asked for once a head, by however many chains. */
const PER_HEAD: ReadonlySet<string> = new Set(["eth_blobBaseFee", "eth_blockNumber", "eth_gasPrice", "eth_getTransactionReceipt", "eth_maxPriorityFeePerGas"]);
const isPerHead = (method: string, params: readonly unknown[]): boolean => PER_HEAD.has(method) || (method === "eth_getBlockByNumber" && params[0] === "latest");
/** What a node without the label answers where others give null. */
const NO_SUCH_LABEL = /block not found|unknown block/i;

/** L1 as every chain of the process sees it: each block, receipt list and blob is fetched once, and verified against its hash. */
export class L1Client implements L1Source {
  readonly #endpoints: Endpoints;
  readonly #beacon: BeaconClient;
  readonly #blocks = new SharedCache<L1Block>(BLOCK_CACHE);
  readonly #receipts = new SharedCache<readonly ReceiptLogs[]>(DATA_CACHE);
  readonly #transactions = new SharedCache<readonly Uint8Array[]>(DATA_CACHE);
  readonly #blobs = new SharedCache<readonly Uint8Array[]>(BLOB_CACHE);
  readonly #chain = new CanonicalChain();
  /** Blocks asked for by height, and calls, since the head moved last: L1 may reorganise with it. */
  #byNumber = new SharedCache<L1Block>(BLOCK_CACHE);
  #calls = new SharedCache<unknown>(CALL_CACHE);
  readonly #running = new Map<string, Promise<unknown>>();
  /** anvil puts blob transactions with their sidecars into the transactions root, so that no client can recompute it. */
  #isAnvil = false;

  constructor(endpoints: Endpoints, beacon: BeaconClient) {
    this.#endpoints = endpoints;
    this.#beacon = beacon;
  }

  /** Throws `CriticalError` when an endpoint is of another chain; `TemporaryError` when none answers. One that does not answer is not waited for. */
  async expectChainId(expected: number): Promise<void> {
    const replies = await this.#endpoints.callEach("eth_chainId", []);
    for (const reply of replies) {
      if ("error" in reply) continue;
      const actual = quantityToNumber(reply.result, "L1 chain id");
      if (actual !== expected) throw new CriticalError(`L1 has chain id ${actual}, the rollup configuration says ${expected}: give the --l1 of the right chain, or the rollup.json that belongs to this one (asked: ${reply.url})`);
    }
    const [first] = replies;
    if (first !== undefined && replies.every((reply) => "error" in reply)) throw "error" in first ? first.error : new TemporaryError("L1 does not answer");
    const version = await this.#endpoints.call("web3_clientVersion", []).catch(() => "");
    this.#isAnvil = typeof version === "string" && version.startsWith("anvil/") && !PUBLIC_CHAIN_IDS.has(expected);
  }

  /** The three labelled blocks in one request. A label that L1 does not have yet stands at the genesis block. */
  async heads(): Promise<L1Heads> {
    const call = (label: L1Label) => ({ method: "eth_getBlockByNumber", params: [label, false] });
    const labels = ["latest", "safe", "finalized"] as const;
    const replies = await this.#endpoints.callMany(labels.map(call)).catch(async (error: unknown) => {
      if (!(error instanceof TemporaryError) || !NO_SUCH_LABEL.test(error.message)) throw error;
      return [await this.#endpoints.call("eth_getBlockByNumber", ["latest", false]), null, null];
    });
    const [latest, safe, finalized] = await Promise.all(replies.map((reply, i) => (reply === null ? this.blockRefByNumber(0) : toRef(this.#keep(reply, labels[i]!).info))));
    return { latest: latest!, safe: safe!, finalized: finalized! };
  }

  /**
   * Takes in the heads that a watcher has seen. From now on until `unfollow` labels and heights are answered from them and from what links
   * to them, and a height above them is not asked for: the watcher will tell of it.
   */
  async follow(heads: L1Heads): Promise<{ readonly reorganised: boolean }> {
    if (this.#chain.heads?.latest.hash !== heads.latest.hash) {
      this.#byNumber = new SharedCache(BLOCK_CACHE);
      this.#calls = new SharedCache(CALL_CACHE);
    }
    return { reorganised: await this.#chain.follow(heads, (hash) => this.blockRefByHash(hash)) };
  }

  /** No watcher tells of the heads any more: every label and height is asked for. */
  unfollow(): void {
    this.#chain.forget();
    this.#byNumber = new SharedCache(BLOCK_CACHE);
    this.#calls = new SharedCache(CALL_CACHE);
  }

  async blockRefByLabel(label: L1Label): Promise<L1BlockRef> {
    const followed = this.#chain.heads?.[label];
    if (followed !== undefined) return followed;
    const reply = await this.#endpoints.call("eth_getBlockByNumber", [label, false]);
    if (reply === null) throw new NotFoundError(`L1 has no ${label} block yet`);
    return toRef(this.#keep(reply, label).info);
  }

  async blockRefByNumber(number: number): Promise<L1BlockRef> {
    const known = this.#chain.at(number);
    if (known !== undefined) return known;
    if (number > (this.#chain.heads?.latest.number ?? Number.MAX_SAFE_INTEGER)) throw new NotFoundError(`L1 has no block ${number} yet`);
    const fetch = async (): Promise<L1Block> => {
      const reply = await this.#endpoints.call("eth_getBlockByNumber", [toQuantity(number), false]);
      if (reply === null) throw new NotFoundError(`L1 has no block ${number} yet`);
      const block = this.#keep(reply, `block ${number}`);
      if (block.info.number !== number) throw new TemporaryError(`L1 gave block ${block.info.number} where ${number} was asked for: the endpoint is faulty`);
      return block;
    };
    // Without a watcher there is no telling when a height changes hands: only requests under way are shared.
    const block = toRef((await (this.#chain.heads === undefined ? this.#shared(`block ${number}`, fetch) : this.#byNumber.get(String(number), fetch))).info);
    this.#chain.add(block);
    return block;
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
      const { header, transactions } = this.#expect(hash, reply);
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
    await this.#endpoints.call("eth_sendRawTransaction", [bytesToHex(encoded)]);
    return transactionHash(encoded);
  }

  /** Any other call. The same call under way is shared; what changes with the head only is asked for once a head. */
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    const fetch = () => this.#endpoints.call(method, params);
    if (method.startsWith("eth_send")) return fetch();
    const key = `${method} ${JSON.stringify(params)}`;
    return this.#chain.heads !== undefined && isPerHead(method, params) ? this.#calls.get(key, fetch) : this.#shared(key, fetch);
  }

  /** The request under way for a key, or a new one. */
  async #shared<T>(key: string, fetch: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const request = fetch();
    this.#running.set(key, request);
    try {
      return await request;
    } finally {
      this.#running.delete(key);
    }
  }

  #block(hash: Hex): Promise<L1Block> {
    return this.#blocks.get(hash, async () => {
      const reply = await this.#endpoints.call("eth_getBlockByHash", [hash, false]);
      if (reply === null) throw new NotFoundError(`L1 has no block ${hash}`);
      return withoutTransactions(this.#expect(hash, reply));
    });
  }

  /** The block of a reply to a request for `hash`. */
  #expect(hash: Hex, reply: unknown): L1Block {
    const block = this.#read(() => parseL1Block(reply));
    if (block.info.hash !== hash) throw new TemporaryError(`L1 gave block ${block.info.hash} where ${hash} was asked for: the endpoint is faulty`);
    return block;
  }

  #keep(reply: unknown, what: string): L1Block {
    const block = withoutTransactions(this.#read(() => parseL1Block(reply), what));
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

const withoutTransactions = (block: L1Block): L1Block => ({ ...block, transactions: [] });

function toRef({ hash, number, parentHash, timestamp }: L1BlockRef): L1BlockRef {
  return { hash, number, parentHash, timestamp };
}
