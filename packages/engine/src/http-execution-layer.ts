import { engineApiVersions, PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import {
  type BlockId, type BlockLabel, EngineError, type ExecutionLayer, type ExecutionPayloadEnvelope, type ForkchoiceState, type ForkchoiceUpdated, type Hex, hexToBytes, InvalidInputError, isHex, NotFoundError, orderedTrieRoot, type PayloadAttributes, type PayloadStatus, quantityToNumber, type ReceiptLogs, TemporaryError, toQuantity,
} from "@pangaea/primitives";
import {
  attributesToJson, blockFromJson, forkchoiceToJson, forkchoiceUpdatedFromJson, payloadEnvelopeFromJson, payloadStatusFromJson, payloadToJson, receiptsFromJson, type RpcClient, RpcError, transactionFromJson,
} from "@pangaea/rpc";
import { provenStorageRoot } from "./account-proof.ts";

export interface HttpExecutionLayerModules {
  readonly config: RollupConfig;
  /** A client of the engine port, with the JWT secret. */
  readonly rpc: Pick<RpcClient, "url" | "call" | "close">;
}

/** The Engine API's own codes. */
const ENGINE_CODES = { first: -38_099, last: -38_000 };
const WITHOUT_ATTRIBUTES = 3;
/** How clients say that they have no such block where they do not answer with null: for a label that nothing has yet, say. */
const NO_BLOCK = /block not found|header not found|unknown block/i;

/** Any execution client of the OP Stack behind its engine port: op-geth, op-reth or an embedded one of another process. */
export class HttpExecutionLayer implements ExecutionLayer {
  readonly #config: RollupConfig;
  readonly #rpc: HttpExecutionLayerModules["rpc"];

  constructor({ config, rpc }: HttpExecutionLayerModules) {
    this.#config = config;
    this.#rpc = rpc;
  }

  /** Calls and reads the answer; an answer that cannot be read counts as temporary, like no answer at all. */
  async #ask<T>(method: string, params: readonly unknown[], read: (answer: unknown) => T): Promise<T> {
    try {
      return read(await this.#rpc.call(method, params));
    } catch (error) {
      if (error instanceof InvalidInputError) throw new TemporaryError(`${method} at ${this.#rpc.url}: ${error.message}`);
      if (!(error instanceof RpcError)) throw error;
      if (error.code >= ENGINE_CODES.first && error.code <= ENGINE_CODES.last) throw new EngineError(error.code, error.message);
      throw new TemporaryError(error.message);
    }
  }

  chainId(): Promise<number> {
    return this.#ask("eth_chainId", [], (answer) => quantityToNumber(answer, "chain id"));
  }

  forkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes): Promise<ForkchoiceUpdated> {
    const version = attributes === undefined ? WITHOUT_ATTRIBUTES : engineApiVersions(this.#config.forks, attributes.timestamp).forkchoiceUpdated;
    return this.#ask(`engine_forkchoiceUpdatedV${version}`, [forkchoiceToJson(state), attributes === undefined ? null : attributesToJson(attributes)], forkchoiceUpdatedFromJson);
  }

  newPayload({ payload, parentBeaconBlockRoot }: ExecutionPayloadEnvelope): Promise<PayloadStatus> {
    const version = engineApiVersions(this.#config.forks, payload.timestamp).newPayload;
    const json = payloadToJson(payload);
    const params = version === 2 ? [json] : version === 3 ? [json, [], parentBeaconBlockRoot] : [json, [], parentBeaconBlockRoot, []];
    return this.#ask(`engine_newPayloadV${version}`, params, payloadStatusFromJson);
  }

  getPayload(id: Hex, timestamp: number): Promise<ExecutionPayloadEnvelope> {
    return this.#ask(`engine_getPayloadV${engineApiVersions(this.#config.forks, timestamp).getPayload}`, [id], payloadEnvelopeFromJson);
  }

  payloadByHash(hash: Hex): Promise<ExecutionPayloadEnvelope> {
    return this.#block("eth_getBlockByHash", hash);
  }

  payloadByNumber(number: number): Promise<ExecutionPayloadEnvelope> {
    return this.#block("eth_getBlockByNumber", toQuantity(number));
  }

  payloadByLabel(label: BlockLabel): Promise<ExecutionPayloadEnvelope> {
    return this.#block("eth_getBlockByNumber", label);
  }

  async #block(method: string, which: string): Promise<ExecutionPayloadEnvelope> {
    const missing = () => new NotFoundError(`${this.#rpc.url} has no L2 block ${which}`);
    const read = (answer: unknown) => {
      if (answer === null) throw missing();
      return envelopeOf(answer);
    };
    return this.#ask(method, [which, true], read).catch((error: unknown) => {
      throw error instanceof TemporaryError && NO_BLOCK.test(error.message) ? missing() : error;
    });
  }

  async messagePasserStorageRoot(blockHash: Hex): Promise<Hex> {
    const { payload } = await this.payloadByHash(blockHash);
    if (payload.withdrawalsRoot !== undefined) return payload.withdrawalsRoot;
    return this.#ask("eth_getProof", [PREDEPLOYS.l2ToL1MessagePasser, [], blockHash], (answer) => {
      const nodes = typeof answer === "object" && answer !== null && "accountProof" in answer ? answer.accountProof : undefined;
      if (!Array.isArray(nodes) || !nodes.every((node) => isHex(node))) throw new InvalidInputError("the answer has no accountProof");
      return provenStorageRoot(payload.stateRoot, PREDEPLOYS.l2ToL1MessagePasser, nodes.map((node) => hexToBytes(node)));
    });
  }

  receiptsByHash(hash: Hex): Promise<readonly ReceiptLogs[]> {
    return this.#ask("eth_getBlockReceipts", [hash], (answer) => {
      if (answer === null) throw new NotFoundError(`${this.#rpc.url} has no L2 block ${hash}`);
      return receiptsFromJson(answer).map(({ transactionHash, status, logs }) => ({ transactionHash, status, logs }));
    });
  }

  blockOfTransaction(hash: Hex): Promise<BlockId> {
    return this.#ask("eth_getTransactionReceipt", [hash], (answer) => {
      if (typeof answer !== "object" || answer === null) throw new NotFoundError(`${this.#rpc.url} has transaction ${hash} in no L2 block`);
      const place: { readonly blockHash?: unknown; readonly blockNumber?: unknown } = answer;
      if (!isHex(place.blockHash, 32)) throw new InvalidInputError("the receipt has no blockHash");
      return { hash: place.blockHash, number: quantityToNumber(place.blockNumber, "blockNumber") };
    });
  }

  async close(): Promise<void> {
    this.#rpc.close();
  }
}

/** A block of `eth_getBlockBy…` with full transactions as a payload: header and transactions are held against their hashes. */
function envelopeOf(json: unknown): ExecutionPayloadEnvelope {
  const { hash, header, transactions: full } = blockFromJson(json, "L2 block");
  const transactions = full.map((transaction) => transactionFromJson(transaction));
  if (orderedTrieRoot(transactions) !== header.transactionsRoot) throw new InvalidInputError(`the transactions of L2 block ${header.number} do not give its transactions root ${header.transactionsRoot}`);
  return {
    payload: {
      parentHash: header.parentHash, feeRecipient: header.coinbase, stateRoot: header.stateRoot, receiptsRoot: header.receiptsRoot, logsBloom: header.logsBloom, prevRandao: header.mixHash, blockNumber: header.number,
      gasLimit: header.gasLimit, gasUsed: header.gasUsed, timestamp: header.timestamp, extraData: header.extraData, baseFeePerGas: header.baseFeePerGas ?? 0n, blockHash: hash, transactions,
      ...(header.withdrawalsRoot === undefined ? {} : { withdrawals: [] }),
      ...(header.blobGasUsed === undefined ? {} : { blobGasUsed: header.blobGasUsed, excessBlobGas: Number(header.excessBlobGas ?? 0n) }),
      ...(header.requestsHash === undefined || header.withdrawalsRoot === undefined ? {} : { withdrawalsRoot: header.withdrawalsRoot }),
    },
    ...(header.parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
  };
}
