import { bytesToHex, type Hex, InvalidInputError, isHex, quantityToBigInt, quantityToNumber } from "@pangaea/primitives";

/** L1's fees at its head, in wei per gas. */
export interface L1Fees {
  readonly baseFee: bigint;
  readonly priorityFee: bigint;
  readonly blobBaseFee: bigint;
}

export interface L1Receipt {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly status: 0 | 1;
}

/** What sending transactions needs of L1. Errors of the endpoint are passed on; `TemporaryError` when it cannot be reached. */
export interface L1TxBackend {
  blockNumber(): Promise<number>;
  nonce(address: Hex, at: "latest" | "pending"): Promise<number>;
  fees(): Promise<L1Fees>;
  /** Undefined while the transaction is in no block of the canonical chain. */
  receipt(hash: Hex): Promise<L1Receipt | undefined>;
  sendRawTransaction(raw: Uint8Array): Promise<void>;
}

function field(value: unknown, name: string, what: string): unknown {
  if (typeof value !== "object" || value === null || !(name in value)) throw new InvalidInputError(`L1's ${what} has no ${name}`);
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** L1 over JSON-RPC. */
export class RpcL1TxBackend implements L1TxBackend {
  readonly #rpc: { call(method: string, params: readonly unknown[]): Promise<unknown> };

  constructor(rpc: { call(method: string, params: readonly unknown[]): Promise<unknown> }) {
    this.#rpc = rpc;
  }

  async blockNumber(): Promise<number> {
    return quantityToNumber(await this.#rpc.call("eth_blockNumber", []), "L1 block number");
  }

  async nonce(address: Hex, at: "latest" | "pending"): Promise<number> {
    return quantityToNumber(await this.#rpc.call("eth_getTransactionCount", [address, at]), "L1 nonce");
  }

  async fees(): Promise<L1Fees> {
    const [head, tip, blob] = await Promise.all([
      this.#rpc.call("eth_getBlockByNumber", ["latest", false]), this.#rpc.call("eth_maxPriorityFeePerGas", []), this.#rpc.call("eth_blobBaseFee", []),
    ]);
    return {
      baseFee: quantityToBigInt(field(head, "baseFeePerGas", "head block"), "L1 base fee"),
      priorityFee: quantityToBigInt(tip, "L1 priority fee"),
      blobBaseFee: quantityToBigInt(blob, "L1 blob base fee"),
    };
  }

  async receipt(hash: Hex): Promise<L1Receipt | undefined> {
    const receipt = await this.#rpc.call("eth_getTransactionReceipt", [hash]);
    if (receipt === null || receipt === undefined) return undefined;
    const blockHash = field(receipt, "blockHash", "receipt");
    if (!isHex(blockHash, 32)) throw new InvalidInputError("L1's receipt has a malformed blockHash");
    return {
      blockNumber: quantityToNumber(field(receipt, "blockNumber", "receipt"), "receipt block number"),
      blockHash,
      status: quantityToBigInt(field(receipt, "status", "receipt"), "receipt status") === 1n ? 1 : 0,
    };
  }

  async sendRawTransaction(raw: Uint8Array): Promise<void> {
    await this.#rpc.call("eth_sendRawTransaction", [bytesToHex(raw)]);
  }
}
