import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { SENT_MESSAGE_TOPIC } from "@pangaea/interop";
import { bigIntToBytes, bytesToHex, concatBytes, type Hex, hexToBytes, InvalidInputError, keccak256, quantityToBigInt, quantityToNumber, toQuantity, utf8ToBytes } from "@pangaea/primitives";
import { addressJson, bigQuantityJson, bytesJson, hashJson, parseJson, quantityJson, RpcError } from "@pangaea/rpc";
import { z } from "zod";
import type { BlockHead, RelayCall, RelayChain, RelayReceipt, SentMessageLog } from "./relay-chain.ts";

const MESSENGER = INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger;
const SUCCESSFUL_MESSAGES = keccak256(utf8ToBytes("successfulMessages(bytes32)")).subarray(0, 4);
const WORD = 32;

const headSchema = z.object({ number: quantityJson, hash: hashJson, parentHash: hashJson, timestamp: quantityJson });
const feeSchema = z.object({ baseFeePerGas: bigQuantityJson });
const receiptSchema = z.object({ blockNumber: quantityJson, status: quantityJson });
const logSchema = z.object({
  address: addressJson.pipe(bytesJson), topics: z.array(hashJson.pipe(bytesJson)), data: bytesJson, blockNumber: quantityJson, blockHash: hashJson, logIndex: quantityJson, transactionHash: hashJson, blockTimestamp: quantityJson.nullish(), removed: z.boolean().nullish(),
});

/** The part of `RpcClient` that is used. */
export interface RelayRpc {
  call(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** A chain over the JSON-RPC of its execution client. Answers that are malformed throw `InvalidInputError`. Source: execution-apis `eth`. */
export class JsonRpcRelayChain implements RelayChain {
  readonly chainId: number;
  readonly #rpc: RelayRpc;

  constructor(chainId: number, rpc: RelayRpc) {
    this.chainId = chainId;
    this.#rpc = rpc;
  }

  async head(): Promise<BlockHead> {
    const head = await this.#block("latest");
    if (head === undefined) throw new InvalidInputError(`chain ${this.chainId}: the endpoint has no latest block: check that it is the chain's execution client and that it is initialised`);
    return head;
  }

  async safeNumber(): Promise<number | undefined> {
    try {
      return (await this.#block("safe"))?.number;
    } catch (error) {
      // Clients answer with an error, of no common code, while they have no safe block.
      if (error instanceof RpcError) return undefined;
      throw error;
    }
  }

  block(number: number): Promise<BlockHead | undefined> {
    return this.#block(toQuantity(number));
  }

  async logs(fromBlock: number, toBlock: number, destination: number): Promise<readonly SentMessageLog[]> {
    const topics = [SENT_MESSAGE_TOPIC, bytesToHex(bigIntToBytes(BigInt(destination), WORD))];
    const found = parseJson(z.array(logSchema), await this.#rpc.call("eth_getLogs", [{ address: MESSENGER, topics, fromBlock: toQuantity(fromBlock), toBlock: toQuantity(toBlock) }]), `logs of chain ${this.chainId}`);
    const times = new Map<Hex, number>();
    for (const { blockHash, blockTimestamp } of found) {
      if (!times.has(blockHash)) times.set(blockHash, blockTimestamp ?? (await this.#timeOf(blockHash)));
    }
    return found
      .filter(({ removed }) => removed !== true)
      .map(({ address, topics: words, data, blockNumber, blockHash, logIndex, transactionHash }) => ({ log: { address, topics: words, data }, blockNumber, blockHash, logIndex, transactionHash, timestamp: times.get(blockHash)! }))
      .sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  }

  async isRelayed(messageHash: Hex): Promise<boolean> {
    const data = bytesToHex(concatBytes(SUCCESSFUL_MESSAGES, hexToBytes(messageHash, WORD)));
    return quantityToBigInt(await this.#rpc.call("eth_call", [{ to: MESSENGER, data }, "latest"]), "successfulMessages") === 1n;
  }

  async estimateGas({ from, to, data, accessList }: RelayCall): Promise<number> {
    return quantityToNumber(await this.#rpc.call("eth_estimateGas", [{ from, to, data: bytesToHex(data), accessList }]), "gas estimate");
  }

  async fees(): Promise<{ readonly baseFee: bigint; readonly priorityFee: bigint }> {
    const [head, tip] = await Promise.all([this.#rpc.call("eth_getBlockByNumber", ["latest", false]), this.#rpc.call("eth_maxPriorityFeePerGas", [])]);
    return { baseFee: parseJson(feeSchema, head, `head of chain ${this.chainId}`).baseFeePerGas, priorityFee: quantityToBigInt(tip, "priority fee") };
  }

  async nonce(address: Hex, at: "latest" | "pending"): Promise<number> {
    return quantityToNumber(await this.#rpc.call("eth_getTransactionCount", [address, at]), "nonce");
  }

  async send(raw: Uint8Array): Promise<void> {
    await this.#rpc.call("eth_sendRawTransaction", [bytesToHex(raw)]);
  }

  async receipt(hash: Hex): Promise<RelayReceipt | undefined> {
    const receipt = await this.#rpc.call("eth_getTransactionReceipt", [hash]);
    if (receipt === null) return undefined;
    const { blockNumber, status } = parseJson(receiptSchema, receipt, `receipt of chain ${this.chainId}`);
    return { blockNumber, status: status === 1 ? 1 : 0 };
  }

  async #block(number: string): Promise<BlockHead | undefined> {
    const block = await this.#rpc.call("eth_getBlockByNumber", [number, false]);
    return block === null ? undefined : parseJson(headSchema, block, `block of chain ${this.chainId}`);
  }

  async #timeOf(hash: Hex): Promise<number> {
    return parseJson(headSchema, await this.#rpc.call("eth_getBlockByHash", [hash, false]), `block ${hash} of chain ${this.chainId}`).timestamp;
  }
}
