import { parentPort, workerData } from "node:worker_threads";
import { CriticalError } from "@pangaea/primitives";
import { CallPort, type WorkerMethods } from "./call-port.ts";
import type { WorkerMessage } from "./wire.ts";

/** What the starting thread gave this worker. */
export function workerInput(): unknown {
  return (workerData as { readonly input: unknown }).input;
}

/** The starting thread as its worker sees it. `Host`: the methods that it gave to its `WorkerClient`. */
export interface WorkerHost<Host extends WorkerMethods> {
  emit(event: string, data: unknown): void;
  /** Rejects with the error that the method threw, or `TemporaryError` when too many calls wait. */
  call<K extends keyof Host & string>(method: K, ...params: Parameters<Host[K]>): Promise<Awaited<ReturnType<Host[K]>>>;
}

/** Answers calls of the starting thread, one method an entry, and gives what the worker may ask of it. */
export function serveWorker<Host extends WorkerMethods = Readonly<Record<never, never>>>(methods: WorkerMethods): WorkerHost<Host> {
  const port = parentPort;
  if (port === null) throw new CriticalError("a worker module was loaded outside a worker thread");
  const calls = new CallPort((message) => port.postMessage(message), { peer: "the starting thread", methods });
  port.on("message", (message: WorkerMessage) => calls.receive(message));
  return {
    emit: (event, data) => calls.emit(event, data),
    call: <K extends keyof Host & string>(method: K, ...params: Parameters<Host[K]>) => calls.call(method, ...params) as Promise<Awaited<ReturnType<Host[K]>>>,
  };
}
