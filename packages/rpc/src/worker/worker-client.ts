import { Worker } from "node:worker_threads";
import { TemporaryError } from "@pangaea/primitives";
import { fromWireError, type WorkerReply } from "./wire.ts";

const MAX_PENDING = 10_000;
const STACK_MB = 16;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread that answers calls. When it dies, calls under way fail as temporary and `onExit` is told. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #exited: string | undefined;

  /** Starts `module` (a file URL of TypeScript or JavaScript) with `input`, which must be clonable. */
  constructor(name: string, module: string, input: unknown, { onExit, onEvent }: { readonly onExit?: (reason: string) => void; readonly onEvent?: (event: string, data: unknown) => void } = {}) {
    this.#name = name;
    this.#worker = new Worker(new URL("./bootstrap.mjs", import.meta.url), { name, workerData: { module, input }, resourceLimits: { stackSizeMb: STACK_MB }, execArgv: [] });
    this.#worker.on("message", (reply: WorkerReply) => {
      if ("event" in reply) return onEvent?.(reply.event, reply.data);
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if ("error" in reply) pending?.reject(fromWireError(reply.error));
      else pending?.resolve(reply.result);
    });
    let reason = "it ended";
    this.#worker.on("error", (error: Error) => {
      reason = error.message;
    });
    this.#worker.on("exit", () => {
      this.#exited = reason;
      for (const { reject } of this.#pending.values()) reject(new TemporaryError(`${name}: the worker thread is gone (${reason})`));
      this.#pending.clear();
      onExit?.(reason);
    });
  }

  call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    if (this.#exited !== undefined) return Promise.reject(new TemporaryError(`${this.#name}: the worker thread is gone (${this.#exited})`));
    if (this.#pending.size >= MAX_PENDING) return Promise.reject(new TemporaryError(`${this.#name}: ${this.#pending.size} calls are waiting; retry later`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, params });
    });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
