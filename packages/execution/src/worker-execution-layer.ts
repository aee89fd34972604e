import type { BlockId, BlockLabel, ExecutionLayer, ExecutionPayloadEnvelope, ForkchoiceState, ForkchoiceUpdated, Hex, Logger, PayloadAttributes, PayloadStatus, ReceiptLogs } from "@pangaea/primitives";
import { WorkerClient } from "@pangaea/rpc";
import type { MessageFilter } from "./pool/message-filter.ts";
import type { ExecutionService, ExecutionServiceOptions } from "./service.ts";
import { type ExecutionHost, type ExecutionWorkerInput, writeLogEvents } from "./worker-host.ts";

export interface WorkerExecutionModules {
  /** Told once, when the thread has ended. */
  readonly onExit?: (reason: string) => void;
  /** Asked, in this thread, about transactions with CrossL2Inbox entries; without it they are like any other. */
  readonly messageFilter?: MessageFilter;
  readonly log?: Logger;
}

/** An embedded execution layer on a worker thread of its own, reached by the same interface as any other. */
export class WorkerExecutionLayer implements ExecutionLayer {
  readonly rpcPort: number | undefined;
  readonly enginePort: number | undefined;
  readonly ended: Promise<string>;
  readonly #worker: WorkerClient;

  private constructor(worker: WorkerClient, ended: Promise<string>, ports: Pick<ExecutionService, "rpcPort" | "enginePort">) {
    this.#worker = worker;
    this.ended = ended;
    this.rpcPort = ports.rpcPort;
    this.enginePort = ports.enginePort;
  }

  /** Throws `CriticalError` when the store or a port cannot be used. */
  static async start(options: ExecutionServiceOptions, { onExit, messageFilter, log }: WorkerExecutionModules = {}): Promise<WorkerExecutionLayer> {
    const module = new URL(import.meta.url.endsWith(".ts") ? "./execution-worker.ts" : "./execution-worker.js", import.meta.url).href;
    const input: ExecutionWorkerInput = { options, messageFilter: messageFilter !== undefined, log: log !== undefined };
    let end: (reason: string) => void = () => {};
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    const worker = new WorkerClient(`execution ${options.config.l2ChainId}`, module, input, {
      onExit: (reason) => {
        end(reason);
        onExit?.(reason);
      },
      ...(log === undefined ? {} : { onEvent: writeLogEvents(log) }),
      ...(messageFilter === undefined ? {} : { methods: { checkMessages: (checks, descriptor) => messageFilter.check(checks, descriptor) } satisfies ExecutionHost }),
    });
    try {
      return new WorkerExecutionLayer(worker, ended, (await worker.call("start")) as Pick<ExecutionService, "rpcPort" | "enginePort">);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  chainId(): Promise<number> {
    return this.#worker.call("chainId") as Promise<number>;
  }

  forkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes): Promise<ForkchoiceUpdated> {
    return this.#worker.call("forkchoiceUpdated", state, attributes) as Promise<ForkchoiceUpdated>;
  }

  newPayload(envelope: ExecutionPayloadEnvelope): Promise<PayloadStatus> {
    return this.#worker.call("newPayload", envelope) as Promise<PayloadStatus>;
  }

  getPayload(id: Hex, timestamp: number): Promise<ExecutionPayloadEnvelope> {
    return this.#worker.call("getPayload", id, timestamp) as Promise<ExecutionPayloadEnvelope>;
  }

  payloadByHash(hash: Hex): Promise<ExecutionPayloadEnvelope> {
    return this.#worker.call("payloadByHash", hash) as Promise<ExecutionPayloadEnvelope>;
  }

  payloadByNumber(number: number): Promise<ExecutionPayloadEnvelope> {
    return this.#worker.call("payloadByNumber", number) as Promise<ExecutionPayloadEnvelope>;
  }

  payloadByLabel(label: BlockLabel): Promise<ExecutionPayloadEnvelope> {
    return this.#worker.call("payloadByLabel", label) as Promise<ExecutionPayloadEnvelope>;
  }

  messagePasserStorageRoot(blockHash: Hex): Promise<Hex> {
    return this.#worker.call("messagePasserStorageRoot", blockHash) as Promise<Hex>;
  }

  receiptsByHash(hash: Hex): Promise<readonly ReceiptLogs[]> {
    return this.#worker.call("receiptsByHash", hash) as Promise<readonly ReceiptLogs[]>;
  }

  blockOfTransaction(hash: Hex): Promise<BlockId> {
    return this.#worker.call("blockOfTransaction", hash) as Promise<BlockId>;
  }

  async close(): Promise<void> {
    await this.#worker.call("close").catch(() => {});
    await this.#worker.terminate();
  }
}
