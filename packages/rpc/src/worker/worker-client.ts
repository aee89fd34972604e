import { Worker } from "node:worker_threads";
import { CallPort, type WorkerMethods } from "./call-port.ts";
import type { WorkerMessage } from "./wire.ts";

const STACK_MB = 16;

export interface WorkerClientOptions {
  /** Told once, when the thread has ended. */
  readonly onExit?: (reason: string) => void;
  readonly onEvent?: (event: string, data: unknown) => void;
  /** What the worker may call of this thread. */
  readonly methods?: WorkerMethods;
}

/** A worker thread that answers calls, and may make some. When it dies, calls under way fail as temporary and `onExit` is told. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #calls: CallPort;

  /** Starts `module` (a file URL of TypeScript or JavaScript) with `input`, which must be clonable. */
  constructor(name: string, module: string, input: unknown, { onExit, onEvent, methods }: WorkerClientOptions = {}) {
    this.#worker = new Worker(new URL("./bootstrap.mjs", import.meta.url), { name, workerData: { module, input }, resourceLimits: { stackSizeMb: STACK_MB }, execArgv: [] });
    this.#calls = new CallPort((message) => this.#worker.postMessage(message), { peer: name, ...(onEvent === undefined ? {} : { onEvent }), ...(methods === undefined ? {} : { methods }) });
    this.#worker.on("message", (message: WorkerMessage) => this.#calls.receive(message));
    let reason = "it ended";
    this.#worker.on("error", (error: Error) => {
      reason = error.message;
    });
    this.#worker.on("exit", () => {
      this.#calls.end(`${name}: the worker thread is gone (${reason})`);
      onExit?.(reason);
    });
  }

  /** Rejects with the error that the worker's method threw, or `TemporaryError` when the thread is gone or too many calls wait. */
  call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    return this.#calls.call(method, ...params);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
