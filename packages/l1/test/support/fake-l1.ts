import { type BlockHeader, bytesToHex, EMPTY_OMMERS_HASH, EMPTY_REQUESTS_HASH, EMPTY_TRIE_ROOT, encodeReceipt, type Hex, headerHash, logsBloom, orderedTrieRoot, type Receipt, TemporaryError, toQuantity, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { type RpcCall, RpcError } from "@pangaea/rpc";
import type { L1Rpc } from "../../src/index.ts";

/** A transaction as the RPC gives it and as it is encoded. */
export interface FakeTransaction {
  readonly json: Readonly<Record<string, unknown>>;
  readonly encoded: Uint8Array;
}

export interface FakeContent {
  readonly transactions?: readonly FakeTransaction[];
  readonly receipts?: readonly (Receipt & { readonly transactionHash: Hex })[];
  readonly timestamp?: number;
  /** Makes a block another than its twin. */
  readonly salt?: number;
}

interface FakeBlock {
  readonly hash: Hex;
  readonly header: BlockHeader;
  readonly content: FakeContent;
}

const BLOCK_TIME = 2;

/** An L1 in the same thread: a chain that tests extend and reorganise, asked as an endpoint of JSON-RPC is. Counts its requests. */
export class FakeL1 implements L1Rpc {
  readonly url: string;
  readonly requests: string[] = [];
  /** Stands in for an answer, when it gives one. */
  tamper: (method: string, params: readonly unknown[], reply: unknown) => unknown = (_method, _params, reply) => reply;
  /** Blocks behind the head. */
  safeDistance = 1;
  finalizedDistance = 2;
  chainId = 900;
  /** Fails every request when set. */
  failure: Error | undefined;
  readonly #all = new Map<Hex, FakeBlock>();
  #chain: FakeBlock[] = [];

  constructor(url = "fake://l1") {
    this.url = url;
    this.add();
  }

  get head(): FakeBlock {
    return this.#chain.at(-1)!;
  }

  at(number: number): FakeBlock {
    return this.#chain[number]!;
  }

  /** Adds a block and gives its hash. */
  add(content: FakeContent = {}): Hex {
    const parent = this.#chain.at(-1);
    const receipts = content.receipts ?? [];
    const header: BlockHeader = {
      parentHash: parent?.hash ?? ZERO_HASH, ommersHash: EMPTY_OMMERS_HASH, coinbase: ZERO_ADDRESS, stateRoot: EMPTY_TRIE_ROOT,
      transactionsRoot: orderedTrieRoot((content.transactions ?? []).map(({ encoded }) => encoded)), receiptsRoot: orderedTrieRoot(receipts.map((receipt) => encodeReceipt(receipt))),
      logsBloom: logsBloom(receipts.flatMap(({ logs }) => logs)), difficulty: 0n, number: this.#chain.length, gasLimit: 30_000_000, gasUsed: 0, timestamp: content.timestamp ?? (parent?.header.timestamp ?? 1_000) + BLOCK_TIME,
      extraData: Uint8Array.of(content.salt ?? 0), mixHash: ZERO_HASH, nonce: "0x0000000000000000", baseFeePerGas: 7n, withdrawalsRoot: EMPTY_TRIE_ROOT, blobGasUsed: 0, excessBlobGas: 5n, parentBeaconBlockRoot: ZERO_HASH, requestsHash: EMPTY_REQUESTS_HASH,
    };
    const block: FakeBlock = { hash: headerHash(header), header, content };
    this.#all.set(block.hash, block);
    this.#chain.push(block);
    return block.hash;
  }

  /** Replaces the newest `depth` blocks by others, as many as `length`. */
  reorganise(depth: number, length = depth): void {
    this.#chain = this.#chain.slice(0, -depth);
    for (let i = 0; i < length; i++) this.add({ salt: 1 + this.#all.size });
  }

  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    this.requests.push(method);
    if (this.failure !== undefined) throw this.failure;
    return this.tamper(method, params, this.#answer(method, params));
  }

  async callMany(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    return await Promise.all(calls.map(({ method, params }) => this.call(method, params)));
  }

  close(): void {}

  #answer(method: string, params: readonly unknown[]): unknown {
    switch (method) {
      case "eth_chainId":
        return toQuantity(this.chainId);
      case "web3_clientVersion":
        return "fake/1";
      case "eth_blockNumber":
        return toQuantity(this.head.header.number);
      case "eth_getBlockByHash":
        return blockJson(this.#all.get(params[0] as Hex), params[1] === true);
      case "eth_getBlockByNumber":
        return blockJson(this.#chain[this.#numberOf(String(params[0]))], params[1] === true);
      case "eth_getBlockReceipts":
        return this.#all.get(params[0] as Hex)?.content.receipts?.map(receiptJson) ?? [];
      default:
        throw new RpcError(-32601, `no method ${method}`);
    }
  }

  #numberOf(label: string): number {
    const head = this.#chain.length - 1;
    if (label === "latest") return head;
    if (label === "safe") return Math.max(head - this.safeDistance, 0);
    if (label === "finalized") return Math.max(head - this.finalizedDistance, 0);
    return Number(label);
  }
}

/** An endpoint that cannot be reached. */
export const unreachable = (): Error => new TemporaryError("fake://l1 cannot be reached (connection refused)");

function blockJson(block: FakeBlock | undefined, full: boolean): unknown {
  if (block === undefined) return null;
  const { hash, header: h, content } = block;
  return {
    hash, parentHash: h.parentHash, sha3Uncles: h.ommersHash, miner: h.coinbase, stateRoot: h.stateRoot, transactionsRoot: h.transactionsRoot, receiptsRoot: h.receiptsRoot, logsBloom: bytesToHex(h.logsBloom),
    difficulty: toQuantity(h.difficulty), number: toQuantity(h.number), gasLimit: toQuantity(h.gasLimit), gasUsed: toQuantity(h.gasUsed), timestamp: toQuantity(h.timestamp), extraData: bytesToHex(h.extraData), mixHash: h.mixHash, nonce: h.nonce,
    baseFeePerGas: toQuantity(h.baseFeePerGas!), withdrawalsRoot: h.withdrawalsRoot, blobGasUsed: toQuantity(h.blobGasUsed!), excessBlobGas: toQuantity(h.excessBlobGas!), parentBeaconBlockRoot: h.parentBeaconBlockRoot, requestsHash: h.requestsHash,
    withdrawals: [], transactions: (content.transactions ?? []).map(({ json }) => (full ? json : json.hash)),
  };
}

function receiptJson({ transactionHash, type, status, cumulativeGasUsed, logs }: Receipt & { readonly transactionHash: Hex }): unknown {
  return {
    transactionHash, type: toQuantity(type), status: toQuantity(status), cumulativeGasUsed: toQuantity(cumulativeGasUsed),
    logs: logs.map(({ address, topics, data }) => ({ address: bytesToHex(address), topics: topics.map(bytesToHex), data: bytesToHex(data) })),
  };
}
